import { saysDenied } from '../../aws/aws-error.ts';
import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { messageOf } from '../../core/errors.ts';
import { until } from '../../core/retry.ts';
import { isAsleep } from '../../environment/asleep.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import { isBeside } from '../../environment/outputs-stack.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../../environment/tags.ts';
import { baseOf } from '../base-environment.ts';
import { deployOne } from '../deploy.ts';
import { readPack } from '../pack.ts';
import { asleepPrice } from '../price/asleep-price.ts';
import { type PresentEnvironment, presentEnvironment } from '../renew/present-environment.ts';
import { addNote, addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import type { Turn } from './plan-sleep.ts';
import { type GroupsToTurn, turnGroups } from './turn-groups.ts';
import { sleepingGroups } from './wake-base.ts';

/**
 * Takes away the nodes of an environment, or gives it back those that it had. Changes nothing else, and takes the environment as it is
 * deployed. An environment that is gone, or is being destroyed, is a success. Waking an environment wakes its base, too.
 *
 * @throws CloudError when a stack cannot be changed.
 */
export async function turnNodes(session: Session, turn: Turn): Promise<void> {
  const { account, inputs, packFile, report, stacks } = session;
  const { environment: name } = inputs;
  const all = await stacks.list();
  const own = believedAmong(all, name, inputs.stackOptions.roleArn);
  if (own.length === 0 || own.some(isGoing)) {
    addNote(session, `Nothing to do: ${name} is gone, or is being destroyed.`);
    return;
  }
  const present = presentEnvironment(inputs, account.accountId, all);
  const pack = await readPack(packFile, name);
  const one = (spec: StackSpec, seen: Stack | undefined) => deployOne(session, spec, seen);
  const change = (groups: GroupsToTurn) => turnGroups(session, pack, groups, one);
  const { changed, seen }: Turned =
    turn === 'sleep'
      ? await putToSleep(session, change, present, all)
      : {
          changed: await change({ turn, stacks: [...present.nodeGroups, ...ofBase(present, all)] }),
        };
  const after = presentEnvironment(inputs, account.accountId, seen ?? (await stacks.list()));
  describe(session, after);
  if (changed.length === 0) addNote(session, `Nothing was changed: ${name} is ${stateOf(after)}.`);
  report.outputs.environment = after.environment;
}

interface Turned {
  /** The stacks that were changed, as they were before. */
  readonly changed: readonly Stack[];
  /** All stacks after the last change; undefined when nobody has listed them since. */
  readonly seen?: readonly Stack[];
}

/** A guest may be deployed at the same time, by a run that has seen the base awake. Then the base wakes again. */
async function putToSleep(
  session: Session,
  change: (groups: GroupsToTurn) => Promise<readonly Stack[]>,
  { nodeGroups: stacks }: PresentEnvironment,
  all: readonly Stack[],
): Promise<Turned> {
  const { environment } = session.inputs;
  const awakeGuests = guestsAwake(environment, all);
  const changed = await change({ turn: 'sleep', stacks, awakeGuests });
  if (changed.length === 0) return { changed };
  await untilNodesAreGone(session, changed);
  const seen = await session.stacks.list();
  const late = guestsAwake(environment, seen);
  if (late.length === 0) return { changed, seen };
  addWarning(session, `${environment} wakes again, because it is needed by ${late.join(', ')}.`);
  const asleep = seen.filter(({ id }) => changed.some((stack) => stack.id === id));
  return { changed: await change({ turn: 'wake', stacks: asleep }) };
}

function isGoing({ status }: Stack): boolean {
  return status.startsWith('DELETE_');
}

/** The sleeping node groups of the base. */
function ofBase({ base }: PresentEnvironment, all: readonly Stack[]): readonly Stack[] {
  return base === undefined ? [] : sleepingGroups(baseOf(base, all), all);
}

/** The environments on a cluster that have a node group which is awake. */
function guestsAwake(environment: string, all: readonly Stack[]): readonly string[] {
  const groups = all.filter(
    (stack) => stack.tags[BASE_TAG] === environment && !isBeside(stack) && !isGoing(stack),
  );
  const awake = groups.filter((stack) => !isAsleep(stack));
  return [...new Set(awake.flatMap(({ tags }) => tags[ENVIRONMENT_TAG] ?? []))].sort();
}

function stateOf({ environment }: PresentEnvironment): 'asleep' | 'awake' {
  return environment.asleep === true ? 'asleep' : 'awake';
}

/** What the environment is after the run, and what an hour asleep costs. */
function describe({ inputs, log, report }: Session, after: PresentEnvironment): void {
  report.outputs.asleep = stateOf(after) === 'asleep';
  if (!report.outputs.asleep) return;
  report.outputs.price = asleepPrice(inputs.region, after);
  log.info(`Price: ${report.outputs.price}`);
}

/** Instances run their terminate hooks, which release their interfaces, and the kubelet first ends the pods. */
const ENDED_WITHIN_MS = 15 * 60_000;

/** Waits until the groups have no instances. Nothing fails when they take longer: Auto Scaling goes on. */
async function untilNodesAreGone(session: Session, groups: readonly Stack[]): Promise<void> {
  const { clock, engine, log, rollout } = session;
  const names = groups.map(({ outputs, name }) => outputs['AutoScalingGroupName'] ?? name);
  const deadline = Math.min(clock.now() + ENDED_WITHIN_MS, engine.deadline);
  let left: readonly string[] = [];
  const look = async () => {
    const found = await Promise.all(names.map((name) => rollout.groups.describe(name)));
    left = found.flatMap((group) => group?.instances.map(({ id }) => id) ?? []);
    return left.length === 0 ? true : undefined;
  };
  try {
    await until(look, { clock, deadline, everyMs: 5_000 });
  } catch (error) {
    if (!saysDenied(error)) throw error;
    log.info(`Not waiting for the end of the nodes: ${messageOf(error)}`);
    return;
  }
  if (left.length > 0) {
    addWarning(session, `These instances have not ended yet, and cost money: ${left.join(', ')}.`);
  }
}
