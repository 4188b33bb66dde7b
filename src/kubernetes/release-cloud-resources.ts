import type { Log } from '../github/log.ts';
import type { PlainApi } from './plain-api.ts';
import { type Clock, until } from './poll.ts';

interface Meta {
  readonly metadata: { readonly name: string; readonly namespace?: string };
}
interface Service extends Meta {
  readonly spec: { readonly type?: string };
}
interface Pod extends Meta {
  readonly spec: {
    readonly volumes?: readonly {
      readonly persistentVolumeClaim?: { readonly claimName: string };
    }[];
  };
}
interface Volume extends Meta {
  readonly spec: {
    readonly persistentVolumeReclaimPolicy?: string;
    readonly csi?: { readonly volumeHandle: string };
  };
}

export interface Released {
  /** What was asked to go: `Service default/web`. */
  readonly removed: readonly string[];
  /** What had not gone by the end of our patience, or never will by itself. */
  readonly left: readonly string[];
}

interface ReleaseOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** When to stop waiting for controllers, on `clock`. */
  readonly deadline: number;
}

interface Kind {
  readonly kind: string;
  readonly path: string;
  readonly plural: string;
}

const SERVICE = { kind: 'Service', path: '/api/v1', plural: 'services' };
const INGRESS = { kind: 'Ingress', path: '/apis/networking.k8s.io/v1', plural: 'ingresses' };
const CLAIM = { kind: 'PersistentVolumeClaim', path: '/api/v1', plural: 'persistentvolumeclaims' };
const POD = { kind: 'Pod', path: '/api/v1', plural: 'pods' };
const VOLUME = { kind: 'PersistentVolume', path: '/api/v1', plural: 'persistentvolumes' };

/**
 * Deletes what makes a cluster's controllers hold resources in AWS: services of type LoadBalancer, ingresses, and
 * volume claims with the pods that use them. Waits until the controllers have let go, which only they can do and
 * only while there are nodes. Volumes that are to be retained are named, not deleted.
 *
 * @throws ApiError when the API server refuses; the error of the connection when there is no answer.
 */
export async function releaseCloudResources(
  api: PlainApi,
  options: ReleaseOptions,
): Promise<Released> {
  const removed: string[] = [];
  const remove = async ({ kind, path, plural }: Kind, items: readonly Meta[]) => {
    for (const item of items) {
      const { namespace = '', name } = item.metadata;
      await api.remove(`${path}/namespaces/${namespace}/${plural}/${name}`);
      removed.push(nameOf(kind, item));
      options.log.info(`Deleted ${nameOf(kind, item)}`);
    }
  };
  await remove(SERVICE, await balancers(api));
  await remove(INGRESS, await listOf(api, INGRESS));
  const claims = await listOf(api, CLAIM);
  await remove(CLAIM, claims);
  // A claim goes when no pod uses it any more.
  if (claims.length > 0) await remove(POD, usersOf(claims, await listOf<Pod>(api, POD)));
  const left = removed.length === 0 ? [] : await awaitGone(api, options);
  return { removed, left: [...left, ...(await volumes(api, 'Retain'))] };
}

function listOf<Item extends Meta>(
  api: PlainApi,
  { path, plural }: Kind,
): Promise<readonly Item[]> {
  return api.list<Item>(`${path}/${plural}`);
}

async function balancers(api: PlainApi): Promise<readonly Service[]> {
  const services = await listOf<Service>(api, SERVICE);
  return services.filter(({ spec }) => spec.type === 'LoadBalancer');
}

/** Waits until nothing is going any more; gives what is, when the time is over. */
async function awaitGone(api: PlainApi, patience: ReleaseOptions): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await until(async () => {
    left = await remaining(api);
    return left.length === 0 ? true : undefined;
  }, patience);
  return left;
}

/** What still has something in AWS that is going to go. */
async function remaining(api: PlainApi): Promise<readonly string[]> {
  return [
    ...(await balancers(api)).map((one) => nameOf(SERVICE.kind, one)),
    ...(await listOf(api, INGRESS)).map((one) => nameOf(INGRESS.kind, one)),
    ...(await listOf(api, CLAIM)).map((one) => nameOf(CLAIM.kind, one)),
    ...(await volumes(api, 'Delete')),
  ];
}

async function volumes(api: PlainApi, policy: 'Delete' | 'Retain'): Promise<readonly string[]> {
  const found = await listOf<Volume>(api, VOLUME);
  return found
    .filter(({ spec }) => spec.persistentVolumeReclaimPolicy === policy)
    .map((one) => {
      const volume = one.spec.csi?.volumeHandle ?? 'no volume handle';
      return `${nameOf(VOLUME.kind, one)} (${volume}, ${policy.toLowerCase()})`;
    });
}

function usersOf(claims: readonly Meta[], pods: readonly Pod[]): readonly Pod[] {
  const names = new Set(claims.map((claim) => nameOf('', claim)));
  return pods.filter((pod) =>
    pod.spec.volumes?.some(({ persistentVolumeClaim: claim }) => {
      const { namespace = '' } = pod.metadata;
      return (
        claim !== undefined &&
        names.has(nameOf('', { metadata: { name: claim.claimName, namespace } }))
      );
    }),
  );
}

function nameOf(kind: string, { metadata: { name, namespace } }: Meta): string {
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}
