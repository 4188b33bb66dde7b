import { sweepVpc } from '../aws/sweep.ts';
import { type DeletedStack, deleteStack } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import type { Template } from '../cloudformation/stack-spec.ts';
import { CloudError } from '../github/errors.ts';
import type { Session } from './run.ts';

/** How often a deletion that failed is tried again, each time after a sweep that found something. */
const MOST_RETRIES = 3;

/**
 * Deletes a stack. When something that is in no stack holds it up, removes what the cluster left behind and
 * goes on; when that is not ours to remove, says what it is. `infra` is the stack that has the VPC.
 *
 * @throws CloudError naming the resource that failed and what is in its way.
 */
export async function removeStack(
  session: Session,
  stack: Stack,
  template: Template,
  infra: Stack | undefined,
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
      const vpcId = await vpcOf(session, infra);
      if (vpcId === undefined) throw error;
      const { removed, blockers } = await sweep(session, vpcId, { groups: true });
      // Some deletions only need another attempt: EC2 lets go of things a little late.
      if (retries < MOST_RETRIES && (removed.length > 0 || retries === 0)) continue;
      throw blockers.length === 0 ? error : blocked(error, vpcId, blockers);
    }
  }
}

/** The environment's VPC, as it is now; undefined when there is none, or none yet. */
export async function vpcOf(session: Session, infra: Stack | undefined) {
  return infra && session.cleanUp.physicalId(infra.id, 'Vpc');
}

/** Removes what nodes left in the VPC, and says so. */
export async function sweep(session: Session, vpcId: string, options: { groups: boolean }) {
  const { inputs, log, report, cleanUp } = session;
  const swept = await sweepVpc(cleanUp.ec2, vpcId, inputs.environment, options);
  if (swept.removed.length > 0) {
    const text = `Removed what the cluster left in ${vpcId}: ${swept.removed.join(', ')}.`;
    report.notes.push(text);
    log.info(text);
  }
  return swept;
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
