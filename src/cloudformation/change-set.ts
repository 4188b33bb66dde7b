import type { ChangeSetType } from '@aws-sdk/client-cloudformation';
import { CloudError, messageOf } from '../core/errors.ts';
import { deleteShell } from './delete-stack.ts';
import { checkDeadline, type StackEngine } from './follow.ts';
import { resourceLine } from './operation-failed.ts';
import { pollDelay } from './pace.ts';
import type { Change, ChangeSet, Stack, StackApi, StackSpec } from './stack-api.ts';
import { deployStep, isDeployed } from './stack-status.ts';

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

/**
 * A list parameter whose items keep the places that they have, for templates that make one resource per
 * place: an item that moved would for a moment have to exist twice. What is no longer wanted leaves an
 * empty item, which what is new fills. Both are comma separated.
 */
export function keepPlaces(before: string, wanted: string): string {
  const items = new Set(wanted.split(',').filter((item) => item !== ''));
  const places = before.split(',').map((item) => (items.delete(item) ? item : ''));
  const added = [...items];
  const filled = places.map((item) => (item === '' ? (added.shift() ?? '') : item));
  return [...filled, ...added].join().replace(/,+$/, '');
}

/**
 * True when a stack is certainly what `spec` says: deployed without a hitch from the same template with the
 * same parameters and tags. Costs one call at most, where a change set that says the same costs three. Values
 * that CloudFormation looks up elsewhere may have changed in the meantime, so only a change set can tell then.
 */
export async function isAsSpecified(
  engine: Pick<StackEngine, 'api'>,
  spec: StackSpec,
  stack: Stack,
): Promise<boolean> {
  if (!isDeployed(stack.status) || stack.looksUpParameters) return false;
  if (!sameTexts(stack.parameters, parametersFor(spec, stack))) return false;
  if (!sameTexts(stack.tags, tagsFor(spec, stack))) return false;
  return (await engine.api.template(stack.id)) === spec.template.text;
}

type Texts = Readonly<Record<string, string>>;

function sameTexts(one: Texts, other: Texts): boolean {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].every((name) => one[name] === other[name]);
}

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

/**
 * Explains a change set that could not be made. CloudFormation checks properties while it makes one, and then
 * only says that a check failed; which property, and why, has to be asked for by the change set's id.
 */
export async function changeSetFailed(
  api: Pick<StackApi, 'changeSetProblems'>,
  spec: StackSpec,
  changeSet: PreparedChangeSet,
): Promise<CloudError> {
  const { problems, note } = await problemsOf(api, changeSet.id);
  const [first] = problems;
  const { file, text } = spec.template;
  const nextStep = 'correct the inputs that the reason points at, then run the action again';
  if (first === undefined) {
    const reason = `${changeSet.reason ?? 'CloudFormation gave no reason'}${note}`;
    return new CloudError({ resource: `stack ${spec.name}: change set`, reason, nextStep, file });
  }
  const line = resourceLine(text, first.logicalId);
  return new CloudError({
    resource: `stack ${spec.name}: ${first.logicalId} (${first.type})`,
    reason: problems.map(({ path, reason }) => `${path}: ${reason}`).join('\n'),
    nextStep,
    file,
    ...(line === undefined ? {} : { line }),
  });
}

/** What early validation found; or, in words, why that could not be learnt, which matters less than the failure itself. */
async function problemsOf(api: Pick<StackApi, 'changeSetProblems'>, id: string) {
  const none = (note: string) => ({ problems: [], note: ` (${note})` });
  try {
    const problems = await api.changeSetProblems(id);
    return problems === 'not-allowed'
      ? none('the role may not call cloudformation:DescribeEvents, which tells the details')
      : { problems, note: '' };
  } catch (error) {
    return none(`the details could not be asked for: ${messageOf(error)}`);
  }
}
