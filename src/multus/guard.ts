import type {
  KubernetesObject,
  V1ConfigMap,
  V1Container,
  V1Node,
  V1VolumeMount,
} from '@kubernetes/client-node';
import type { Log } from '../core/log.ts';
import type { Patience } from '../core/retry.ts';
import { ENVIRONMENT_LABEL } from '../environment/shared-cluster.ts';
import { apply, isOurs } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { typeWithoutVpcCni } from '../kubernetes/nodes.ts';
import { type NodeTask, runOnNodes } from '../kubernetes/run-on-nodes.ts';

/**
 * The ConfigMap with the files of the guard (`manifests/multus/guard.yaml`). While it is in the cluster, nodes may have
 * these files.
 */
export const GUARD = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'multus-guard', namespace: 'kube-system' },
} as const;

/** Annotation of the guard's ConfigMap: the Multus image that nodes have. Its removal needs one that can be pulled. */
export const GUARD_IMAGE = 'eks-multus-actions/image';

const PROGRAM = 'multus-guard';
const REFUSAL = '01-multus-guard.conf';
/** How long nodes may take to pull the image. */
const PULL_MS = 300_000;

/** Whether the DaemonSets of Multus run on a node, as their node affinity says. Pure. */
export function hostsMultus(node: V1Node): boolean {
  const isLinux = node.metadata?.labels?.['kubernetes.io/os'] === 'linux';
  return isLinux && typeWithoutVpcCni(node) === undefined;
}

/**
 * Puts the guard on all nodes on which Multus runs: from then on, no pod starts there while Multus does not run. Uses
 * the image that Multus is about to get, so an image that a node cannot pull or run is found before Multus changes, and
 * is on the node when it does.
 *
 * @param guard the ConfigMap of the manifest
 * @throws ClusterError with the nodes where that is not possible, and why.
 */
export async function placeGuard(
  connection: Connection,
  guard: KubernetesObject,
  image: string,
  log: Log,
  patience: Patience,
): Promise<void> {
  await apply(connection, guard);
  const nodes = await guardedNodes(connection, guard);
  const task: NodeTask = {
    name: 'multus-guard-place',
    namespace: GUARD.metadata.namespace,
    failure: 'Multus stays as it is, because its new image does not run on each node',
    nextStep:
      'check that the image exists in that registry and region, and that the node role may pull from it (multus-image names another); repair or remove nodes that are not Ready; then run this again',
    spec: {
      initContainers: [copies('program', image, PROGRAM, '/host/opt/cni/bin/')],
      containers: [copies('hold-pods', image, REFUSAL, '/host/etc/cni/net.d/')],
      volumes: [
        ...NODE_FOLDERS,
        { name: 'guard', configMap: { name: GUARD.metadata.name, defaultMode: 0o755 } },
      ],
    },
  };
  await runOnNodes(connection, task, nodes, atMost(PULL_MS, patience));
  log.info(`${nodes.length} nodes have the image ${image}, and let pods wait without Multus`);
}

/**
 * Removes the guard from all nodes, and the configuration of a Multus that was killed. Pods then start with the VPC
 * CNI's interface. Does nothing in a cluster without the guard's ConfigMap. That one stays, so that a second call can go on:
 * the caller removes it last.
 *
 * @param image the image of Multus; the one that the ConfigMap names when not given
 * @throws ClusterError with the nodes where that is not possible, and why.
 */
export async function removeGuard(
  connection: Connection,
  image: string | undefined,
  log: Log,
  patience: Patience,
): Promise<void> {
  const guard = await connection.api.read<V1ConfigMap>(GUARD);
  if (guard === undefined || !isOurs(guard)) return;
  const nodes = await guardedNodes(connection, guard);
  const found = image ?? guard.metadata?.annotations?.[GUARD_IMAGE] ?? '';
  const files = [`/host/etc/cni/net.d/${REFUSAL}`, '/host/etc/cni/net.d/00-multus.conf'];
  const task: NodeTask = {
    name: 'multus-guard-remove',
    namespace: GUARD.metadata.namespace,
    failure: 'Multus is gone, but pods cannot start on nodes that still have its guard',
    nextStep: `repair or remove these nodes and run this again; by hand, remove ${files.map((file) => file.replace('/host', '')).join(' and ')} on them`,
    spec: {
      containers: [
        container(
          'remove',
          found,
          ['/usr/bin/rm', '-f', ...files, `/host/opt/cni/bin/${PROGRAM}`],
          NODE_PROGRAMS.map(({ name, path }) => ({ name, mountPath: path, readOnly: true })),
        ),
      ],
      volumes: [
        ...NODE_FOLDERS,
        ...NODE_PROGRAMS.map(({ name, path }) => ({ name, hostPath: { path } })),
      ],
    },
  };
  await runOnNodes(connection, task, nodes, patience);
  log.info(`Removed the guard from ${nodes.length} nodes: pods start without Multus`);
}

/** On a cluster of others, where the guard has an environment, only nodes of environments have it. */
async function guardedNodes(
  { api }: Connection,
  guard: KubernetesObject,
): Promise<readonly V1Node[]> {
  const all = guard.metadata?.labels?.[ENVIRONMENT_LABEL] === undefined;
  const nodes = (await api.list<V1Node>('/api/v1/nodes')).filter(hostsMultus);
  return nodes.filter(({ metadata }) => all || metadata?.labels?.[ENVIRONMENT_LABEL] !== undefined);
}

const NODE_FOLDERS = [
  { name: 'cni', hostPath: { path: '/etc/cni/net.d' } },
  { name: 'cnibin', hostPath: { path: '/opt/cni/bin' } },
];

/** Where the node has its programs and their libraries: an image of Multus has cp, but it need not have rm. */
const NODE_PROGRAMS = ['usr', 'lib', 'lib64'].map((name) => ({ name, path: `/${name}` }));

const MOUNTS = [
  { name: 'cni', mountPath: '/host/etc/cni/net.d' },
  { name: 'cnibin', mountPath: '/host/opt/cni/bin' },
];

/** Copies a file of the guard's ConfigMap to a folder of the node. */
function copies(name: string, image: string, file: string, folder: string): V1Container {
  const guard = { name: 'guard', mountPath: '/guard', readOnly: true };
  return container(name, image, ['cp', '-f', `/guard/${file}`, folder], [guard]);
}

function container(
  name: string,
  image: string,
  command: string[],
  mounts: readonly V1VolumeMount[],
): V1Container {
  return {
    name,
    image,
    command,
    securityContext: { privileged: true },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [...MOUNTS, ...mounts],
  };
}

function atMost(ms: number, { clock, deadline, ...rest }: Patience): Patience {
  return { ...rest, clock, deadline: Math.min(deadline, clock.now() + ms) };
}
