import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import { until } from '../core/retry.ts';
import type { KubernetesApi } from './api.ts';

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
    readonly claimRef?: { readonly namespace?: string };
    readonly persistentVolumeReclaimPolicy?: string;
    readonly csi?: { readonly volumeHandle: string };
  };
}

export interface Released {
  /** The objects that we deleted: `Service default/web`. */
  readonly removed: readonly string[];
  /** The objects that still existed at the deadline, and volumes that are kept on purpose. */
  readonly left: readonly string[];
}

interface ReleaseOptions {
  readonly log: Log;
  readonly clock: Clock;
  /** When to stop waiting for controllers, on `clock`. */
  readonly deadline: number;
  /** Only objects of this namespace; all objects when not given. */
  readonly namespace?: string;
}

/** A cluster, or one namespace of it. */
interface Scope {
  readonly api: KubernetesApi;
  readonly namespace?: string | undefined;
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
 * Deletes the objects for which controllers hold resources in AWS: services of type LoadBalancer, ingresses, and volume
 * claims with the pods that use them. Waits until the controllers have released these resources, which they can do only
 * while there are nodes. Keeps volumes with the policy Retain, and names them.
 *
 * @throws ApiError when the API server refuses; the error of the connection when there is no answer.
 */
export async function releaseCloudResources(
  api: KubernetesApi,
  options: ReleaseOptions,
): Promise<Released> {
  const scope: Scope = { api, namespace: options.namespace };
  const removed: string[] = [];
  const remove = async ({ kind, path, plural }: Kind, items: readonly Meta[]) => {
    for (const item of items) {
      const { namespace = '', name } = item.metadata;
      await api.remove(`${path}/namespaces/${namespace}/${plural}/${name}`);
      removed.push(nameOf(kind, item));
      options.log.info(`Deleted ${nameOf(kind, item)}`);
    }
  };
  await remove(SERVICE, await balancers(scope));
  await remove(INGRESS, await listOf(scope, INGRESS));
  const claims = await listOf(scope, CLAIM);
  await remove(CLAIM, claims);
  // Kubernetes removes a claim only when no pod uses it.
  if (claims.length > 0) await remove(POD, usersOf(claims, await listOf<Pod>(scope, POD)));
  const left = removed.length === 0 ? [] : await awaitGone(scope, options);
  return { removed, left: [...left, ...(await volumes(scope, 'Retain'))] };
}

function listOf<Item extends Meta>(
  { api, namespace }: Scope,
  { path, plural }: Kind,
): Promise<readonly Item[]> {
  const within = namespace === undefined ? '' : `/namespaces/${namespace}`;
  return api.list<Item>(`${path}${within}/${plural}`);
}

async function balancers(scope: Scope): Promise<readonly Service[]> {
  const services = await listOf<Service>(scope, SERVICE);
  return services.filter(({ spec }) => spec.type === 'LoadBalancer');
}

/** Waits until all these objects are gone. Returns those that still exist at the deadline. */
async function awaitGone(scope: Scope, patience: ReleaseOptions): Promise<readonly string[]> {
  let left: readonly string[] = [];
  await until(async () => {
    left = await remaining(scope);
    return left.length === 0 ? true : undefined;
  }, patience);
  return left;
}

/** The objects that still hold resources in AWS and will be removed. */
async function remaining(scope: Scope): Promise<readonly string[]> {
  return [
    ...(await balancers(scope)).map((one) => nameOf(SERVICE.kind, one)),
    ...(await listOf(scope, INGRESS)).map((one) => nameOf(INGRESS.kind, one)),
    ...(await listOf(scope, CLAIM)).map((one) => nameOf(CLAIM.kind, one)),
    ...(await volumes(scope, 'Delete')),
  ];
}

/** Volumes have no namespace, but their claims have one. */
async function volumes(
  { api, namespace }: Scope,
  policy: 'Delete' | 'Retain',
): Promise<readonly string[]> {
  const found = await listOf<Volume>({ api }, VOLUME);
  return found
    .filter(({ spec }) => spec.persistentVolumeReclaimPolicy === policy)
    .filter(({ spec }) => namespace === undefined || spec.claimRef?.namespace === namespace)
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
