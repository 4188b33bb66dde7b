import { deleteStack } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import type { Template } from '../cloudformation/stack-spec.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import type { Session } from './run.ts';
import { ENVIRONMENT_TAG } from './tags.ts';

/**
 * Removes everything that belongs to the environment, in the order in which it depends on each other: node
 * groups, the infra stack, staged files. What is there is found by tag, so that half-built environments and
 * node groups that no input names any more go too. Nothing to remove is a success.
 */
export async function destroy(session: Session): Promise<void> {
  const { inputs, log, report } = session;
  const stacks = (await session.stacks.list()).filter((stack) =>
    belongs(stack, inputs.environment),
  );
  const nodeGroups = stacks.filter((stack) => stack.name !== inputs.environment);
  const infra = stacks.filter((stack) => stack.name === inputs.environment);
  await deleteAll(session, 'Node groups', nodeGroups, 'nodegroup.yaml');
  await deleteAll(session, `Stack ${inputs.environment}`, infra, 'infra.yaml');
  const cleared = await session.staging.clear(session.bucket, inputs.environment);
  if (cleared.objects > 0) note(`Removed ${cleared.objects} staged objects.`);
  if (cleared.bucketDeleted) note(`Deleted the staging bucket ${session.bucket.name}.`);
  if (report.stacks.length + report.notes.length === 0) {
    note(`Nothing to do: there is no environment ${inputs.environment}.`);
  }

  function note(text: string) {
    report.notes.push(text);
    log.info(text);
  }
}

/** The shell that an unexecuted change set leaves may lack the tags that its stack would have had. */
function belongs(stack: Stack, environment: string): boolean {
  return (
    stack.tags[ENVIRONMENT_TAG] === environment ||
    (stack.name === environment && stack.status === 'REVIEW_IN_PROGRESS')
  );
}

async function deleteAll(
  session: Session,
  title: string,
  stacks: readonly Stack[],
  file: string,
): Promise<void> {
  if (stacks.length === 0) return;
  const text = new TextDecoder().decode(await session.packFile('cfn', file));
  await session.log.group(title, () =>
    allOrFirstFailure(stacks, (stack) => deleteOne(session, stack, { file: `cfn/${file}`, text })),
  );
}

async function deleteOne(session: Session, stack: Stack, template: Template): Promise<void> {
  const { name } = stack;
  const { clock, report } = session;
  const began = clock.now();
  try {
    report.stacks.push({
      ...(await deleteStack(session.engine, stack, template)),
      outcome: 'deleted',
    });
  } catch (error) {
    report.stacks.push({ name, outcome: 'failed', durationMs: clock.now() - began });
    throw error;
  }
}
