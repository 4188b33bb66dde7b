import { references } from '../language/references.ts';
import type { ResourceDeclaration } from '../language/template.ts';
import { type Json, sameValue, type Value, type Values } from '../language/value.ts';
import type { StackFacts } from '../scope.ts';
import type { Deployment, Stack, StackResource } from '../stack.ts';
import { resourceTags } from '../tags.ts';
import { type PropertyChange, propertyChanges } from './properties.ts';
import type { Specification, TypeSpec } from './specification.ts';

export interface ChangeDetail {
  readonly attribute: string;
  readonly name?: string;
  readonly recreation: 'Always' | 'Conditionally' | 'Never';
  readonly evaluation: 'Static' | 'Dynamic';
  readonly source:
    | 'DirectModification'
    | 'ParameterReference'
    | 'ResourceReference'
    | 'ResourceAttribute';
  readonly cause?: string;
}

/** One resource change of a change set. */
export interface ResourceChange {
  readonly action: 'Add' | 'Modify' | 'Remove';
  readonly logicalId: string;
  readonly type: string;
  readonly physicalId?: string;
  readonly replacement?: 'True' | 'False' | 'Conditional';
  readonly scope: readonly string[];
  readonly details: readonly ChangeDetail[];
  readonly policyAction?: string;
}

export interface PlanInput {
  readonly next: Deployment;
  readonly facts: StackFacts;
  readonly specification: Specification;
  readonly stack: Pick<Stack, 'id' | 'name' | 'deployed'>;
  /** The existing resources. */
  readonly existing: ReadonlyMap<string, StackResource>;
}

/** The difference between a declared resource and the existing one; undefined if there is none. */
export function changeOf(
  input: PlanInput,
  logicalId: string,
  declared: ResourceDeclaration,
  spec: TypeSpec,
  values: Values,
  earlier: ReadonlyMap<string, ResourceChange>,
): ResourceChange | undefined {
  const base = { logicalId, type: declared.type };
  const now = input.existing.get(logicalId);
  if (now === undefined) return { ...base, action: 'Add', scope: [], details: [] };
  const changed = propertyChanges(spec, now.properties, values);
  const tags = resourceTags(spec, values, logicalId, input.stack, input.next.tags);
  const tagName = spec.tagProperty ?? 'Tags';
  const retagged = !sameValue(now.tags, tags) && !changed.some(({ name }) => name === tagName);
  const others = !sameValue(now.others as Value, declared.others as Value);
  if (changed.length === 0 && !retagged && !others) return undefined;
  const details = [
    ...changed.flatMap((change) => detailsOf(input, logicalId, declared, change, earlier)),
    ...(retagged ? [direct('Tags')] : []),
    ...Object.keys({ ...now.others, ...declared.others })
      .filter((key) => !sameValue(now.others[key] as Value, declared.others[key] as Value))
      .map(direct),
  ];
  const replacement = replacementOf(changed);
  return {
    ...base,
    action: 'Modify',
    physicalId: now.physicalId,
    replacement,
    scope: [...new Set(details.map(({ attribute }) => attribute))],
    details,
    ...(replacement === 'False' ? {} : { policyAction: replaceAction(now) }),
  };
}

function direct(attribute: string): ChangeDetail {
  return { attribute, recreation: 'Never', evaluation: 'Static', source: 'DirectModification' };
}

function replacementOf(changes: readonly PropertyChange[]): 'True' | 'False' | 'Conditional' {
  if (changes.some(({ recreation, uncertain }) => recreation === 'Always' && !uncertain)) {
    return 'True';
  }
  return changes.some(({ recreation }) => recreation !== 'Never') ? 'Conditional' : 'False';
}

/** The reasons why a property changes: its text in the template changes, or something that it refers to. */
function detailsOf(
  input: PlanInput,
  logicalId: string,
  declared: ResourceDeclaration,
  change: PropertyChange,
  earlier: ReadonlyMap<string, ResourceChange>,
): readonly ChangeDetail[] {
  const evaluation = change.uncertain ? 'Dynamic' : 'Static';
  const base: Omit<ChangeDetail, 'source'> = {
    attribute: 'Properties',
    name: change.name,
    recreation: change.recreation,
    evaluation,
  };
  const before = input.stack.deployed?.live.resources[logicalId]?.properties[change.name];
  const after = declared.properties[change.name];
  const causes = sameValue(before as Value, after as Value)
    ? causesOf(after ?? null, input, earlier)
    : [];
  if (causes.length === 0) return [{ ...base, source: 'DirectModification' }];
  const details = causes.map((cause) => ({ ...base, ...cause }));
  // AWS tells a change by a parameter a second time, as one whose value only the execution shows.
  return causes.some(({ source }) => source === 'ParameterReference')
    ? [...details, { ...base, evaluation: 'Dynamic', source: 'DirectModification' }]
    : details;
}

type Cause = Pick<ChangeDetail, 'source' | 'cause'>;

/** The changing parameters and resources that a value refers to. */
function causesOf(
  template: Json,
  { next, stack }: PlanInput,
  earlier: ReadonlyMap<string, ResourceChange>,
): readonly Cause[] {
  const before = stack.deployed?.values ?? {};
  return references(template).flatMap(({ name, attribute }): Cause[] => {
    if (next.values[name] !== undefined) {
      const changed = !sameValue(before[name], next.values[name]);
      return changed ? [{ source: 'ParameterReference', cause: name }] : [];
    }
    const change = earlier.get(name);
    if (change === undefined) return [];
    if (attribute !== undefined) {
      return [{ source: 'ResourceAttribute', cause: `${name}.${attribute}` }];
    }
    return change.replacement === 'False' ? [] : [{ source: 'ResourceReference', cause: name }];
  });
}

/** The change for a resource that the template no longer contains. */
export function removal(resource: StackResource): ResourceChange {
  const { logicalId, type, physicalId, deletionPolicy } = resource;
  const policyAction = deletionPolicy.startsWith('Retain') ? 'Retain' : 'Delete';
  return { action: 'Remove', logicalId, type, physicalId, scope: [], details: [], policyAction };
}

function replaceAction({ updateReplacePolicy }: StackResource): string {
  return updateReplacePolicy.startsWith('Retain') ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
}
