import {
  type GroupState,
  isLive,
  isOutdated,
  isServing,
  type Member,
  nameOf,
  type RolloutLimits,
} from './group-state.ts';

/** One thing to do, after which the group is looked at again. Each may be done twice. */
export type Step =
  /** Write into the group's tag how many nodes it is to have in the end. */
  | { readonly kind: 'remember'; readonly target: number }
  | { readonly kind: 'resize'; readonly desired: number }
  | { readonly kind: 'probe'; readonly member: Member }
  /** Cordon the node, and ask its pods to leave. */
  | { readonly kind: 'drain'; readonly member: Member }
  /** Let the group end the instance. With `shrink`, it launches no other in its place. */
  | { readonly kind: 'end'; readonly member: Member; readonly shrink: boolean };

export type Decision =
  | { readonly kind: 'go'; readonly steps: readonly Step[] }
  /** Nothing can be done until something happens by itself. */
  | { readonly kind: 'wait'; readonly for: readonly string[] }
  | Stop
  | { readonly kind: 'done' };

/** Why the rollout cannot go on. */
export interface Stop {
  readonly kind: 'stop';
  readonly cause: 'suspended' | 'no-room' | 'failed-nodes' | 'no-launch';
  /** The cause in words. */
  readonly why: readonly string[];
  /** The nodes that cannot be used, or that do not become empty. */
  readonly failed: readonly Member[];
}

/**
 * What to do next with a group. The decision depends on nothing but what AWS and the cluster show, so a run that begins
 * in the middle of a rollout goes on with it. Pure.
 *
 * @param now milliseconds since 1970
 */
export function nextSteps(group: GroupState, limits: RolloutLimits, now: number): Decision {
  const stop = obstacles(group, limits, now);
  if (stop !== undefined) return stop;
  const { target } = group;
  if (target === undefined) {
    if (!group.members.some(isOutdated)) return { kind: 'done' };
    return { kind: 'go', steps: [{ kind: 'remember', target: group.desired }] };
  }
  const steps = [
    ...probes(group),
    ...ends(group, target),
    ...drains(group, target, limits),
    ...growth(group, target, limits),
  ];
  if (steps.length > 0) return { kind: 'go', steps };
  const waiting = waits(group, target);
  return waiting.length === 0 ? { kind: 'done' } : { kind: 'wait', for: waiting };
}

/** How many instances may be launched beyond the target: no more than the group's own limit leaves room for. Pure. */
export function surgeOf({ max }: GroupState, target: number, { maxSurge }: RolloutLimits): number {
  return Math.max(0, Math.min(maxSurge, max - target));
}

function obstacles(group: GroupState, limits: RolloutLimits, now: number): Stop | undefined {
  const under = group.target !== undefined || group.members.some(isOutdated);
  if (!under) return undefined;
  const stop = (cause: Stop['cause'], why: string): Stop => {
    return { kind: 'stop', cause, why: [why], failed: [] };
  };
  const suspended = group.suspended.filter((name) => name === 'Launch' || name === 'Terminate');
  if (suspended.length > 0) {
    return stop(
      'suspended',
      `somebody suspended ${suspended.join(' and ')} of group ${group.name}`,
    );
  }
  const target = group.target ?? group.desired;
  const hasRoom = surgeOf(group, target, limits) > 0 || limits.maxUnavailable > 0;
  if (!hasRoom && group.members.some(isOutdated)) {
    return stop(
      'no-room',
      `group ${group.name} already has its max of ${group.max} nodes, which leaves no room for a new one`,
    );
  }
  const failures = group.members.flatMap((member) => failureOf(member, limits, now));
  if (failures.length > 0) {
    return {
      kind: 'stop',
      cause: 'failed-nodes',
      why: failures.map(({ why }) => why),
      failed: failures.map(({ member }) => member),
    };
  }
  const short = group.shortSince !== undefined && now - group.shortSince > limits.joinMs;
  if (short || (group.launchFailure !== undefined && group.shortSince !== undefined)) {
    const why = group.launchFailure ?? 'it launches no instance';
    return stop('no-launch', `group ${group.name} cannot launch a new node: ${why}`);
  }
  return undefined;
}

function failureOf(member: Member, limits: RolloutLimits, now: number) {
  const why = whyFailed(member, limits, now);
  return why === undefined ? [] : [{ member, why: `${nameOf(member)} ${why}` }];
}

/** Why a new node cannot be used, or why an old one does not become empty. */
function whyFailed(
  member: Member,
  { drainMs, joinMs }: RolloutLimits,
  now: number,
): string | undefined {
  const { blocked, drainingSince, kept, node, outdated, probe, waitedSince } = member;
  if (!isLive(member)) return undefined;
  if (kept.length > 0) return `is not drained: ${kept.join('; ')}`;
  if (drainingSince !== undefined && now - drainingSince > drainMs && (node?.pods ?? 0) > 0) {
    const pods = blocked.length === 0 ? `${node?.pods} pods have not ended` : blocked.join('; ');
    return `is not empty after ${Math.round(drainMs / 60_000)} minutes: ${pods}`;
  }
  if (outdated.length > 0) return undefined;
  if (probe.result === 'failed') return `has failed its probe: ${probe.why}`;
  if (now - waitedSince <= joinMs || member.phase === 'leaving') return undefined;
  const within = `${Math.round(joinMs / 60_000)} minutes after its launch`;
  if (node === undefined) return `has not joined the cluster ${within}`;
  // A node that this run has already seen at work may be away for a moment.
  if (!node.ready && probe.result === 'none') return `is not Ready ${within}: ${node.reason}`;
  return undefined;
}

/** New nodes that are Ready are probed before anything relies on them. */
function probes({ members }: GroupState): readonly Step[] {
  return members
    .filter((one) => one.phase === 'in-service' && one.outdated.length === 0)
    .filter(({ node, probe }) => node?.ready === true && probe.result === 'none')
    .map((member) => ({ kind: 'probe', member }));
}

/**
 * Old nodes without pods end. The group shrinks with each, as long as it is larger than it should be. Then it ends no
 * other instance and launches none in its place.
 */
function ends(group: GroupState, target: number): readonly Step[] {
  let surplus = group.desired - target;
  const steps: Step[] = [];
  for (const member of leaving(group, target)) {
    const { node } = member;
    // A node that never joined has no pods.
    const empty = node === undefined ? member.phase === 'in-service' : isEmptied(node);
    if (!empty) continue;
    steps.push({ kind: 'end', member, shrink: surplus > 0 });
    surplus -= 1;
  }
  return steps;
}

function isEmptied(node: NonNullable<Member['node']>): boolean {
  return node.draining && node.cordoned && node.pods === 0;
}

/** Nodes that are being drained are drained on. Others begin when enough nodes serve without them. */
function drains(group: GroupState, target: number, limits: RolloutLimits): readonly Step[] {
  const { maxUnavailable } = limits;
  const needed = target - maxUnavailable;
  const candidates = leaving(group, target).filter(({ node }) => node !== undefined);
  const under = candidates.filter(({ node }) => node?.draining === true);
  let serving = group.members.filter(isServing).length;
  let room = Math.max(1, surgeOf(group, target, limits) + maxUnavailable) - under.length;
  const steps = under
    .filter(({ node }) => node !== undefined && !isEmptied(node))
    .map((member): Step => ({ kind: 'drain', member }));
  for (const member of candidates.filter(({ node }) => node?.draining === false)) {
    const left = isServing(member) ? serving - 1 : serving;
    if (room <= 0 || left < needed) continue;
    steps.push({ kind: 'drain', member });
    serving = left;
    room -= 1;
  }
  return steps;
}

/**
 * The nodes that have to go, in the order in which they go: those that are under way, then those that serve nobody,
 * then the oldest. When no node is outdated any more, the group may still be larger than it should be, because an old
 * node ended by itself. Then the newest goes.
 */
function leaving(group: GroupState, target: number): readonly Member[] {
  const outdated = group.members.filter(isOutdated).toSorted(byTurn);
  if (outdated.length > 0) return outdated;
  const live = group.members.filter(isLive);
  const surplus = Math.min(group.desired, live.length) - target;
  if (surplus <= 0) return [];
  return live
    .filter(({ node, phase }) => phase === 'in-service' && node !== undefined)
    .toSorted((a, b) => rank(a) - rank(b) || b.launchedAt - a.launchedAt)
    .slice(0, surplus);
}

function byTurn(a: Member, b: Member): number {
  return (
    rank(a) - rank(b) ||
    a.launchedAt - b.launchedAt ||
    a.instanceId.localeCompare(b.instanceId, 'en')
  );
}

function rank(member: Member): number {
  if (member.node?.draining === true) return 0;
  return isServing(member) ? 2 : 1;
}

/** The group grows while old nodes are left, by at most the surge. */
function growth(group: GroupState, target: number, limits: RolloutLimits): readonly Step[] {
  const outdated = group.members.filter(isOutdated).length;
  const wanted = target + Math.min(surgeOf(group, target, limits), outdated);
  return group.desired < wanted ? [{ kind: 'resize', desired: wanted }] : [];
}

function waits(group: GroupState, target: number): readonly string[] {
  const reasons = group.members.flatMap((member): readonly string[] => {
    const { node, outdated, phase } = member;
    const name = nameOf(member);
    if (phase === 'leaving') return [`${name}: its group ends it`];
    if (phase === 'standby') return [];
    if (outdated.length > 0) return [`${name}: its turn comes when enough others serve`];
    if (phase === 'starting') return [`${name}: its networks are attached`];
    if (node === undefined) return [`${name}: it boots and joins`];
    if (!node.ready) return [`${name}: not Ready (${node.reason})`];
    const cordoned = node.cordoned && group.members.some(isOutdated);
    return cordoned ? [`${name}: somebody has cordoned it`] : [];
  });
  const live = group.members.filter(isLive).length;
  const missing = Math.max(group.desired, target) - live;
  return missing > 0 ? [...reasons, `${missing} more to be launched`] : reasons;
}
