import {
  type AutoScalingClient,
  DescribeAutoScalingInstancesCommand,
} from '@aws-sdk/client-auto-scaling';
import type { V1Node, V1Pod } from '@kubernetes/client-node';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import { statusOf, unlessStatus } from '../../../src/kubernetes/api-error.ts';
import type { Rest } from '../../../src/kubernetes/rest.ts';

export interface FakeKubeletsOptions {
  readonly autoscaling: AutoScalingClient;
  readonly api: KubernetesApi;
  readonly rest: Rest;
}

/** Node objects in place of nodes. */
export interface FakeKubelets {
  /** Instances that boot while this is true never join. */
  joinsNobody: boolean;
  /** Nodes that join while this is set are not Ready, for this reason. */
  notReady: string | undefined;
  stop(): Promise<void>;
}

const EVERY_MS = 150;

/**
 * For every instance in service, a Node object that is Ready; none for one that has ended, as EKS's cloud controller does.
 * Its pods run as soon as they are scheduled and end as soon as they are deleted. Nothing boots, and nothing runs.
 */
export function startFakeKubelets(options: FakeKubeletsOptions): FakeKubelets {
  let running = true;
  const kubelets = { joinsNobody: false, notReady: undefined as string | undefined };
  /** How each instance turned out, from when it was first seen. */
  const fates = new Map<string, { readonly joins: boolean; readonly reason: string | undefined }>();
  const pass = async () => {
    const instances = await inService(options.autoscaling);
    const nodes = await options.api.list<V1Node>('/api/v1/nodes');
    const known = new Map(nodes.map((node) => [instanceOf(node), node]));
    for (const { id, zone } of instances) {
      if (!fates.has(id)) {
        fates.set(id, { joins: !kubelets.joinsNobody, reason: kubelets.notReady });
      }
      const { joins = true, reason } = fates.get(id) ?? {};
      // A node that was not Ready becomes so when its cause is gone.
      const why = kubelets.notReady === undefined ? undefined : reason;
      if (joins) await report(options, known.get(id) ?? (await join(options, id, zone)), why);
    }
    const alive = new Set(instances.map(({ id }) => id));
    for (const [id, node] of known) {
      if (!alive.has(id)) await options.api.remove(`/api/v1/nodes/${node.metadata?.name}`);
    }
    await runPods(options, new Set([...alive].map(nodeName)));
  };
  const loop = (async () => {
    while (running) {
      // What changes meanwhile is looked at again.
      await pass().catch((error: unknown) => {
        if (running && statusOf(error) === undefined)
          console.error('a fake kubelet failed:', error);
      });
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();
  return Object.assign(kubelets, {
    async stop() {
      running = false;
      await loop.catch(() => undefined);
    },
  });
}

async function inService(client: AutoScalingClient) {
  const found = await client.send(new DescribeAutoScalingInstancesCommand({}));
  return (found.AutoScalingInstances ?? [])
    .filter(({ LifecycleState }) => /^(InService|Terminating:Wait)$/.test(LifecycleState ?? ''))
    .map(({ AvailabilityZone: zone = '', InstanceId: id = '' }) => ({ id, zone }));
}

function nodeName(instanceId: string): string {
  return `node-${instanceId}`;
}

function instanceOf({ spec }: V1Node): string {
  return spec?.providerID?.split('/').at(-1) ?? '';
}

function join({ api }: FakeKubeletsOptions, id: string, zone: string): Promise<V1Node> {
  return api.create<V1Node>('/api/v1/nodes', {
    metadata: { name: nodeName(id), labels: { 'topology.kubernetes.io/zone': zone } },
    spec: { providerID: `aws:///${zone}/${id}` },
  });
}

async function report(
  { rest }: FakeKubeletsOptions,
  { metadata }: V1Node,
  reason: string | undefined,
): Promise<void> {
  const room = { cpu: '4', memory: '16Gi', pods: '50' };
  const status = reason === undefined ? 'True' : 'False';
  const message = reason ?? 'kubelet is posting ready status';
  const lastHeartbeatTime = new Date().toISOString();
  const condition = { type: 'Ready', status, reason: 'Fake', message, lastHeartbeatTime };
  await rest({
    method: 'PATCH',
    path: `/api/v1/nodes/${metadata?.name}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { status: { conditions: [condition], capacity: room, allocatable: room } },
  });
}

async function runPods(
  { api, rest }: FakeKubeletsOptions,
  nodes: ReadonlySet<string>,
): Promise<void> {
  for (const pod of await api.list<V1Pod>('/api/v1/pods')) {
    const { deletionTimestamp, name, namespace } = pod.metadata ?? {};
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    if (!nodes.has(pod.spec?.nodeName ?? '')) continue;
    if (deletionTimestamp !== undefined) await api.remove(path, { gracePeriodSeconds: 0 });
    else if (pod.status?.phase === 'Pending') await unlessStatus([404], () => run(rest, path));
  }
}

function run(rest: Rest, path: string): Promise<unknown> {
  const conditions = ['Ready', 'ContainersReady'].map((type) => ({ type, status: 'True' }));
  return rest({
    method: 'PATCH',
    path: `${path}/status`,
    contentType: 'application/strategic-merge-patch+json',
    body: { status: { phase: 'Running', conditions } },
  });
}
