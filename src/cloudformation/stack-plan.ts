import {
  discardChangeSet,
  type PreparedChangeSet,
  parametersFor,
  proposeChange,
} from './change-set.ts';
import { checkOurs, unlessAnotherRunWasFirst } from './concurrent-runs.ts';
import { type Drift, driftIn, findDrift } from './drift.ts';
import { adopt, checkDeadline, type StackEngine } from './follow.ts';
import { type Loss, lossesIn } from './losses.ts';
import { declaredResources, needsManualRepair } from './operation-failed.ts';
import { refusalOf } from './refused-changes.ts';
import type { Change, ChangeDetail, Stack, StackSpec, Template } from './stack-api.ts';
import { deployStep } from './stack-status.ts';

type Texts = Readonly<Record<string, string>>;

/** What a deploy does, or would do, to a stack. */
export interface StackPlan {
  readonly name: string;
  readonly action: 'create' | 'update' | 'replace' | 'delete' | 'none';
  /**
   * Where the plan comes from: a change set, the template when no change set can be created, or what the stack has when it
   * is to be deleted.
   */
  readonly basis: 'change-set' | 'template' | 'stack';
  readonly changes: readonly Change[];
  /** The parameters that the stack has now, and those that it should have. */
  readonly parameters: { readonly before: Texts; readonly after: Texts };
  /** What the changes delete for good: networks, clusters, keys, nodes. */
  readonly losses: readonly Loss[];
  /** What was changed outside CloudFormation; undefined when that was not looked for. */
  readonly drift?: Drift;
  /** The outputs that the stack has now. */
  readonly outputs: Texts;
  /** Anything else that the reader should know. */
  readonly note?: string;
}

/**
 * The plan of a change set. `changes` is undefined when there is nothing to change, and empty when only outputs change.
 */
export function planOf(
  spec: Pick<StackSpec, 'name' | 'parameters' | 'keep' | 'keepPlaces'>,
  before: Stack | undefined,
  changes: readonly Change[] | undefined,
): StackPlan {
  const action = deployStep(before?.status) === 'create' ? 'create' : 'update';
  return {
    name: spec.name,
    action: changes === undefined ? 'none' : action,
    basis: 'change-set',
    changes: changes ?? [],
    parameters: { before: before?.parameters ?? {}, after: parametersFor(spec, before) },
    losses: lossesIn(changes ?? [], before),
    outputs: before?.outputs ?? {},
  };
}

/** The plan for a stack of which no change set can be created yet: the resources that the template declares. */
export function planFromTemplate(
  spec: Pick<StackSpec, 'name' | 'template'>,
  action: 'create' | 'replace',
  note: string,
): StackPlan {
  return {
    name: spec.name,
    action,
    basis: 'template',
    changes: additions(spec.template),
    parameters: { before: {}, after: {} },
    losses: [],
    outputs: {},
    note,
  };
}

/** The plan for a stack that is to be deleted with these resources. */
export function planDeletion(
  { name, outputs }: Pick<Stack, 'name' | 'outputs'>,
  resources: readonly { readonly logicalId: string; readonly type: string }[],
  note: string,
): StackPlan {
  const changes = resources.map(({ logicalId, type }) => ({
    action: 'Remove' as const,
    logicalId,
    type,
    replacement: undefined,
    details: [],
  }));
  const parameters = { before: {}, after: {} };
  return { name, action: 'delete', basis: 'stack', changes, parameters, losses: [], outputs, note };
}

function additions(template: Template): readonly Change[] {
  return declaredResources(template.text).map(({ logicalId, type, condition }) => ({
    action: 'Add',
    logicalId,
    type,
    replacement: undefined,
    details: condition === undefined ? [] : [{ target: `if ${condition}`, cause: undefined }],
  }));
}

/** `eks-multus-cluster: update, 2 changes`. */
export function planTitle({ name, action, changes, basis }: StackPlan): string {
  if (action === 'none') return `${name}: no changes`;
  if (changes.length === 0) return `${name}: ${action}, no resource changes`;
  const count = changes.length === 1 ? '1 change' : `${changes.length} changes`;
  return `${name}: ${action}, ${count}${basis === 'template' ? ' by its template' : ''}`;
}

/** The plan as lines for the log. */
export function planLines(plan: StackPlan): readonly string[] {
  return [
    planTitle(plan),
    ...plan.losses.map(({ text }) => `DELETES DATA: ${text}`),
    ...driftLines(plan.drift),
    ...(plan.note === undefined ? [] : [plan.note]),
    ...(plan.changes.length === 0 ? [] : changeLines(plan.changes, plan.parameters)),
  ];
}

/** The drift as lines for the log and the summary. */
export function driftLines(drift: Drift | undefined): readonly string[] {
  if (drift === undefined) return [];
  return [
    ...drift.changes.map((text) => `Changed outside CloudFormation: ${text}`),
    ...(drift.unknown === undefined
      ? []
      : [`Not known what was changed outside CloudFormation: ${drift.unknown}`]),
  ];
}

export const CHANGE_HEADER = ['Action', 'Resource', 'Type', 'Replacement', 'What changes'] as const;

/** A stack's parameters before and after a change. */
export interface ParameterValues {
  readonly before: Texts;
  readonly after: Texts;
}

/** A change as the cells of a table row; the columns are those of `CHANGE_HEADER`. */
export function changeCells(change: Change, parameters: ParameterValues): readonly string[] {
  return [
    change.action,
    change.logicalId,
    change.type,
    replacementOf(change),
    whatChanges(change.details, parameters),
  ];
}

/** Changes as lines in columns, for the log. */
export function changeLines(
  changes: readonly Change[],
  parameters: ParameterValues,
): readonly string[] {
  const rows = [[...CHANGE_HEADER], ...changes.map((change) => changeCells(change, parameters))];
  const widths = CHANGE_HEADER.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** With `yes` and `perhaps`, the resource's contents may be lost; all other changes are in place. */
function replacementOf({ action, replacement }: Change): string {
  if (action !== 'Modify') return '';
  if (replacement === 'True') return 'yes';
  return replacement === 'Conditional' ? 'perhaps' : 'no';
}

/** `MaxSize (MaxSize 3 → 4); Tags`: the changed properties, each with its cause. */
function whatChanges(details: readonly ChangeDetail[], parameters: ParameterValues): string {
  const targets = [...new Set(details.map(({ target }) => target))];
  return targets
    .map((target) => {
      const causes = details.flatMap((detail) =>
        detail.target === target && detail.cause !== undefined
          ? [causeText(detail.cause, parameters)]
          : [],
      );
      return causes.length === 0 ? target : `${target} (${[...new Set(causes)].join(', ')})`;
    })
    .join('; ');
}

function causeText(cause: string, { before, after }: ParameterValues): string {
  const [from, to] = [before[cause], after[cause]];
  return from === undefined || to === undefined || from === to
    ? cause
    : `${cause} ${shown(from)} → ${shown(to)}`;
}

function shown(value: string): string {
  if (value === '') return '(empty)';
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}

/**
 * What `deployStack` would do, from a change set that is deleted again. Waits for a running operation to end, as a deploy
 * does.
 *
 * @throws CloudError when a deploy would fail before it changes anything.
 */
export async function planStack(engine: StackEngine, spec: StackSpec): Promise<StackPlan> {
  for (;;) {
    checkDeadline(engine, spec.name);
    const stack = await engine.api.describe(spec.name);
    checkOurs(stack, spec);
    const step = deployStep(stack?.status);
    if (stack === undefined || step === 'create' || step === 'update') {
      const plan = await unlessAnotherRunWasFirst(engine, spec.name, () =>
        planChange(engine, spec, stack),
      );
      if (plan !== undefined) return plan;
    } else if (step === 'wait') {
      engine.log.info(`${spec.name}  is ${stack.status}: waiting for the operation under way`);
      await adopt(engine, stack);
    } else if (step === 'replace') {
      const note = `It is ${stack.status}: it never worked, so a deploy deletes it and creates it anew.`;
      return planFromTemplate(spec, 'replace', note);
    } else if (step === 'roll-back') {
      const how =
        spec.onFailure === 'keep'
          ? 'goes on from the failed update, and rolls it back first only if nothing else changes'
          : 'rolls the failed update back, then brings it to this template';
      return { ...planOf(spec, stack, []), note: `It is ${stack.status}: a deploy ${how}.` };
    } else if (step === 'continue-rollback') {
      const note = `It is ${stack.status}: a deploy continues its rollback, then brings it to this template.`;
      return { ...planOf(spec, stack, []), note };
    } else {
      throw needsManualRepair(stack);
    }
  }
}

/** What was changed outside CloudFormation on a stack that exists. A plan that reverts it has found it already. */
async function driftOf(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
  changeSet: PreparedChangeSet | undefined,
): Promise<Drift | undefined> {
  if (before === undefined || deployStep(before.status) !== 'update') return undefined;
  if (!spec.revertDrift) return findDrift(engine, spec, before);
  return changeSet === undefined ? { changes: [], unknown: undefined } : driftIn(changeSet);
}

async function planChange(
  engine: StackEngine,
  spec: StackSpec,
  before: Stack | undefined,
): Promise<StackPlan> {
  const changeSet = await proposeChange(engine, spec, before);
  if (changeSet !== undefined) await discardChangeSet(engine, changeSet, before);
  const drift = await driftOf(engine, spec, before, changeSet);
  const planned = { ...planOf(spec, before, changeSet?.changes), ...(drift && { drift }) };
  if (changeSet === undefined) return planned;
  const refusal = refusalOf(spec, changeSet.changes, before);
  if (refusal === undefined) return planned;
  const { resource, reason, nextStep } = refusal.failure;
  const why = planned.losses.length > 0 ? '' : ` ${resource}: ${reason}.`;
  return { ...planned, note: `A deploy refuses this change.${why} Next step: ${nextStep}.` };
}
