import { setTimeout as delay } from 'node:timers/promises';
import type { V1Pod } from '@kubernetes/client-node';
import type { KubernetesApi } from '../../../src/kubernetes/api.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import type { Tally } from './tally.ts';

/** A stream of short-lived pods. Each says by its exit code whether it had its networks when it started. */
export interface StreamOptions {
  readonly api: KubernetesApi;
  /** Each gets a pod every second. */
  readonly nodes: readonly string[];
  /** Names of NetworkAttachmentDefinitions in the namespace default. */
  readonly networks: readonly string[];
}

const PODS = '/api/v1/namespaces/default/pods';
const APP = 'stream';
/** The exit code of a pod that lacks an interface or its address. */
const ALONE = 7;
/** A node may have this many pods that have not ended: a prefix has sixteen addresses. */
const AT_ONCE = 6;
/** How long the last pods may take after the disturbance. */
const DRAIN_MS = 300_000;

/**
 * Creates a pod on each node every second while `disturb` runs, and until there have been `least` pods; then waits
 * until all have ended. The pods are bound to their nodes and tolerate everything, as those of a DaemonSet of the
 * system, so no scheduler keeps them from a node that is not ready for them.
 */
export async function streamDuring(
  { api, nodes, networks }: StreamOptions,
  least: number,
  disturb: () => Promise<unknown>,
): Promise<Omit<Tally, 'leaked'>> {
  const counted = new Map<string, Ended>();
  let created = 0;
  let over = false;
  const disturbance = disturb()
    .then(() => ({}))
    .catch((error: unknown) => ({ failure: String(error) }))
    .finally(() => {
      over = true;
    });
  let drainUntil = Number.POSITIVE_INFINITY;
  for (;;) {
    const began = Date.now();
    const pods = await api.list<V1Pod>(PODS, { labelSelector: `app=${APP}` });
    for (const pod of pods) await count(api, pod, counted);
    const creating = !over || created < least;
    if (!creating && pods.length === 0) break;
    if (!creating) drainUntil = Math.min(drainUntil, began + DRAIN_MS);
    if (began > drainUntil) break;
    for (const node of creating ? nodes : []) {
      if (pods.filter(({ spec }) => spec?.nodeName === node).length >= AT_ONCE) continue;
      await api.create(PODS, podOn(node, networks));
      created += 1;
    }
    await delay(Math.max(0, began + 1_000 - Date.now()));
  }
  const ended = [...counted.values()];
  const of = (code: number) => ended.filter((one) => one.code === code).length;
  const [attached, alone] = [of(0), of(ALONE)];
  return {
    attached,
    alone,
    interrupted: ended.length - attached - alone,
    stuck: created - ended.length,
    longestMs: Math.max(0, ...ended.map(({ ms }) => ms)),
    ...(await disturbance),
  };
}

interface Ended {
  /** Undefined when the container has none. */
  readonly code: number | undefined;
  readonly ms: number;
}

/** Counts a pod that has ended, once, and deletes it. */
async function count(api: KubernetesApi, pod: V1Pod, counted: Map<string, Ended>): Promise<void> {
  const { metadata, status } = pod;
  const name = metadata?.name ?? '';
  if (counted.has(name) || !['Succeeded', 'Failed'].includes(status?.phase ?? '')) return;
  const terminated = status?.containerStatuses?.[0]?.state?.terminated;
  const time = (date: Date | string | undefined) => (date === undefined ? 0 : +new Date(date));
  const ms = time(terminated?.finishedAt) - time(metadata?.creationTimestamp);
  counted.set(name, { code: terminated?.exitCode, ms: Math.max(0, ms) });
  await api.remove(`${PODS}/${name}`);
}

function podOn(nodeName: string, networks: readonly string[]) {
  const has = networks.map(
    (_, index) => `ip -4 -o address show dev net${index + 1} | grep -q inet`,
  );
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: `${APP}-`,
      labels: { app: APP },
      annotations: { 'k8s.v1.cni.cncf.io/networks': networks.join(',') },
    },
    spec: {
      nodeName,
      tolerations: [{ operator: 'Exists' }],
      restartPolicy: 'Never',
      terminationGracePeriodSeconds: 1,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      containers: [
        {
          name: 'pod',
          image: BUSYBOX_IMAGE,
          imagePullPolicy: 'IfNotPresent',
          command: ['sh', '-c', `${has.join(' && ')} || exit ${ALONE}`],
        },
      ],
    },
  };
}
