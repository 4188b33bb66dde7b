import type { V1Pod } from '@kubernetes/client-node';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import { isReady } from '../../../src/kubernetes/pods.ts';

const APP = 'web';
/** How many pods the workload has. */
export const REPLICAS = 4;
/** How many pods the budget allows to be missing. */
const MISSING = 1;

/** What a watch of the workload has seen. */
export interface Watched {
  /** How often fewer pods were Ready than the budget demands. */
  readonly violations: number;
  readonly looks: number;
  readonly fewestReady: number;
}

/** A Deployment with a PodDisruptionBudget, and pods of a DaemonSet on every node. */
export async function startWorkload(api: KubernetesApi): Promise<void> {
  await api.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  });
  const labels = { app: APP };
  const container = { name: 'app', image: 'registry.invalid/app:1' };
  const set = (kind: string, name: string, spec: object) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: 'default' },
    spec,
  });
  const template = (own: object) => ({
    metadata: { labels: own },
    spec: { containers: [container], terminationGracePeriodSeconds: 1 },
  });
  await api.apply(
    set('Deployment', APP, {
      replicas: REPLICAS,
      selector: { matchLabels: labels },
      template: template(labels),
    }),
  );
  const agent = { app: 'agent' };
  await api.apply(
    set('DaemonSet', 'agent', { selector: { matchLabels: agent }, template: template(agent) }),
  );
  const budget = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: APP, namespace: 'default' },
    spec: { maxUnavailable: MISSING, selector: { matchLabels: labels } },
  };
  await api.apply(budget);
}

/** How many pods of the Deployment are Ready and not ending. */
export async function countReady(api: KubernetesApi): Promise<number> {
  const pods = await api.list<V1Pod>('/api/v1/pods', { labelSelector: `app=${APP}` });
  return pods.filter((pod) => isReady(pod) && pod.metadata?.deletionTimestamp === undefined).length;
}

export async function untilAllReady(api: KubernetesApi, withinMs = 60_000): Promise<void> {
  const deadline = Date.now() + withinMs;
  while ((await countReady(api)) < REPLICAS) {
    if (Date.now() > deadline) throw new Error('the workload does not become Ready');
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

/** Watches from now on whether the budget is kept. */
export function watchBudget(api: KubernetesApi): { stop(): Promise<Watched> } {
  let running = true;
  const seen = { violations: 0, looks: 0, fewestReady: REPLICAS };
  const loop = (async () => {
    while (running) {
      const ready = await countReady(api);
      seen.looks += 1;
      seen.fewestReady = Math.min(seen.fewestReady, ready);
      if (ready < REPLICAS - MISSING) seen.violations += 1;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  })();
  return {
    async stop() {
      running = false;
      await loop;
      return seen;
    },
  };
}
