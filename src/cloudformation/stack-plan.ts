import { parametersFor } from './change-set.ts';
import { changeLines } from './change-table.ts';
import type { Change, Stack } from './stack-api.ts';
import type { StackSpec, Template } from './stack-spec.ts';
import { deployStep } from './stack-status.ts';
import { declaredResources } from './template-line.ts';

type Texts = Readonly<Record<string, string>>;

/** What a deploy does, or would do, to a stack. */
export interface StackPlan {
  readonly name: string;
  readonly action: 'create' | 'update' | 'replace' | 'none';
  /** Who says so: CloudFormation's change set, or only the template where no change set can be made. */
  readonly basis: 'change-set' | 'template';
  readonly changes: readonly Change[];
  /** The parameters that the stack has now, and those that it is to have. */
  readonly parameters: { readonly before: Texts; readonly after: Texts };
  /** The outputs that the stack has now. */
  readonly outputs: Texts;
  /** What a person should know besides. */
  readonly note?: string;
}

/**
 * What a change set says; `changes` is undefined when it has nothing to change. A change set may also have no
 * resource in it, and change only outputs.
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
    outputs: before?.outputs ?? {},
  };
}

/** What the template declares, for a stack of which no change set can be made yet. */
export function planFromTemplate(
  spec: Pick<StackSpec, 'name' | 'template'>,
  action: 'create' | 'replace',
  note: string,
): StackPlan {
  return {
    ...{ name: spec.name, action, note, basis: 'template', changes: additions(spec.template) },
    ...{ parameters: { before: {}, after: {} }, outputs: {} },
  };
}

function additions(template: Template): readonly Change[] {
  return declaredResources(template.text).map(({ logicalId, type, condition }) => ({
    ...{ action: 'Add', logicalId, type, replacement: undefined },
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
    ...(plan.note === undefined ? [] : [plan.note]),
    ...(plan.changes.length === 0 ? [] : changeLines(plan.changes, plan.parameters)),
  ];
}
