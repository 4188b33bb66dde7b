import { readFile } from 'node:fs/promises';
import type { KubernetesObject, V1PodSpec } from '@kubernetes/client-node';
import type { Log } from '../core/log.ts';
import { packFile } from '../core/pack-files.ts';
import type { Patience } from '../core/retry.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import {
  apply,
  awaitEstablished,
  isOurs,
  nameOf,
  readManifest,
  removeIfOurs,
} from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { confined, withoutKindsOfOthers } from './cluster-of-others.ts';

export const WHEREABOUTS = { namespace: 'kube-system', name: 'whereabouts' } as const;

const DAEMON_SET: KubernetesObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { ...WHEREABOUTS },
};
const FILES = ['definitions.yaml', 'access.yaml', 'daemonset.yaml', 'reconciler.yaml'] as const;
const POOLS = '/apis/whereabouts.cni.cncf.io/v1alpha1/ippools';

/** The objects of `manifests/whereabouts`, in order, with the given image or the one that is pinned there. */
export async function whereaboutsObjects(image?: string): Promise<readonly KubernetesObject[]> {
  const texts = await Promise.all(
    FILES.map((file) => readFile(packFile('manifests', 'whereabouts', file), 'utf8')),
  );
  const objects = texts.flatMap(readManifest);
  return image === undefined ? objects : objects.map((object) => withImage(object, image));
}

export interface WhereaboutsChoice {
  /** Undefined: the one that the manifest pins. */
  readonly image: string | undefined;
  /** On a cluster of others, the environment whose nodes alone get it; undefined for all nodes. */
  readonly onlyFor?: string | undefined;
}

/**
 * Applies `manifests/whereabouts` and waits until the API server serves its kinds. `awaitRollout` waits for the pods.
 * Leaves a whereabouts that somebody else installed as it is.
 */
export async function installWhereabouts(
  connection: Connection,
  { image, onlyFor }: WhereaboutsChoice,
  log: Log,
  patience: Patience,
): Promise<void> {
  const there = await connection.api.read<KubernetesObject>(DAEMON_SET);
  if (there !== undefined && !isOurs(there)) {
    log.info(`${nameOf(DAEMON_SET)} was installed by somebody else; it stays as it is`);
    return;
  }
  const objects = (await whereaboutsObjects(image)).map((object) => confined(object, onlyFor));
  for (const object of await withoutKindsOfOthers(connection, objects, onlyFor)) {
    await apply(connection, object);
    log.info(`Applied ${nameOf(object)}`);
  }
  for (const { metadata } of objects.filter(({ kind }) => kind === 'CustomResourceDefinition')) {
    await awaitEstablished(connection, metadata?.name ?? '', patience);
  }
}

/**
 * Removes whereabouts if we installed it and no pod has an address from it. It must outlive those pods, because it releases
 * their addresses.
 */
export async function removeWhereabouts(connection: Connection, log: Log): Promise<void> {
  const there = await connection.api.read<KubernetesObject>(DAEMON_SET);
  if (there === undefined || !isOurs(there)) return;
  const inUse = await addressesInUse(connection.api);
  if (inUse > 0) {
    log.info(
      `whereabouts stays: no network uses it, but pods still have ${inUse} of its addresses`,
    );
    return;
  }
  for (const object of (await whereaboutsObjects()).toReversed()) {
    if (await removeIfOurs(connection, object)) log.info(`Removed ${nameOf(object)}`);
  }
}

interface Pool {
  readonly spec?: { readonly allocations?: Readonly<Record<string, unknown>> };
}

async function addressesInUse(api: KubernetesApi): Promise<number> {
  const pools = await api.list<Pool>(POOLS);
  return pools.reduce((sum, { spec }) => sum + Object.keys(spec?.allocations ?? {}).length, 0);
}

/** What both a DaemonSet and a Deployment have. */
interface Workload extends KubernetesObject {
  readonly spec: { readonly template: { readonly spec: V1PodSpec } };
}

function withImage(object: KubernetesObject, image: string): KubernetesObject {
  if (object.kind !== 'DaemonSet' && object.kind !== 'Deployment') return object;
  const workload = object as Workload;
  const { template } = workload.spec;
  const containers = template.spec.containers.map((container) => ({ ...container, image }));
  const changed: Workload = {
    ...workload,
    spec: { ...workload.spec, template: { ...template, spec: { ...template.spec, containers } } },
  };
  return changed;
}
