import type { ChangeSetType } from '@aws-sdk/client-cloudformation';
import { deleteShell } from './delete-stack.ts';
import { checkDeadline, type StackEngine } from './follow.ts';
import { keepPlaces } from './list-places.ts';
import { pollDelay } from './polling.ts';
import type { Change, ChangeSet, Stack } from './stack-api.ts';
import type { StackSpec } from './stack-spec.ts';
import { deployStep } from './stack-status.ts';

/** A change set that is ready to be executed, that changes nothing, or that could not be made. */
export interface PreparedChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly outcome: 'ready' | 'no-changes' | 'failed';
  readonly reason: string | undefined;
  readonly changes: readonly Change[];
}

/** The reasons that CloudFormation gives when there is nothing to do; both wordings occur. */
const NO_CHANGES = /didn't contain changes|no updates are to be performed/i;
/** No change set is worked out sooner than this, so asking earlier would be a call for nothing. */
const FIRST_LOOK_MS = 700;

/** A name that no other run uses: letters, digits and hyphens, at most 128. */
export function changeSetName(runId: string): string {
  const run = runId.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 40);
  return `eks-multus-${run}-${crypto.randomUUID()}`;
}

/** A stack that does not exist, or is only the shell of a change set, is created. */
export function changeSetType(before: Stack | undefined): ChangeSetType {
  return deployStep(before?.status) === 'create' ? 'CREATE' : 'UPDATE';
}

/** Makes a change set and waits until CloudFormation has worked it out. Executes nothing. */
export async function prepareChangeSet(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
): Promise<PreparedChangeSet> {
  const kept = keptParameters(spec, before);
  const { id, stackId } = await engine.api.createChangeSet({
    stackName: spec.name,
    name: changeSetName(spec.runId),
    type: changeSetType(before),
    template: spec.template.text,
    parameters: without(parametersFor(spec, before), kept),
    previous: kept,
    tags: tagsFor(spec, before),
    onFailure: spec.onFailure,
    roleArn: spec.roleArn,
  });
  const began = engine.clock.now();
  await engine.clock.sleep(FIRST_LOOK_MS);
  for (;;) {
    const changeSet = await engine.api.describeChangeSet(id);
    if (changeSet.status === 'CREATE_COMPLETE') return prepared('ready', changeSet);
    if (changeSet.status === 'FAILED') {
      return prepared(NO_CHANGES.test(changeSet.reason ?? '') ? 'no-changes' : 'failed', changeSet);
    }
    checkDeadline(engine, spec.name);
    await engine.clock.sleep(pollDelay(engine.clock.now() - began));
  }

  function prepared(outcome: PreparedChangeSet['outcome'], changeSet: ChangeSet) {
    return { id, stackId, outcome, reason: changeSet.reason, changes: changeSet.changes };
  }
}

/**
 * Removes a change set and, when the stack was not there `before` it, the empty shell that it left; unless
 * another run's change set is waiting in that shell, which then removes it in turn.
 */
export async function discardChangeSet(
  engine: StackEngine,
  changeSet: Pick<PreparedChangeSet, 'id' | 'stackId'>,
  before: Stack | undefined,
): Promise<void> {
  const { api } = engine;
  await api.deleteChangeSet(changeSet.id);
  if (changeSetType(before) !== 'CREATE') return;
  const shell = await api.describe(changeSet.stackId);
  if (shell?.status !== 'REVIEW_IN_PROGRESS') return;
  if ((await api.countChangeSets(shell.id)) > 0) return;
  await deleteShell({ ...engine, log: { info: () => {} } }, shell);
}

function without(parameters: Readonly<Record<string, string>>, names: readonly string[]) {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)));
}

export type ParameterSpec = Pick<StackSpec, 'parameters' | 'keep' | 'keepPlaces'>;

/** The parameters of an existing stack that nobody asked to change. */
export function keptParameters(
  { parameters, keep = [] }: ParameterSpec,
  before: Stack | undefined,
): readonly string[] {
  if (before === undefined) return [];
  return keep.filter((name) => name in parameters && name in before.parameters);
}

/** The parameters that a stack is to have: an existing one keeps those that nobody asked to change. */
export function parametersFor(
  spec: ParameterSpec,
  before: Stack | undefined,
): Readonly<Record<string, string>> {
  const { parameters, keepPlaces: lists = [] } = spec;
  if (before === undefined) return parameters;
  const kept = keptParameters(spec, before).map((name) => [name, before.parameters[name] ?? '']);
  const placed = lists.map((name) => [
    name,
    keepPlaces(before.parameters[name] ?? '', parameters[name] ?? ''),
  ]);
  return { ...parameters, ...Object.fromEntries([...placed, ...kept]) };
}

/** The tags that a stack is to have: an existing one keeps those of its creation. */
export function tagsFor(spec: StackSpec, before: Stack | undefined): Record<string, string> {
  const kept = Object.entries(spec.creationTags).flatMap(([key, value]) => {
    const tag = before?.tags[key] ?? value;
    return tag === undefined ? [] : [[key, tag]];
  });
  return { ...Object.fromEntries(kept), ...spec.tags };
}
