import { discardChangeSet, type PreparedChangeSet, prepareChangeSet } from './change-set.ts';
import { changeSetFailed } from './change-set-failed.ts';
import type { StackEngine } from './follow.ts';
import type { Stack } from './stack-api.ts';
import type { StackSpec } from './stack-spec.ts';
import { isAsSpecified } from './unchanged.ts';

/**
 * A change set that is ready to be executed, or undefined when there is nothing to change. Only a ready one is
 * left behind.
 *
 * @throws CloudError when CloudFormation cannot make it, with the property that is to blame.
 */
export async function proposeChange(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
): Promise<PreparedChangeSet | undefined> {
  if (before !== undefined && (await isAsSpecified(engine, spec, before))) return undefined;
  const changeSet = await prepareChangeSet(engine, spec, before);
  if (changeSet.outcome === 'ready') return changeSet;
  // Asked before the change set is gone, and with it what is known about it.
  const failure =
    changeSet.outcome === 'failed' ? await changeSetFailed(engine.api, spec, changeSet) : undefined;
  await discardChangeSet(engine, changeSet, before);
  if (failure !== undefined) throw failure;
  return undefined;
}
