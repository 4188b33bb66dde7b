import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { KubernetesObject, V1ConfigMap, V1DaemonSet } from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { packFile } from '../core/pack-files.ts';
import type { Patience } from '../core/retry.ts';
import {
  apply,
  awaitEstablished,
  isOurs,
  nameOf,
  readManifest,
  removeIfOurs,
  takeOver,
} from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { confined, ownLabels, withoutKindsOfOthers } from './cluster-of-others.ts';
import { GUARD, GUARD_IMAGE } from './guard.ts';

const SHARED = ['multus/definition.yaml', 'multus/access.yaml', 'multus/guard.yaml'] as const;
/** The files of `manifests` that make up each mode. */
const FILES = {
  thick: [...SHARED, 'multus/daemonset.yaml'],
  thin: [...SHARED, 'multus-thin/daemonset.yaml'],
} as const;

/** The objects of a mode, in order, with the given image. */
export async function readMultus({ mode, image, onlyFor }: MultusChoice) {
  const texts = await Promise.all(
    FILES[mode].map((file) => readFile(packFile('manifests', ...file.split('/')), 'utf8')),
  );
  return multusObjects(texts, image).map((object) => confined(object, onlyFor));
}

/**
 * Applies the manifest of a mode with the given image, and waits until the API server serves NetworkAttachmentDefinitions.
 * Updates an earlier version, the other mode, or a manifest that was applied by hand in place. `awaitRollout` waits for
 * the pods.
 *
 * @throws ClusterError when the existing Multus cannot be updated, or the API server refuses.
 */
export async function installMultus(
  connection: Connection,
  choice: MultusChoice,
  log: Log,
  patience: Patience,
): Promise<void> {
  const objects = await readMultus(choice);
  const found = await connection.api.list<V1DaemonSet>(DAEMON_SETS);
  for (const warning of objects.filter(isDaemonSet).flatMap((set) => checkInstalled(found, set))) {
    log.warn(warning);
  }
  for (const object of await withoutKindsOfOthers(connection, objects, choice.onlyFor)) {
    await takeOver(connection, object);
    await apply(connection, object);
    log.info(`Applied ${nameOf(object)}`);
  }
  await awaitEstablished(connection, DEFINITION, patience);
}

/**
 * Removes the objects that only the other mode has. Call it after the rollout: until then, pods of the other mode may
 * start again, and may be needed again.
 */
export async function removeOtherMode(
  connection: Connection,
  choice: MultusChoice,
  log: Log,
): Promise<void> {
  const keep = new Set((await readMultus(choice)).map(nameOf));
  const other = await readMultus({ ...choice, mode: choice.mode === 'thick' ? 'thin' : 'thick' });
  for (const object of other.filter((one) => !keep.has(nameOf(one)))) {
    if (await removeIfOurs(connection, object, ownLabels(choice.onlyFor)))
      log.info(`Removed ${nameOf(object)}`);
  }
}

export const MULTUS = { namespace: 'kube-system', daemonSet: 'kube-multus-ds' } as const;
/** Multus runs as a daemon on each node (thick), or as a program that starts for each pod (thin). */
export const MODES = ['thick', 'thin'] as const;
export interface MultusChoice {
  readonly mode: (typeof MODES)[number];
  readonly image: string;
  /** On a cluster of others, the environment whose nodes alone get it; undefined for all nodes. */
  readonly onlyFor?: string | undefined;
}
/** The next step when the daemon runs but has not put itself in front of the VPC CNI. */
export const NOT_STARTED =
  'it has not written /etc/cni/net.d/00-multus.conf on the node, for which it waits for 10-aws.conflist of the VPC CNI: look at the pod of aws-node on that node (kubectl -n kube-system get pods -l k8s-app=aws-node -o wide) and its logs';
export const DEFINITION = 'network-attachment-definitions.k8s.cni.cncf.io';

/** Annotation that changes with the ConfigMaps. Pods read them only at start, so they must be replaced. */
const CONFIG_HASH = 'eks-multus-actions/daemon-config-sha256';

/** The objects of a manifest (the texts of its files, in order) with the given image. Pure. */
export function multusObjects(
  texts: readonly string[],
  image: string,
): readonly KubernetesObject[] {
  const objects = texts.flatMap(readManifest);
  const maps = objects.filter(({ kind }) => kind === 'ConfigMap') as readonly V1ConfigMap[];
  const hash = createHash('sha256')
    .update(JSON.stringify(maps.map(({ data }) => data)))
    .digest('hex');
  return objects.map((object) => {
    if (isDaemonSet(object)) return prepared(object, image, hash);
    return nameOf(object) === nameOf(GUARD) ? withImage(object, image) : object;
  });
}

/** The guard outlives Multus, and whoever removes it from the nodes needs an image. */
function withImage(object: KubernetesObject, image: string): KubernetesObject {
  const annotations = { ...object.metadata?.annotations, [GUARD_IMAGE]: image };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** Whether an object is a DaemonSet. */
export function isDaemonSet(object: KubernetesObject): object is V1DaemonSet {
  return object.kind === 'DaemonSet';
}

function prepared(set: V1DaemonSet, image: string, hash: string): V1DaemonSet {
  const template = set.spec?.template;
  if (set.spec === undefined || template?.spec === undefined) return set;
  const { containers, initContainers = [] } = template.spec;
  return {
    ...set,
    spec: {
      ...set.spec,
      template: {
        metadata: {
          ...template.metadata,
          annotations: { ...template.metadata?.annotations, [CONFIG_HASH]: hash },
        },
        spec: {
          ...template.spec,
          containers: containers.map((container) => ({ ...container, image })),
          initContainers: initContainers.map((container) => ({ ...container, image })),
        },
      },
    },
  };
}

/** The labels that published manifests of Multus, old and new, give their pods. */
const LABELS = { app: 'multus', name: 'multus' } as const;

/** The collection of the DaemonSets that `checkInstalled` looks at. */
export const DAEMON_SETS = `/apis/apps/v1/namespaces/${MULTUS.namespace}/daemonsets`;

/**
 * Checks that the Multus of a cluster can be updated in place: there is no DaemonSet of that name, or it selects the same
 * pods, as all manifests do that AWS has published. Pure.
 *
 * @returns warnings about other DaemonSets that run Multus.
 * @throws ClusterError when the selector differs, because Kubernetes cannot change it.
 */
export function checkInstalled(
  found: readonly V1DaemonSet[],
  wanted: V1DaemonSet,
): readonly string[] {
  const same = found.find(({ metadata }) => metadata?.name === MULTUS.daemonSet);
  const [theirs, ours] = [same, wanted].map(selectorOf);
  if (same !== undefined && theirs !== ours) throw otherSelector(theirs ?? '', ours ?? '');
  return found.filter((set) => set !== same && runsMultus(set)).map(warning);
}

function selectorOf(set: V1DaemonSet | undefined): string {
  const { matchLabels = {}, matchExpressions = [] } = set?.spec?.selector ?? {};
  const labels = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  const more = matchExpressions.map(({ key, operator, values = [] }) =>
    [key, operator, values.join('|')].join(' ').trim(),
  );
  return [...labels.sort(), ...more.sort()].join(', ');
}

function otherSelector(theirs: string, ours: string): ClusterError {
  const { namespace, daemonSet } = MULTUS;
  return new ClusterError({
    resource: `daemonset ${namespace}/${daemonSet}`,
    reason: `another manifest made it: it selects the pods with ${theirs}, ours selects those with ${ours}, and Kubernetes cannot change a selector`,
    nextStep: `remove it (kubectl -n ${namespace} delete daemonset ${daemonSet}) and run this again at once. Running pods keep their networks; pods that start in between get none`,
  });
}

/** The DaemonSets of others that run Multus, by name. Pure. */
export function otherMultus(found: readonly V1DaemonSet[]): readonly string[] {
  return found
    .filter((set) => (set.metadata?.name === MULTUS.daemonSet || runsMultus(set)) && !isOurs(set))
    .map((set) => nameOf({ ...set, kind: 'DaemonSet' }));
}

function runsMultus({ spec }: V1DaemonSet): boolean {
  const labels = spec?.template.metadata?.labels ?? {};
  return Object.entries(LABELS).some(([key, value]) => labels[key] === value);
}

function warning(set: V1DaemonSet): string {
  const { namespace } = MULTUS;
  const kind = 'DaemonSet';
  return `${nameOf({ ...set, kind })} also runs Multus. Both write the same file on each node, and each removes it when it ends. Remove that one (kubectl -n ${namespace} delete daemonset ${set.metadata?.name})`;
}

/** A DaemonSet that an environment uses but does not install. */
interface Wanted {
  readonly namespace: string;
  readonly name: string;
  /** The environment that installs it. */
  readonly base: string;
}

/**
 * The image of the Multus on a shared cluster. Changes nothing.
 *
 * @throws ClusterError when the cluster has no Multus.
 */
export function findMultus(connection: Connection, base: string): Promise<string> {
  const { namespace, daemonSet: name } = MULTUS;
  return imageOf(connection, { namespace, name, base });
}

/**
 * The image of a DaemonSet that must exist.
 *
 * @throws ClusterError when it does not.
 */
export async function imageOf(
  connection: Connection,
  { namespace, name, base }: Wanted,
): Promise<string> {
  const wanted = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { namespace, name } };
  const found = await connection.api.read<V1DaemonSet>(wanted);
  const image = found?.spec?.template.spec?.containers[0]?.image;
  if (image !== undefined) return image;
  throw new ClusterError({
    resource: `daemonset ${namespace}/${name}`,
    reason: `the cluster of ${base} does not have it, and what belongs to ${base} is not changed from here`,
    nextStep: `run configure-multus for ${base} first${name === MULTUS.daemonSet ? '' : ', with a network that needs it'}`,
  });
}
