import {
  type Swept,
  sweepGivenVpc,
  sweepGroup,
  sweepInterfacesWith,
  sweepVpc,
} from '../aws/sweep.ts';
import { type DeletedStack, deleteStack } from '../cloudformation/delete-stack.ts';
import type { Stack, Template } from '../cloudformation/stack-api.ts';
import { CloudError } from '../core/errors.ts';
import { allOrFirstFailure } from '../core/in-parallel.ts';
import { givenClusterName } from './given-cluster/cluster-parameters.ts';
import { givenVpcId, madeMultusSubnetIds } from './given-vpc/given-parts.ts';
import { readTemplate } from './pack.ts';
import { addNote } from './report.ts';
import type { Session } from './session.ts';

/** Deletes stacks of one template in parallel, and reports each. */
export async function deleteStacks(
  session: Session,
  title: string,
  stacks: readonly Stack[],
  file: string,
  sweep: Sweeper,
): Promise<void> {
  if (stacks.length === 0) return;
  const { clock, log, packFile, report } = session;
  const template = await readTemplate(packFile, file);
  await log.group(title, () =>
    allOrFirstFailure(stacks, async (stack) => {
      const began = clock.now();
      try {
        const deleted = await removeStack(session, stack, template, sweep);
        const durationMs = clock.now() - began;
        report.stacks.push({ ...deleted, durationMs, outcome: 'deleted' });
      } catch (error) {
        const durationMs = clock.now() - began;
        report.stacks.push({ name: stack.name, outcome: 'failed', durationMs });
        throw error;
      }
    }),
  );
}

/** How often a failed deletion is tried again, each time after a sweep that removed something. */
const MOST_RETRIES = 3;

/**
 * Deletes a stack. When resources outside of any stack block the deletion, sweeps them and tries again. Names those
 * that are not ours to remove.
 *
 * @throws CloudError naming the resource that failed and what blocks it.
 */
async function removeStack(
  { engine, stacks }: Session,
  stack: Stack,
  template: Template,
  sweep: Sweeper,
): Promise<DeletedStack> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await deleteStack(engine, stack, template);
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const current = await stacks.describe(stack.id);
      if (current?.status !== 'DELETE_FAILED') throw error;
      const swept = await sweep(stack);
      if (swept === undefined) throw error;
      const { removed, blockers, vpcId } = swept;
      // The first retry needs no sweep: EC2 sometimes releases resources a little late.
      if (retries < MOST_RETRIES && (removed.length > 0 || retries === 0)) continue;
      throw blockers.length === 0 ? error : blockedBy(blockers, vpcId, error);
    }
  }
}

function blockedBy(blockers: readonly string[], vpcId: string, error: CloudError): CloudError {
  const { reason } = error.failure;
  return new CloudError({
    ...error.failure,
    reason: `${reason}\nStill in ${vpcId}: ${blockers.join('; ')}`,
    nextStep: 'remove these, then run destroy again: it continues where it stopped',
    cause: error,
  });
}

interface SweptVpc extends Swept {
  readonly vpcId: string;
}

/**
 * Removes resources outside of any stack that block the deletion of this stack, and names those that are not ours to
 * remove. Undefined when there is no VPC to look in.
 */
export type Sweeper = (stack: Stack) => Promise<SweptVpc | undefined>;

/** Sweeps the VPC of an environment with its own cluster; `infra` is the stack that has the VPC or works in a given one. */
export function vpcSweeper(
  session: Session,
  infra: Stack | undefined,
  options: { readonly groups: boolean },
): Sweeper {
  const { cleanUp, inputs } = session;
  return async () => {
    if (infra === undefined) return undefined;
    const given = givenVpcId(infra);
    const vpcId = given ?? (await cleanUp.physicalId(infra.id, 'Vpc'));
    if (vpcId === undefined) return undefined;
    const subnetIds = madeMultusSubnetIds(infra);
    const swept =
      given === undefined
        ? await sweepVpc(cleanUp.ec2, vpcId, inputs.environment, options)
        : await sweepGivenVpc(cleanUp.ec2, given, inputs.environment, {
            ...options,
            subnetIds,
            onGivenCluster: givenClusterName(infra) !== undefined,
          });
    noteRemoved(session, vpcId, swept);
    return { ...swept, vpcId };
  };
}

/** Sweeps what an environment's own node groups left in the VPC of its base. */
export function groupSweeper(session: Session, vpcId: string | undefined): Sweeper {
  const { cleanUp, inputs } = session;
  return async (stack) => {
    if (vpcId === undefined) return undefined;
    const group = await cleanUp.physicalId(stack.id, 'NodeSecurityGroup');
    const swept = await sweepGroup(cleanUp.ec2, vpcId, inputs.environment, group);
    noteRemoved(session, vpcId, swept);
    return { ...swept, vpcId };
  };
}

/**
 * Sweeps what the nodes of one group alone left in a VPC where other groups go on: interfaces with its own security group,
 * which blocks the deletion of its stack.
 */
export function groupLeftoverSweeper(session: Session, vpcId: string | undefined): Sweeper {
  const { cleanUp } = session;
  return async (stack) => {
    const group = await cleanUp.physicalId(stack.id, 'NodeSecurityGroup');
    if (vpcId === undefined || group === undefined) return undefined;
    const swept = await sweepInterfacesWith(cleanUp.ec2, vpcId, group);
    noteRemoved(session, vpcId, swept);
    return { ...swept, vpcId };
  };
}

function noteRemoved(session: Session, vpcId: string, { removed }: Swept): void {
  if (removed.length === 0) return;
  addNote(session, `Removed what the cluster left in ${vpcId}: ${removed.join(', ')}.`);
}
