import { describe, expect, it } from 'vitest';
import type { GroupState, Member, RolloutLimits } from './group-state.ts';
import { nextSteps } from './next-steps.ts';

const MINUTE = 60_000;
const LIMITS: RolloutLimits = {
  maxSurge: 1,
  maxUnavailable: 0,
  drainMs: 15 * MINUTE,
  joinMs: 15 * MINUTE,
};

function member(id: string, changes: Partial<Member> = {}): Member {
  return {
    instanceId: `i-${id}`,
    phase: 'in-service',
    launchedAt: 0,
    waitedSince: 0,
    outdated: [],
    node: {
      name: id,
      ready: true,
      reason: '',
      cordoned: false,
      draining: false,
      pods: undefined,
    },
    probe: { result: 'passed' },
    drainingSince: undefined,
    blocked: [],
    kept: [],
    ...changes,
  };
}
const old = (id: string, changes: Partial<Member> = {}) =>
  member(id, { outdated: ['template version 1 instead of 2'], ...changes });

function group(members: readonly Member[], changes: Partial<GroupState> = {}): GroupState {
  return {
    name: 'lab-ng1',
    desired: members.length,
    max: 5,
    target: 2,
    renewBefore: undefined,
    suspended: [],
    members,
    shortSince: undefined,
    launchFailure: undefined,
    ...changes,
  };
}

function stopOf(state: GroupState, now = 0, limits = LIMITS): readonly string[] {
  const decision = nextSteps(state, limits, now);
  return decision.kind === 'stop' ? decision.why : [];
}

describe('a rollout stops, and the old nodes stay,', () => {
  it('when a new node has not joined in time', () => {
    const state = group([old('a'), old('b'), member('c', { node: undefined })]);
    expect(stopOf(state, 15 * MINUTE)).toEqual([]);
    expect(stopOf(state, 16 * MINUTE)).toEqual([
      'instance i-c has not joined the cluster 15 minutes after its launch',
    ]);
  });

  it('when a new node is not Ready in time, with its reason', () => {
    const node = { ...member('c').node, ready: false, reason: 'cni plugin not initialized' };
    const late = member('c', { node: node as Member['node'], probe: { result: 'none' } });
    expect(stopOf(group([old('a'), old('b'), late]), 16 * MINUTE)).toEqual([
      'node c (i-c) is not Ready 15 minutes after its launch: cni plugin not initialized',
    ]);
  });

  it('when a new node fails its probe', () => {
    const probe = { result: 'failed', why: 'reachability of eth1' } as const;
    expect(stopOf(group([old('a'), old('b'), member('c', { probe })]))).toEqual([
      'node c (i-c) has failed its probe: reachability of eth1',
    ]);
  });

  it('when the group launches none', () => {
    const state = group([old('a'), old('b')], {
      desired: 3,
      shortSince: 0,
      launchFailure: 'no m5.xlarge is left in the zone',
    });
    expect(stopOf(state)).toEqual([
      'group lab-ng1 cannot launch a new node: no m5.xlarge is left in the zone',
    ]);
  });

  it('when pods do not leave before the deadline, with the reason of each', () => {
    const node = { ...old('a').node, cordoned: true, draining: true, pods: 1 } as Member['node'];
    const blocked = ['pod default/web-1 stays: 429 the budget needs 2'];
    const stuck = old('a', { node, drainingSince: 0, blocked });
    const state = group([stuck, old('b'), member('c')]);
    expect(stopOf(state, 14 * MINUTE)).toEqual([]);
    expect(stopOf(state, 16 * MINUTE)).toEqual([
      'node a (i-a) is not empty after 15 minutes: pod default/web-1 stays: 429 the budget needs 2',
    ]);
  });

  it('when a pod would be lost', () => {
    const kept = ['nothing would start pod default/debug again'];
    expect(stopOf(group([old('a', { kept }), old('b'), member('c')]))).toEqual([
      'node a (i-a) is not drained: nothing would start pod default/debug again',
    ]);
  });

  it('when somebody suspended what it needs', () => {
    const suspended = ['AZRebalance', 'Launch'];
    expect(stopOf(group([old('a'), old('b')], { suspended, target: undefined }))).toEqual([
      'somebody suspended Launch of group lab-ng1',
    ]);
  });

  it('when the group has no room for a surge, and no node may be missing', () => {
    const state = group([old('a'), old('b')], { max: 2, target: undefined });
    expect(stopOf(state)).toEqual([
      'group lab-ng1 already has its max of 2 nodes, which leaves no room for a new one',
    ]);
    expect(stopOf(state, 0, { ...LIMITS, maxUnavailable: 1 })).toEqual([]);
  });
});

describe('a rollout goes on', () => {
  it('with an instance that never joined, by ending it without a drain', () => {
    const dead = old('c', { node: undefined });
    expect(nextSteps(group([member('a'), member('b'), dead]), LIMITS, 0)).toEqual({
      kind: 'go',
      steps: [{ kind: 'end', member: dead, shrink: true }],
    });
  });

  it('with too many nodes after an old one ended by itself, by draining the newest', () => {
    const newest = member('c', { launchedAt: 5 });
    const state = group([member('a'), member('b'), newest], { desired: 3 });
    expect(nextSteps(state, LIMITS, 0)).toEqual({
      kind: 'go',
      steps: [{ kind: 'drain', member: newest }],
    });
  });

  it('only when enough nodes serve', () => {
    const broken = { ...old('a').node, ready: false, reason: 'gone' } as Member['node'];
    const state = group([old('a', { node: broken }), old('b')], { desired: 3 });
    expect(nextSteps(state, LIMITS, 0).kind).toBe('wait');
  });

  it('with the node that serves nobody first', () => {
    const broken = old('b', { node: { ...old('b').node, ready: false } as Member['node'] });
    const state = group([old('a'), broken, member('c')]);
    expect(nextSteps(state, LIMITS, 0)).toEqual({
      kind: 'go',
      steps: [{ kind: 'drain', member: broken }],
    });
  });
});

it('does nothing with a group that is up to date, even when somebody suspended its launches', () => {
  const state = group([member('a'), member('b')], { suspended: ['Launch'], target: undefined });
  expect(nextSteps(state, LIMITS, 0)).toEqual({ kind: 'done' });
});
