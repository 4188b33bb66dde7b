import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { Stack, StackSpec } from '../../cloudformation/stack-api.ts';
import { allOrFirstFailure } from '../../core/in-parallel.ts';
import { ASLEEP } from '../../environment/asleep.ts';
import { ofThisPack, type Pack } from '../pack.ts';
import { addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import { sameStackSpec } from '../stack-parameters.ts';
import { planSleep, type Turn } from './plan-sleep.ts';

type DeployOne = (spec: StackSpec, seen: Stack | undefined) => Promise<DeployedStack>;

/** Node groups, and what they are asked to do. */
export interface GroupsToTurn {
  readonly turn: Turn;
  readonly stacks: readonly Stack[];
  /** The environments on the cluster of these groups that are awake. */
  readonly awakeGuests?: readonly string[];
}

/**
 * Lets node groups sleep or wake. CloudFormation sets the sizes of their Auto Scaling groups and remembers those that they
 * get back, so nothing is lost when this run dies. Warns of groups that stay as they are.
 *
 * @returns the stacks that were changed
 * @throws CloudError when a stack cannot be changed.
 */
export async function turnGroups(
  session: Session,
  pack: Pack,
  { turn, stacks, awakeGuests = [] }: GroupsToTurn,
  deployOne: DeployOne,
): Promise<readonly Stack[]> {
  const { ours } = await ofThisPack(session, pack, stacks);
  const sleepers = stacks.map((stack) => ({ ...stack, ofThisPack: ours.includes(stack) }));
  const { change, stay } = planSleep(turn, sleepers, awakeGuests);
  const state = turn === 'sleep' ? 'awake' : 'asleep';
  for (const { name, why } of stay) addWarning(session, `${name} stays ${state}: ${why}.`);
  await allOrFirstFailure(change, (stack) =>
    deployOne(asleepSpec(session, pack, stack, turn), stack),
  );
  return change;
}

/** The stack as it is, asleep or awake. All else keeps the values that it has by then, whoever has changed it meanwhile. */
function asleepSpec(session: Session, pack: Pack, stack: Stack, turn: Turn): StackSpec {
  const others = Object.keys(stack.parameters).filter((name) => name !== ASLEEP);
  return {
    ...sameStackSpec(session, stack),
    template: pack.nodeGroup,
    parameters: { ...stack.parameters, [ASLEEP]: String(turn === 'sleep') },
    keep: others,
  };
}
