import { randomUUID } from 'node:crypto';
import type { V1Lease } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { until } from '../core/retry.ts';
import { isConflict, type KubernetesApi } from '../kubernetes/api.ts';
import { mayPass, statusOf } from '../kubernetes/api-error.ts';

const NAMESPACE = 'kube-system';
const COLLECTION = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`;
/** A run that was killed blocks others for this long: its lease says so. */
const LASTS_MS = 30_000;
const RENEWED_EVERY_MS = 8_000;

export interface LeaseOptions {
  readonly api: KubernetesApi;
  /** The environment that is rolled: one run at a time may do so. */
  readonly environment: string;
  readonly clock: Clock;
  readonly log: Log;
  /** When to give up waiting for another run, in the clock's time. */
  readonly deadline: number;
}

/** The right to roll the nodes of an environment. */
export interface Held {
  /**
   * Renews the lease when it is time to.
   *
   * @throws ClusterError when another run has taken it over, which happens to a run that stood still for half a minute. Also
   *   when the API server does not renew it for so long.
   */
  check(): Promise<void>;
  /** What unfinished runs have noted, by key. */
  readonly notes: Readonly<Record<string, string>>;
  /** Writes a note onto the lease, where it stays until a run succeeds. */
  note(key: string, text: string): Promise<void>;
  /** Keeps the lease while something takes long. */
  during<T>(work: Promise<T>): Promise<T>;
}

/**
 * Does work while no other run rolls the nodes of the environment. Waits for such a run, and takes over from one that has
 * shown no sign of life for half a minute. The rules are those of https://github.com/kubernetes/client-go
 * `tools/leaderelection`: a lease expires when this run has seen no change of it for as long as the lease says, so clocks
 * of different machines are never compared. A renewal that fails is tried again. The lease goes when the work succeeds.
 * Otherwise it stays, free, with its notes.
 *
 * @throws ClusterError when another run still works at the deadline.
 */
export async function withLease<T>(
  options: LeaseOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const holder = randomUUID();
  const name = `eks-multus-rollout-${options.environment}`;
  const notes = await acquire(options, name, holder);
  const held = renewing(options, { holder, name, notes });
  let result: T;
  try {
    result = await work(held);
  } catch (error) {
    // It would be free half a minute later anyway.
    await setFree(options.api, name, holder).catch(() => undefined);
    throw error;
  }
  await remove(options.api, name, holder);
  return result;
}

async function acquire(
  options: LeaseOptions,
  name: string,
  holder: string,
): Promise<Readonly<Record<string, string>>> {
  const { api, clock, deadline, environment, log } = options;
  let seen = '';
  let since = clock.now();
  let told = false;
  for (;;) {
    const found = await api.read<V1Lease>(`${COLLECTION}/${name}`);
    const sign = `${found?.spec?.holderIdentity} ${found?.metadata?.resourceVersion}`;
    if (sign !== seen) [seen, since] = [sign, clock.now()];
    const lastsMs = (found?.spec?.leaseDurationSeconds ?? LASTS_MS / 1000) * 1000;
    const free = !found?.spec?.holderIdentity || clock.now() - since > lastsMs;
    if (free && (await take(api, name, found, holder)) !== undefined) return notesOf(found);
    if (clock.now() > deadline) throw busy(environment);
    if (!told) log.info(`Another run rolls the nodes of ${environment}, or was killed: waiting`);
    told = true;
    await clock.sleep(2_000);
  }
}

/** The lease with us as its holder; undefined when another run was faster, or when the API server did not answer. */
async function take(
  api: KubernetesApi,
  name: string,
  found: V1Lease | undefined,
  holder: string,
): Promise<V1Lease | undefined> {
  const time = new Date().toISOString().replace('Z', '000Z');
  const own = found?.spec?.holderIdentity === holder ? found.spec : undefined;
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { ...found?.metadata, name, namespace: NAMESPACE },
    spec: {
      holderIdentity: holder,
      leaseDurationSeconds: LASTS_MS / 1000,
      acquireTime: own?.acquireTime ?? time,
      renewTime: time,
    },
  };
  try {
    return found === undefined
      ? await api.create<V1Lease>(COLLECTION, lease as unknown as V1Lease)
      : await api.replace<V1Lease>(`${COLLECTION}/${name}`, lease as unknown as V1Lease);
  } catch (error) {
    if (statusOf(error) === 404 || isConflict(error) || mayPass(error)) return undefined;
    throw error;
  }
}

/** What this run has of the lease. */
interface Own {
  readonly name: string;
  readonly holder: string;
  readonly notes: Readonly<Record<string, string>>;
}

function renewing({ api, clock, environment }: LeaseOptions, { holder, name, notes }: Own): Held {
  let renewedAt = clock.now();
  async function renew(): Promise<V1Lease | undefined> {
    const found = await api.read<V1Lease>(`${COLLECTION}/${name}`);
    if (found?.spec?.holderIdentity !== holder) throw overtaken(environment);
    return take(api, name, found, holder);
  }
  async function check(): Promise<void> {
    if (clock.now() - renewedAt < RENEWED_EVERY_MS) return;
    const renewed = await until(renew, { clock, deadline: renewedAt + LASTS_MS });
    if (renewed === undefined) throw notRenewed(environment);
    renewedAt = clock.now();
  }
  return {
    check,
    notes,
    async note(key, text) {
      const annotations = { [NOTE + key]: text };
      const path = `${COLLECTION}/${name}`;
      await api.repeat(() => api.merge(path, { metadata: { annotations } }));
    },
    async during(work) {
      const ended = work.then(() => true);
      while (!(await Promise.race([ended, clock.sleep(RENEWED_EVERY_MS).then(() => false)]))) {
        await check();
      }
      return work;
    },
  };
}

/** The annotations with notes begin with this. */
const NOTE = 'rollout.eks-multus-actions/';

function notesOf(lease: V1Lease | undefined): Readonly<Record<string, string>> {
  const annotations = Object.entries(lease?.metadata?.annotations ?? {});
  return Object.fromEntries(
    annotations
      .filter(([key]) => key.startsWith(NOTE))
      .map(([key, text]) => [key.slice(NOTE.length), text]),
  );
}

async function setFree(api: KubernetesApi, name: string, holder: string): Promise<void> {
  const path = `${COLLECTION}/${name}`;
  const found = await api.read<V1Lease>(path);
  if (found?.spec?.holderIdentity !== holder) return;
  const { resourceVersion } = found.metadata ?? {};
  await api.merge(path, { metadata: { resourceVersion }, spec: { holderIdentity: '' } });
}

async function remove(api: KubernetesApi, name: string, holder: string): Promise<void> {
  const found = await api.read<V1Lease>(`${COLLECTION}/${name}`);
  if (found?.spec?.holderIdentity !== holder) return;
  const { resourceVersion, uid } = found.metadata ?? {};
  await api.remove(`${COLLECTION}/${name}`, { uid, resourceVersion });
}

function busy(environment: string): ClusterError {
  return new ClusterError({
    resource: `rollout of environment ${environment}`,
    reason: 'another run rolls its nodes',
    nextStep: 'wait until that run has ended, then run the action again',
  });
}

function overtaken(environment: string): ClusterError {
  return new ClusterError({
    resource: `rollout of environment ${environment}`,
    reason: 'another run has taken it over, because this one stood still for half a minute',
    nextStep: 'let the other run end, then run the action again',
  });
}

function notRenewed(environment: string): ClusterError {
  return new ClusterError({
    resource: `rollout of environment ${environment}`,
    reason:
      'the API server has not renewed its Lease for half a minute, so another run may take it over',
    nextStep: 'run the action again, which goes on where it stopped',
  });
}
