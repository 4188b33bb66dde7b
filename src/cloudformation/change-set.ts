import type { ChangeSetType } from '@aws-sdk/client-cloudformation';
import { CloudError, messageOf } from '../core/errors.ts';
import { isBeingDeleted, saysNoChanges } from './answers.ts';
import { Overtaken } from './concurrent-runs.ts';
import { deleteShell } from './delete-stack.ts';
import { checkDeadline, type StackEngine } from './follow.ts';
import { resourceLine } from './operation-failed.ts';
import { pollDelay } from './polling.ts';
import type { Change, ChangeSet, Stack, StackApi, StackSpec } from './stack-api.ts';
import { deployStep, isDeployed } from './stack-status.ts';
import { templateBody } from './template-body.ts';

/** A change set that is ready to be executed, that changes nothing, or that could not be made. */
export interface PreparedChangeSet {
  readonly id: string;
  readonly stackId: string;
  readonly outcome: 'ready' | 'no-changes' | 'failed';
  readonly reason: string | undefined;
  readonly changes: readonly Change[];
  readonly comparesReality: boolean;
}

/** No change set is ready sooner than this, so an earlier poll would be wasted. */
const FIRST_POLL_MS = 700;

/** A name that no other run uses: letters, digits and hyphens, at most 128. */
export function changeSetName(runId: string): string {
  const run = runId.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 40);
  return `eks-multus-${run}-${crypto.randomUUID()}`;
}

/** `CREATE` for a stack that does not exist, or that is only the empty shell of a change set. */
export function changeSetType(before: Stack | undefined): ChangeSetType {
  return deployStep(before?.status) === 'create' ? 'CREATE' : 'UPDATE';
}

/** Creates a change set and waits until CloudFormation has computed it. Does not execute it. */
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
    template: templateBody(spec.template),
    parameters: without(parametersFor(spec, before), kept),
    previous: kept,
    tags: tagsFor(spec, before),
    onFailure: spec.onFailure,
    revertDrift: spec.revertDrift,
    roleArn: spec.roleArn,
  });
  const began = engine.clock.now();
  await engine.clock.sleep(FIRST_POLL_MS);
  for (;;) {
    const changeSet = await engine.api.describeChangeSet(id);
    if (changeSet.status === 'CREATE_COMPLETE') return prepared('ready', changeSet);
    if (isBeingDeleted(changeSet.status)) throw new Overtaken(spec.name);
    if (changeSet.status === 'FAILED') {
      return prepared(saysNoChanges(changeSet.reason) ? 'no-changes' : 'failed', changeSet);
    }
    checkDeadline(engine, spec.name);
    await engine.clock.sleep(pollDelay(engine.clock.now() - began));
  }

  function prepared(outcome: PreparedChangeSet['outcome'], changeSet: ChangeSet) {
    const { reason, changes, comparesReality } = changeSet;
    return { id, stackId, outcome, reason, changes, comparesReality };
  }
}

/**
 * Deletes a change set. When the stack did not exist `before`, also deletes the empty shell that the change set left,
 * unless another run has a change set in it: then that run deletes the shell.
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

/** The names of the parameters whose value an existing stack keeps. */
export function keptParameters(
  { parameters, keep = [] }: ParameterSpec,
  before: Stack | undefined,
): readonly string[] {
  if (before === undefined) return [];
  return keep.filter((name) => name in parameters && name in before.parameters);
}

/** The parameters that a stack should have: an existing stack keeps the values of those in `keep`. */
export function parametersFor(
  spec: ParameterSpec,
  before: Stack | undefined,
): Readonly<Record<string, string>> {
  const { parameters, keepPlaces: listParameters = [] } = spec;
  if (before === undefined) return parameters;
  const kept = keptParameters(spec, before).map((name) => [name, before.parameters[name] ?? '']);
  const placed = listParameters.flatMap((names) => placesOf(names, before.parameters, parameters));
  return { ...parameters, ...Object.fromEntries([...placed, ...kept]) };
}

/** The values of parameters whose items keep their places: one parameter with a list, or one for each item. */
function placesOf(
  names: readonly string[],
  before: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
) {
  const joined = (from: typeof before) => names.map((name) => from[name] ?? '').join();
  const places = keepPlaces(joined(before), joined(wanted));
  if (names.length === 1) return names.map((name) => [name, places]);
  const items = places.split(',');
  return names.map((name, place) => [name, items[place] ?? '']);
}

/** The tags that a stack should have: an existing stack keeps its creation tags. */
export function tagsFor(spec: StackSpec, before: Stack | undefined): Record<string, string> {
  const kept = Object.entries(spec.creationTags).flatMap(([key, value]) => {
    const tag = before?.tags[key] ?? value;
    return tag === undefined ? [] : [[key, tag]];
  });
  const first = Object.entries(spec.firstTags ?? {}).filter(
    ([key]) => before === undefined || key in before.tags,
  );
  const known = first.map(([key, value]) => [key, before?.tags[key] ?? value]);
  return { ...Object.fromEntries(known), ...Object.fromEntries(kept), ...spec.tags };
}

/**
 * A comma-separated list parameter whose items keep their positions, for templates that create one resource per position:
 * an item that moved would have to exist twice for a moment. An item that is no longer wanted leaves an empty position,
 * which a new item fills.
 */
export function keepPlaces(before: string, wanted: string): string {
  const items = new Set(wanted.split(',').filter((item) => item !== ''));
  const places = before.split(',').map((item) => (items.delete(item) ? item : ''));
  const added = [...items];
  const filled = places.map((item) => (item === '' ? (added.shift() ?? '') : item));
  return [...filled, ...added].join().replace(/,+$/, '');
}

/**
 * True when a stack certainly matches `spec`: its last operation succeeded, with the same template, parameters and tags.
 * Costs one call at most; a change set costs three. False for a stack with parameters that CloudFormation looks up in
 * SSM, because their values may have changed: only a change set can tell.
 */
export async function isAsSpecified(
  engine: Pick<StackEngine, 'api'>,
  spec: StackSpec,
  stack: Stack,
): Promise<boolean> {
  const looksUp = Object.keys(stack.lookedUp).length > 0;
  if (!isDeployed(stack.status) || looksUp) return false;
  if (!sameTexts(stack.parameters, parametersFor(spec, stack))) return false;
  if (!sameTexts(stack.tags, tagsFor(spec, stack))) return false;
  return (await engine.api.template(stack.id)) === templateBody(spec.template);
}

type Texts = Readonly<Record<string, string>>;

function sameTexts(one: Texts, other: Texts): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

/**
 * Creates a change set that is ready to be executed; undefined when there is nothing to change. A change set that is not
 * ready is deleted.
 *
 * @throws CloudError when CloudFormation cannot create it, with the property at fault.
 */
export async function proposeChange(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
): Promise<PreparedChangeSet | undefined> {
  const mayBeUnchanged = before !== undefined && !spec.revertDrift;
  if (mayBeUnchanged && (await isAsSpecified(engine, spec, before))) return undefined;
  const changeSet = await prepareChangeSet(engine, spec, before);
  if (changeSet.outcome === 'ready') return changeSet;
  // The details must be read before the change set is deleted.
  const failure =
    changeSet.outcome === 'failed' ? await changeSetFailed(engine.api, spec, changeSet) : undefined;
  await discardChangeSet(engine, changeSet, before);
  if (failure !== undefined) throw failure;
  return undefined;
}

/**
 * Explains a change set that could not be created. CloudFormation validates properties early, but the change set only
 * says that validation failed. DescribeEvents says which property, and why.
 */
export async function changeSetFailed(
  api: Pick<StackApi, 'changeSetProblems'>,
  spec: StackSpec,
  changeSet: PreparedChangeSet,
): Promise<CloudError> {
  const { problems, note } = await problemsOf(api, changeSet.id);
  const [first] = problems;
  const { file, text } = spec.template;
  const nextStep = 'correct the inputs that the reason names, then run the action again';
  if (first === undefined) {
    const reason = `${changeSet.reason ?? 'CloudFormation gave no reason'}${note}`;
    return new CloudError({ resource: `stack ${spec.name}: change set`, reason, nextStep, file });
  }
  const line = resourceLine(text, first.logicalId);
  const what = first.logicalId === '' ? 'change set' : `${first.logicalId} (${first.type})`;
  return new CloudError({
    resource: `stack ${spec.name}: ${what}`,
    reason: problems.map(({ path, reason }) => `${path}: ${reason}`).join('\n'),
    nextStep,
    file,
    ...(line === undefined ? {} : { line }),
  });
}

/** The problems that early validation and hooks found, or a note why they could not be read. */
async function problemsOf(api: Pick<StackApi, 'changeSetProblems'>, id: string) {
  const none = (note: string) => ({ problems: [], note: ` (${note})` });
  try {
    const problems = await api.changeSetProblems(id);
    return problems === 'not-allowed'
      ? none('the role may not call cloudformation:DescribeEvents, which gives the details')
      : { problems, note: '' };
  } catch (error) {
    return none(`the details could not be read: ${messageOf(error)}`);
  }
}
