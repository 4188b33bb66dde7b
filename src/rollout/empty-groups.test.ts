import type { V1Lease, V1Node, V1Pod } from '@kubernetes/client-node';
import { beforeEach, expect, it } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { fakeKubernetesApi } from '../../dev/testing/fakes/fake-kubernetes-api.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import type { Target } from '../kubernetes/api.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { ROLLOUT_ANNOTATION } from './drain.ts';
import { emptyGroups } from './empty-groups.ts';
import { ROLLOUT_TAG } from './rollout-tag.ts';
import type { ScalingGroups } from './scaling-group.ts';

const GROUP = 'lab-workers-b';
const MINUTE = 60_000;

let clock: ReturnType<typeof fakeClock>;
let nodes: Map<string, V1Node>;
let pods: Map<string, V1Pod>;
let lease: V1Lease | undefined;
let tags: Record<string, string>;
/** What was asked of the API server and of Auto Scaling, in order. */
let calls: string[];
/** Why a pod may not leave now; undefined when it may. */
let refusal: (pod: string) => string | undefined;
/** Hears of each call. */
let onCall: (call: string) => void;

beforeEach(() => {
  clock = fakeClock();
  lease = undefined;
  tags = {};
  calls = [];
  refusal = () => undefined;
  onCall = () => undefined;
  nodes = new Map(['b1', 'b2', 'a1'].map((name) => [name, node(name)]));
  pods = new Map(
    [
      pod('web-1', 'b1'),
      pod('web-2', 'b2'),
      pod('web-3', 'a1'),
      pod('agent', 'b1', 'DaemonSet'),
    ].map((one) => [one.metadata?.name ?? '', one]),
  );
});

function node(name: string): V1Node {
  return { metadata: { name }, spec: { providerID: `aws:///ap-northeast-2b/i-${name}` } };
}

function pod(name: string, nodeName: string, kind = 'ReplicaSet'): V1Pod {
  const owner = { apiVersion: 'apps/v1', kind, name, uid: name, controller: true };
  const ownerReferences = kind === '' ? [] : [owner];
  return {
    metadata: { name, namespace: 'default', uid: name, ownerReferences },
    spec: { nodeName, containers: [] },
  };
}

function say(call: string): void {
  calls.push(call);
  onCall(call);
}

const api = fakeKubernetesApi({
  async list<T>(path: string, { fieldSelector = '' }: { fieldSelector?: string } = {}) {
    if (path === '/api/v1/nodes') return [...nodes.values()] as T[];
    const on = fieldSelector.replace('spec.nodeName=', '');
    return [...pods.values()].filter(({ spec }) => spec?.nodeName === on) as T[];
  },
  get: async <T>(target: Target) => found(target) as T,
  read: async <T>(target: Target) => (isLease(target) ? lease : found(target)) as T | undefined,
  async create<T>(path: string, body: T) {
    if (isLease(path)) lease = body as V1Lease;
    else evict(/pods\/(.+)\/eviction/.exec(path)?.[1] ?? '');
    return body;
  },
  async replace<T>(_: string, body: T) {
    lease = body as V1Lease;
    return body;
  },
  async merge(target, body) {
    if (isLease(target)) return;
    const name = nameIn(target);
    const { metadata, spec } = body as V1Node;
    const before = nodes.get(name);
    const annotations = { ...before?.metadata?.annotations, ...metadata?.annotations };
    const kept = Object.entries(annotations).filter(([, value]) => value !== null);
    nodes.set(name, {
      metadata: { name, annotations: Object.fromEntries(kept) },
      spec: { ...before?.spec, ...spec },
    });
    say(`${spec?.unschedulable === true ? 'cordon' : 'uncordon'} ${name}`);
  },
  async remove() {
    lease = undefined;
    return true;
  },
});

const isLease = (target: Target) => String(target).includes('/leases');
const nameIn = (target: Target) => String(target).split('/').at(-1) ?? '';
const found = (target: Target) => nodes.get(nameIn(target));

function evict(name: string): void {
  const message = refusal(name);
  if (message !== undefined) throw new ApiError(429, { message });
  say(`evict ${name}`);
  pods.delete(name);
}

const groups: ScalingGroups = {
  describe: async (name) => ({
    name,
    desired: 2,
    max: 2,
    template: undefined,
    suspended: [],
    tags,
    instances: ['b1', 'b2'].map((one) => ({
      id: `i-${one}`,
      phase: 'in-service' as const,
      template: undefined,
    })),
  }),
  resize: () => Promise.reject(new Error('the group keeps its size')),
  end: () => Promise.reject(new Error('the group ends its instances')),
  async setTag(_, key, value) {
    say(value === undefined ? 'untag' : 'tag');
    if (value === undefined) delete tags[key];
    else tags[key] = value;
  },
  launchFailure: async () => undefined,
};

function empty(minutes = 60): Promise<void> {
  const deadline = clock.now() + minutes * MINUTE;
  const log = recordingLog();
  return emptyGroups(
    { environment: 'lab', groups: [{ name: GROUP, declared: 2 }], drainMs: 5 * MINUTE },
    { api, clock, deadline, groups, log },
  );
}

const takesPods = (name: string) => nodes.get(name)?.spec?.unschedulable !== true;

it('lets no node take pods before the first pod leaves, and leaves other groups and DaemonSets alone', async () => {
  await empty();
  expect(calls).toEqual(['tag', 'cordon b1', 'cordon b2', 'evict web-1', 'evict web-2']);
  expect([...pods.keys()]).toEqual(['web-3', 'agent']);
  expect(takesPods('a1')).toBe(true);
  expect(lease).toBeUndefined();
});

it('changes nothing for a pod that nothing would start again', async () => {
  pods.set('job', pod('job', 'b2', ''));
  const failed = empty();
  await expect(failed).rejects.toThrow('nothing would start pod default/job again');
  await expect(failed).rejects.toThrow(/delete these pods, then run the action again; or list/);
  expect(calls).toEqual([]);
});

it('waits for a budget as long as pods leave, also longer than the time without progress', async () => {
  for (let one = 4; one < 20; one += 1) pods.set(`web-${one}`, pod(`web-${one}`, 'b1'));
  const began = clock.now();
  let evicted = began;
  refusal = () => {
    if (clock.now() - evicted < MINUTE) return 'it would violate the budget';
    evicted = clock.now();
    return undefined;
  };
  await empty();
  expect(clock.now() - began).toBeGreaterThan(15 * MINUTE);
  expect([...pods.keys()]).toEqual(['web-3', 'agent']);
});

it('gives up when no pod leaves, says why, and leaves the nodes as they were', async () => {
  nodes.set('b2', { ...node('b2'), spec: { ...node('b2').spec, unschedulable: true } });
  refusal = (name) => (name === 'web-2' ? 'it would violate the budget web' : undefined);
  const failed = empty();
  await expect(failed).rejects.toThrow(
    /pod default\/web-2 stays: .*it would violate the budget web\. Its nodes stay as they are/,
  );
  await expect(failed).rejects.toThrow(/look at their PodDisruptionBudgets/);
  expect(takesPods('b1')).toBe(true);
  // Somebody else had cordoned it before.
  expect(takesPods('b2')).toBe(false);
  for (const { metadata } of nodes.values())
    expect(metadata?.annotations?.[ROLLOUT_ANNOTATION]).toBeUndefined();
  expect(tags).toEqual({});
});

it('gives up at the end of the run', async () => {
  refusal = () => 'it would violate the budget';
  const began = clock.now();
  await expect(empty(1)).rejects.toThrow('pods do not leave');
  expect(clock.now() - began).toBeLessThan(2 * MINUTE);
});

it('can be killed at each of its steps and run again, and leaves the tag of a rollout when it was', async () => {
  for (let step = 1; step <= 5; step += 1) {
    calls = [];
    let count = 0;
    onCall = () => {
      count += 1;
      if (count === step) throw new Error('killed');
    };
    await expect(empty()).rejects.toThrow('killed');
    onCall = () => undefined;
    // What the call did is done, but for the first one, which is the tag.
    expect(tags[ROLLOUT_TAG]).toBe(step === 1 ? undefined : 'desired=2 declared=2');
    await empty();
    expect([...pods.keys()]).toEqual(['web-3', 'agent']);
    tags = {};
    pods.set('web-1', pod('web-1', 'b1'));
    pods.set('web-2', pod('web-2', 'b2'));
    for (const name of ['b1', 'b2']) nodes.set(name, node(name));
  }
});
