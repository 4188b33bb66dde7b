import { CloudError, messageOf } from '../core/errors.ts';
import type { StackEngine } from './follow.ts';
import { pollDelay } from './pace.ts';
import type { Stack, StackSpec } from './stack-api.ts';
import { deployStep } from './stack-status.ts';

/** Does `work` on a stack; undefined when another run came first, so that the stack has to be looked at again. */
export async function unlessOvertaken<Result>(
  engine: StackEngine,
  stackName: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!otherRunCameFirst(error)) throw error;
    engine.log.info(`${stackName}  another run came first: ${messageOf(error)}`);
    await engine.clock.sleep(pollDelay(0));
    return undefined;
  }
}

/** What CloudFormation says of stacks on which another run's operation came first. */
const BUSY =
  /is in \w+_IN_PROGRESS state|in status \w+_IN_PROGRESS|already exists and cannot be created again/;

/**
 * True for what CloudFormation answers when another run's operation came first: it refuses a change set of a
 * busy stack, and mostly its deletion, too; and executing one change set removes the stack's others.
 */
function otherRunCameFirst(error: unknown): boolean {
  if (error instanceof CloudError || !(error instanceof Error)) return false;
  if (/^(ChangeSetNotFound|InvalidChangeSetStatus)/.test(error.name)) return true;
  return BUSY.test(messageOf(error));
}

/**
 * Refuses a stack that has something in it and that was not made for this purpose.
 *
 * @throws CloudError that names the tag which it lacks.
 */
export function checkOurs(stack: Stack | undefined, spec: StackSpec): void {
  if (stack === undefined || deployStep(stack.status) === 'create') return;
  const tags = Object.entries(spec.tags);
  if (tags.every(([key, value]) => stack.tags[key] === value)) return;
  throw new CloudError({
    resource: `stack ${stack.name}`,
    reason: `there is a stack of this name already, and it lacks the tag ${tags.map(([key, value]) => `${key}=${value}`).join(', ')}`,
    nextStep: 'choose another name, or remove that stack if nobody needs it',
  });
}
