import { type Swept, sweepGroup, sweepVpc } from '../aws/sweep.ts';
import { type DeletedStack, deleteStack } from '../cloudformation/delete-stack.ts';
import type { Stack, Template } from '../cloudformation/stack-api.ts';
import { CloudError } from '../core/errors.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import type { Session } from './session.ts';

/** How often a deletion that failed is tried again, each time after a sweep that found something. */
const MOST_RETRIES = 3;

interface SweptVpc extends Swept {
  readonly vpcId: string;
}

/**
 * Removes what is in no stack and holds up the deletion of this one, and names what is not ours to remove; undefined
 * where there is no VPC to look in.
 */
export type Sweeper = (stack: Stack) => Promise<SweptVpc | undefined>;

/**
 * Deletes a stack. When something that is in no stack holds it up, sweeps and goes on; when that is not ours to
 * remove, says what it is.
 *
 * @throws CloudError naming the resource that failed and what is in its way.
 */
export async function removeStack(
  session: Session,
  stack: Stack,
  template: Template,
  sweep: Sweeper,
): Promise<DeletedStack> {
  const began = session.clock.now();
  for (let retries = 0; ; retries += 1) {
    try {
      const deleted = await deleteStack(session.engine, stack, template);
      return { ...deleted, durationMs: session.clock.now() - began };
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const current = await session.stacks.describe(stack.id);
      if (current?.status !== 'DELETE_FAILED') throw error;
      const swept = await sweep(stack);
      if (swept === undefined) throw error;
      const { removed, blockers, vpcId } = swept;
      // Some deletions only need another attempt: EC2 lets go of things a little late.
      if (retries < MOST_RETRIES && (removed.length > 0 || retries === 0)) continue;
      throw blockers.length === 0 ? error : blocked(error, vpcId, blockers);
    }
  }
}

/** Sweeps the VPC of an environment that has a cluster of its own; `infra` is the stack that has it. */
export function vpcSweeper(
  session: Session,
  infra: Stack | undefined,
  options: { readonly groups: boolean },
): Sweeper {
  const { cleanUp, inputs } = session;
  return async () => {
    const vpcId = infra && (await cleanUp.physicalId(infra.id, 'Vpc'));
    if (vpcId === undefined) return undefined;
    return told(session, vpcId, await sweepVpc(cleanUp.ec2, vpcId, inputs.environment, options));
  };
}

/** Sweeps, in the VPC of a base, what an environment's own node groups left there. */
export function groupSweeper(session: Session, vpcId: string | undefined): Sweeper {
  const { cleanUp, inputs } = session;
  return async (stack) => {
    if (vpcId === undefined) return undefined;
    const group = await cleanUp.physicalId(stack.id, 'NodeSecurityGroup');
    return told(session, vpcId, await sweepGroup(cleanUp.ec2, vpcId, inputs.environment, group));
  };
}

function told({ log, report }: Session, vpcId: string, swept: Swept): SweptVpc {
  if (swept.removed.length > 0) {
    const text = `Removed what the cluster left in ${vpcId}: ${swept.removed.join(', ')}.`;
    report.notes.push(text);
    log.info(text);
  }
  return { ...swept, vpcId };
}

function blocked(error: CloudError, vpcId: string, blockers: readonly string[]): CloudError {
  const { reason } = error.failure;
  return new CloudError({
    ...error.failure,
    reason: `${reason}\nIn ${vpcId} there still is: ${blockers.join('; ')}`,
    nextStep: 'remove these, then run destroy again: it goes on where it stopped',
    cause: error,
  });
}

/** Deletes stacks of one template side by side, and reports each. */
export async function deleteStacks(
  session: Session,
  title: string,
  stacks: readonly Stack[],
  file: string,
  sweep: Sweeper,
): Promise<void> {
  if (stacks.length === 0) return;
  const text = new TextDecoder().decode(await session.packFile('cfn', file));
  const template = { file: `cfn/${file}`, text };
  const { clock, report } = session;
  await session.log.group(title, () =>
    allOrFirstFailure(stacks, async (stack) => {
      const began = clock.now();
      try {
        const deleted = await removeStack(session, stack, template, sweep);
        report.stacks.push({ ...deleted, outcome: 'deleted' });
      } catch (error) {
        const durationMs = clock.now() - began;
        report.stacks.push({ name: stack.name, outcome: 'failed', durationMs });
        throw error;
      }
    }),
  );
}
