import type { DeployedStack } from '../../cloudformation/deploy-stack.ts';
import type { Stack, StackSpec, Template } from '../../cloudformation/stack-api.ts';
import { planStack, type StackPlan } from '../../cloudformation/stack-plan.ts';
import { allOrFirstFailure, alongside } from '../../core/in-parallel.ts';
import { believedAmong } from '../../environment/believed-stacks.ts';
import { guardNameOf, isGuard } from '../../environment/guard-stack.ts';
import { outputsNameOf } from '../../environment/outputs-stack.ts';
import { nodeGroupStackName } from '../node-groups.ts';
import { readTemplate } from '../pack.ts';
import { deleteStacks } from '../remove-stack.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import { commonSpec } from '../stack-parameters.ts';
import { givenUpZones } from '../zones/given-up-zones.ts';
import { guardRoleBeside } from './guard-role.ts';
import { expiryAfterDeploy, guardTimes } from './guard-times.ts';

const TEMPLATE = 'guard.yaml';

type DeployOne = (spec: StackSpec, seen: Stack | undefined) => Promise<DeployedStack>;

/**
 * Deploys the guards of an environment while `work` deploys its stacks, so that a stack is guarded from its beginning and
 * nothing waits. Removes guards when nothing is to be guarded any more.
 *
 * @param all all stacks of the account and region
 * @throws what `work` throws, and CloudError when a guard cannot be deployed or removed.
 */
export async function withGuards<R>(
  session: Session,
  all: readonly Stack[],
  deployOne: DeployOne,
  work: () => Promise<R>,
): Promise<R> {
  return alongside(keepGuards(session, all, deployOne), work);
}

async function keepGuards(
  session: Session,
  all: readonly Stack[],
  deployOne: DeployOne,
): Promise<void> {
  const specs = await guardSpecs(session, all);
  await allOrFirstFailure(specs, (spec) =>
    deployOne(
      spec,
      all.find(({ name }) => name === spec.name),
    ),
  );
  if (specs.length > 0) return;
  if (session.inputs.expiryGuard) {
    addNote(session, 'Nothing is guarded, because the environment does not expire (ttl-hours).');
  }
  await removeGuards(session, environmentStacksIn(session, all).filter(isGuard));
}

/** What a deploy would do to the guards. */
export async function planGuards(
  session: Session,
  all: readonly Stack[],
): Promise<readonly StackPlan[]> {
  const specs = await guardSpecs(session, all);
  return allOrFirstFailure(specs, (spec) => planStack(session.engine, spec));
}

/** Deletes the stacks of guards. What they guard stays. */
export async function removeGuards(session: Session, guards: readonly Stack[]): Promise<void> {
  await deleteStacks(session, 'Guards', guards, TEMPLATE, async () => undefined);
}

/** The guards as the inputs ask for them; none when the environment does not expire, or is not to be guarded. */
async function guardSpecs(session: Session, all: readonly Stack[]): Promise<readonly StackSpec[]> {
  const { clock, inputs, packFile } = session;
  const { roleArn } = inputs.stackOptions;
  if (!inputs.expiryGuard || roleArn === undefined) return [];
  const present = environmentStacksIn(session, all);
  const now = clock.now();
  const { ttlHours, renewedTo } = inputs;
  const expiresAt = expiryAfterDeploy({ ttlHours, renewedTo, now }, present[0]);
  if (expiresAt === undefined) return [];
  const template = await readTemplate(packFile, TEMPLATE);
  return guardedNames(session, present).map((name) => {
    const guard = present.find((stack) => stack.name === guardNameOf(name));
    const hasCluster = name === inputs.environment;
    const times = guardTimes({ expiresAt, now, hasCluster }, guard?.parameters);
    return guardSpec(session, template, name, roleArn, { ...times });
  });
}

function guardSpec(
  session: Session,
  template: Template,
  GuardedStack: string,
  serviceRole: string,
  times: Readonly<Record<string, string>>,
): StackSpec {
  const { arn, group } = guardRoleBeside(serviceRole);
  const parameters = { GuardedStack, ...times, GuardRoleArn: arn, ScheduleGroup: group };
  return {
    ...commonSpec(session, guardNameOf(GuardedStack), template, parameters),
    // A guard deletes itself at its end.
    terminationProtection: undefined,
  };
}

/** The stacks that a deploy makes, and those that `node-groups` no longer lists, but none that the deploy removes. */
function guardedNames({ inputs }: Session, present: readonly Stack[]): readonly string[] {
  const { base, environment, nodeGroups, outputsPrefix } = inputs;
  const { remove } = givenUpZones(inputs, present);
  const made = nodeGroups.map(({ name }) => nodeGroupStackName(environment, name));
  const others = present
    .filter((stack) => !isGuard(stack) && !remove.includes(stack))
    .map(({ name }) => name);
  const own = base === undefined ? [environment] : [];
  const outputs = outputsPrefix === undefined ? [] : [outputsNameOf(environment)];
  return [...new Set([...own, ...made, ...outputs, ...others])];
}

/** The stacks of the environment, the one that decides first. */
function environmentStacksIn({ inputs }: Session, all: readonly Stack[]): readonly Stack[] {
  return believedAmong(all, inputs.environment, inputs.stackOptions.roleArn);
}
