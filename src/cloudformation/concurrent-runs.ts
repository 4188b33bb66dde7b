import { CloudError, messageOf } from '../core/errors.ts';
import { saysAnotherWasFirst } from './answers.ts';
import type { StackEngine } from './follow.ts';
import { pollDelay } from './polling.ts';
import type { Stack, StackSpec } from './stack-api.ts';
import { deployStep } from './stack-status.ts';

/** Runs `work` on a stack. Undefined when another run came first: the caller must read the stack's state again. */
export async function unlessAnotherRunWasFirst<Result>(
  engine: StackEngine,
  stackName: string,
  work: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!isOvertaken(error)) throw error;
    engine.log.info(`${stackName}  another run came first: ${messageOf(error)}`);
    await engine.clock.sleep(pollDelay(0));
    return undefined;
  }
}

/** Another run has executed its own change set of this stack, so CloudFormation is deleting this run's. */
export class Overtaken extends Error {
  constructor(stackName: string) {
    super(`the change set of ${stackName} is being deleted`);
  }
}

/** True when another run's operation came first. */
export function isOvertaken(error: unknown): boolean {
  if (error instanceof Overtaken) return true;
  return !(error instanceof CloudError) && saysAnotherWasFirst(error);
}

/**
 * Refuses a stack that has resources and that this pack did not create for this purpose.
 *
 * @throws CloudError that names the missing tags.
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
