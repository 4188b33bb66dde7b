import { saysDenied } from '../aws/aws-error.ts';
import type { Clock } from '../core/clock.ts';
import { CloudError, ClusterError, messageOf } from '../core/errors.ts';
import { allOrFirstFailure } from '../core/in-parallel.ts';
import type { Log } from '../core/log.ts';
import type { KubernetesApi } from '../kubernetes/api.ts';
import { cordon, drainOnce, uncordon } from './drain.ts';
import {
  type GroupState,
  isServing,
  type Member,
  nameOf,
  type Probe,
  type RolloutLimits,
} from './group-state.ts';
import type { Held } from './lease.ts';
import type { Machines } from './machines.ts';
import type { RunMemory } from './memory.ts';
import { type Decision, nextSteps, type Step, type Stop } from './next-steps.ts';
import { type GroupRequest, readGroup } from './read-group.ts';
import { formatTag, ROLLOUT_TAG } from './rollout-tag.ts';
import type { ScalingGroups } from './scaling-group.ts';

/** What a rollout works with. */
export interface RolloutTools {
  readonly groups: ScalingGroups;
  readonly machines: Machines;
  readonly api: KubernetesApi;
  /** Probes a new node, with pings from and to a neighbour when there is one. */
  readonly probe: (node: Member, neighbour: Member | undefined) => Promise<Probe>;
  readonly clock: Clock;
  readonly log: Log;
  /** When the run ends, in the clock's time. */
  readonly deadline: number;
}

/** One rollout of one group. */
export interface GroupRollout {
  readonly request: GroupRequest;
  readonly limits: RolloutLimits;
  readonly tools: RolloutTools;
  readonly memory: RunMemory;
  readonly held: Held;
  /** Called with every state that is read. */
  readonly onState: (state: GroupState) => void;
}

/** How often a group is looked at. */
const PASS_MS = 3_000;

/**
 * Replaces the outdated nodes of a group, until none is left. Looks at the group, decides, acts, and looks again, so it can
 * be killed at any moment and run again.
 *
 * @throws ClusterError or CloudError when the rollout cannot go on, or not before the deadline. By then, the old nodes take
 *   pods again.
 */
export async function rollGroup(rollout: GroupRollout): Promise<void> {
  const { held, limits, request, tools } = rollout;
  const { clock, deadline, log } = tools;
  let said = '';
  for (;;) {
    await held.check();
    const state = await readGroup(tools, request, rollout.memory, clock.now());
    if (state === undefined) throw noGroup(request.name);
    rollout.onState(state);
    const decision = nextSteps(state, limits, clock.now());
    if (decision.kind === 'done') return;
    if (decision.kind === 'stop') return await stop(rollout, state, decision);
    if (clock.now() > deadline) throw outOfTime(request.name, decision);
    if (decision.kind === 'go') await perform(rollout, state, decision.steps);
    else if (said !== decision.for.join()) log.info(`${request.name}: ${decision.for.join('; ')}`);
    said = decision.kind === 'wait' ? decision.for.join() : '';
    await clock.sleep(PASS_MS);
  }
}

/** Probes take long, so everything else of a pass comes first. */
async function perform(
  rollout: GroupRollout,
  state: GroupState,
  steps: readonly Step[],
): Promise<void> {
  const { held } = rollout;
  for (const step of steps.filter(({ kind }) => kind !== 'probe')) {
    await held.check();
    await act(rollout, state, step);
  }
  const probes = steps.filter(({ kind }) => kind === 'probe');
  await held.during(allOrFirstFailure(probes, (step) => act(rollout, state, step)));
}

async function act(rollout: GroupRollout, state: GroupState, step: Step): Promise<void> {
  const { memory, request, tools } = rollout;
  const { api, clock, groups, log } = tools;
  const { name } = request;
  switch (step.kind) {
    case 'remember': {
      const renewBefore = state.renewBefore;
      const text = formatTag({ target: step.target, declared: request.declared, renewBefore });
      await rollout.held.note(name, text);
      await groups.setTag(name, ROLLOUT_TAG, text);
      return;
    }
    case 'resize':
      log.info(`${name}: ${step.desired} nodes instead of ${state.desired}`);
      await groups.resize(name, step.desired);
      return;
    case 'probe':
      await probe(rollout, state, step.member);
      return;
    case 'drain': {
      const { instanceId, node } = step.member;
      if (node === undefined) return;
      if (!node.draining) log.info(`${name}: draining ${nameOf(step.member)}`);
      memory.drained(instanceId, await drainOnce(api, node.name), clock.now());
      return;
    }
    case 'end':
      await end(rollout, step);
  }
}

/** After so many refusals, AWS's reason is the error. */
const MOST_REFUSALS = 5;

/** A call without an answer may have worked, and must not be repeated blindly. The next look at the group will tell. */
async function end(
  { memory, request, tools: { groups, log } }: GroupRollout,
  { member, shrink }: Extract<Step, { kind: 'end' }>,
): Promise<void> {
  const { instanceId } = member;
  log.info(`${request.name}: ending ${nameOf(member)}`);
  memory.ended(instanceId);
  try {
    await groups.end(instanceId, shrink);
  } catch (error) {
    if (memory.notEnded(instanceId) >= MOST_REFUSALS || saysDenied(error)) throw error;
    log.info(`${request.name}: AWS did not end ${instanceId}: ${messageOf(error)}; looking again`);
  }
}

async function probe(rollout: GroupRollout, state: GroupState, member: Member): Promise<void> {
  const { memory, request, tools } = rollout;
  const { api, log } = tools;
  const others = state.members.filter(({ instanceId }) => instanceId !== member.instanceId);
  const result = await tools.probe(member, others.find(isServing));
  memory.probed(member.instanceId, result);
  log.info(`${request.name}: ${nameOf(member)} has ${result.result} its probe`);
  // An earlier run may have kept pods off it.
  if (result.result === 'passed' && member.node?.draining) await uncordon(api, member.node.name);
}

/** Old nodes take pods again, and new nodes that failed take none. */
async function stop(
  { tools: { api }, request }: GroupRollout,
  { members }: GroupState,
  reason: Stop,
): Promise<never> {
  const { failed, why } = reason;
  for (const { instanceId, node, outdated } of members) {
    if (node === undefined) continue;
    const bad = failed.some((one) => one.instanceId === instanceId) && outdated.length === 0;
    if (bad) await cordon(api, node.name);
    else if (node.draining) await uncordon(api, node.name);
  }
  throw new ClusterError({
    resource: `rollout of node group ${request.name}`,
    reason: `${why.join('; ')}. The nodes that are not replaced yet stay as they are`,
    nextStep: nextStepFor(request.name, reason),
  });
}

function nextStepFor(group: string, { cause, failed }: Stop): string {
  const again = 'then run the action again: it goes on where it stopped';
  const [first] = failed;
  if (cause === 'no-room') {
    return 'raise max of the node group by one, or set max-unavailable to 1 and max-surge to 0';
  }
  if (cause === 'suspended') {
    return `resume them: aws autoscaling resume-processes --auto-scaling-group-name ${group}, ${again}`;
  }
  if (first === undefined) return `remove the cause, ${again}`;
  if (first.outdated.length > 0) {
    return `let the pods go (look at their PodDisruptionBudgets, and delete pods without a controller), or raise drain-timeout, ${again}`;
  }
  if (first.node === undefined) {
    return `read its boot log (aws ec2 get-console-output --latest --instance-id ${first.instanceId}; lines about its networks begin with multus-interfaces:), remove the cause, ${again}`;
  }
  return `remove the cause, ${again}. If the node itself is broken, end it first: aws autoscaling terminate-instance-in-auto-scaling-group --no-should-decrement-desired-capacity --instance-id ${first.instanceId}`;
}

function noGroup(name: string): CloudError {
  return new CloudError({
    resource: `Auto Scaling group ${name}`,
    reason: 'it does not exist any more',
    nextStep: 'run the action again: the deploy makes it anew',
  });
}

function outOfTime(name: string, decision: Decision): ClusterError {
  const waiting = decision.kind === 'wait' ? ` (${decision.for.join('; ')})` : '';
  return new ClusterError({
    resource: `rollout of node group ${name}`,
    reason: `it has not ended within the time of the action${waiting}`,
    nextStep: 'run the action again, which goes on where it stopped, or raise timeout-minutes',
  });
}
