import { exportsOf } from '../engine.ts';
import { reversed } from '../language/graph.ts';
import { isPresent, type StackResource } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { deleteResource } from './resource-operations.ts';
import { type GraphOutcome, runGraph } from './run-graph.ts';

export interface DeletionOptions {
  /** Logical ids to leave as they are. */
  readonly retain: readonly string[];
  /** What cannot be deleted is left behind instead of failing the stack. */
  readonly force: boolean;
}

/**
 * Deletes resources, each after those that depend on it, as many at once as that allows. Goes on after a
 * failure with what does not hang on it.
 */
export function deleteResources(
  run: Run,
  resources: readonly StackResource[],
  { retain, force }: DeletionOptions = { retain: [], force: false },
): Promise<GraphOutcome> {
  const present = new Map(
    resources.filter(isPresent).map((resource) => [resource.logicalId, resource]),
  );
  const needs = new Map(
    [...present.values()].map(({ logicalId, dependsOn }) => [
      logicalId,
      new Set(dependsOn.filter((need) => present.has(need))),
    ]),
  );
  const work = async (logicalId: string) => {
    const resource = present.get(logicalId);
    if (resource === undefined) return;
    try {
      await deleteResource(run, resource, retain.includes(logicalId));
    } catch (error) {
      if (!force) throw error;
      await deleteResource(run, resource, true);
    }
  };
  return runGraph(reversed(needs), work, { stopAtFailure: false });
}

/** Deletes a stack: DELETE_COMPLETE, DELETE_FAILED, or back where it was when another stack needs it. */
export async function deleteStack(run: Run, options: DeletionOptions): Promise<void> {
  const { stack, region, engine } = run;
  const before = stack.status;
  setStackStatus(run, 'DELETE_IN_PROGRESS', 'User Initiated');
  await engine.pacing.before({ kind: 'stack', stackName: stack.name });
  const mine = exportsOf(region).filter((one) => one.stack === stack);
  for (const { name } of mine) {
    const user = region.stacks.find(
      (other) => other !== stack && other.status !== 'DELETE_COMPLETE' && other.imports.has(name),
    );
    if (user === undefined) continue;
    // Seen with AWS (boto3#4192): the call is accepted, then the stack has its former status again.
    const reason = `Export ${name} cannot be deleted as it is in use by ${user.name}`;
    return setStackStatus(run, before, reason);
  }
  const { failed } = await deleteResources(run, [...stack.resources.values()], options);
  if (failed.size > 0) {
    const names = [...failed.keys()].join(', ');
    const reason = `The following resource(s) failed to delete: [${names}]. `;
    return setStackStatus(run, 'DELETE_FAILED', reason);
  }
  stack.deletedAt = engine.clock();
  setStackStatus(run, 'DELETE_COMPLETE');
}
