import { exportsOf } from '../engine.ts';
import { reversed } from '../language/graph.ts';
import { isPresent, type StackResource } from '../stack.ts';
import { type Run, setStackStatus } from '../stack-events.ts';
import { deleteResource } from './resource-operations.ts';
import { type GraphOutcome, runGraph } from './run-graph.ts';

export interface DeletionOptions {
  /** Logical ids of resources to retain. */
  readonly retain: readonly string[];
  /** Leaves resources behind that cannot be deleted, instead of failing the stack. */
  readonly force: boolean;
}

/**
 * Deletes resources in parallel, each after those that depend on it. After a failure it still deletes all
 * resources that do not depend on the failed one's deletion.
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

/**
 * Deletes a stack. It ends in DELETE_COMPLETE or DELETE_FAILED, or keeps its former status if another stack
 * imports from it.
 */
export async function deleteStack(
  run: Run,
  options: DeletionOptions,
  why = 'User Initiated',
): Promise<void> {
  const { stack, region, engine } = run;
  const before = stack.status;
  setStackStatus(run, 'DELETE_IN_PROGRESS', why);
  await engine.pacing.before({ kind: 'stack', stackName: stack.name });
  const mine = exportsOf(region).filter((one) => one.stack === stack);
  for (const { name } of mine) {
    const user = region.stacks.find(
      (other) => other !== stack && other.status !== 'DELETE_COMPLETE' && other.imports.has(name),
    );
    if (user === undefined) continue;
    // AWS accepts the call and then restores the former status (boto3#4192).
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
