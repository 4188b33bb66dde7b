import { evaluate } from './language/evaluate.ts';
import { dependenciesOf, inOrder } from './language/graph.ts';
import { references } from './language/references.ts';
import type { ResourceDeclaration, Template } from './language/template.ts';
import {
  isRecord,
  type Json,
  sameValue,
  UNKNOWN,
  type Value,
  type Values,
} from './language/value.ts';
import { type PropertyChange, propertyChanges, typedProperties } from './properties.ts';
import { type ResourceFacts, type StackFacts, stackScope } from './scope.ts';
import type { Specification, TypeSpec } from './specification.ts';
import type { Deployment, Stack, StackResource } from './stack.ts';
import { resourceTags } from './tags.ts';

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

/** One line of a change set. */
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
  /** The resources that exist now. */
  readonly existing: ReadonlyMap<string, StackResource>;
}

export interface Plan {
  readonly changes: readonly ResourceChange[];
  /** What each resource of the template will be made from, as far as it is known. */
  readonly properties: ReadonlyMap<string, Values>;
}

/**
 * Compares a deployment with the resources that exist. Whatever depends on a resource that will be made
 * or replaced, or on an attribute of one that will change, counts as changing too (`Dynamic`), because
 * CloudFormation cannot know yet.
 */
export function planChanges(input: PlanInput): Plan {
  const { next, existing } = input;
  const properties = new Map<string, Values>();
  const changes = new Map<string, ResourceChange>();
  const scope = stackScope(input.facts, knownFacts(input, changes));
  for (const logicalId of inOrder(dependenciesOf(next.live))) {
    const declared = next.live.resources[logicalId];
    const spec = declared && input.specification(declared.type);
    if (declared === undefined || spec === undefined) continue;
    const evaluated = evaluate(declared.properties, scope);
    const values = isRecord(evaluated as Value) ? typedProperties(spec, evaluated as Values) : {};
    properties.set(logicalId, values);
    const change = changeOf(input, logicalId, declared, spec, values, changes);
    if (change !== undefined) changes.set(logicalId, change);
  }
  const removed = [...existing.values()].filter(({ logicalId }) => !next.live.resources[logicalId]);
  return { changes: [...changes.values(), ...removed.map(removal)], properties };
}

/** Ids are known for what stays, attributes for what does not change at all. */
function knownFacts(
  { existing, next }: PlanInput,
  changes: ReadonlyMap<string, ResourceChange>,
): ResourceFacts {
  const declared = (logicalId: string) => next.live.resources[logicalId] !== undefined;
  return {
    ref(logicalId) {
      if (!declared(logicalId)) return undefined;
      const change = changes.get(logicalId);
      const stays = change === undefined || change.replacement === 'False';
      return stays ? (existing.get(logicalId)?.physicalId ?? UNKNOWN) : UNKNOWN;
    },
    attribute(logicalId, attribute) {
      if (!declared(logicalId)) return undefined;
      if (changes.has(logicalId)) return UNKNOWN;
      return existing.get(logicalId)?.attributes[attribute] ?? UNKNOWN;
    },
  };
}

function changeOf(
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
    ...changed.flatMap((change) => detailsOf(input, logicalId, declared, change, tagName, earlier)),
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

/** Why a property changes: the template says something else, or something that it refers to changes. */
function detailsOf(
  input: PlanInput,
  logicalId: string,
  declared: ResourceDeclaration,
  change: PropertyChange,
  tagName: string,
  earlier: ReadonlyMap<string, ResourceChange>,
): readonly ChangeDetail[] {
  const evaluation = change.uncertain ? 'Dynamic' : 'Static';
  const isTags = change.name === tagName;
  const base: Omit<ChangeDetail, 'source'> = {
    attribute: isTags ? 'Tags' : 'Properties',
    ...(isTags ? {} : { name: change.name }),
    recreation: change.recreation,
    evaluation,
  };
  const before = input.stack.deployed?.live.resources[logicalId]?.properties[change.name];
  const after = declared.properties[change.name];
  const causes = sameValue(before as Value, after as Value)
    ? causesOf(after ?? null, input, earlier)
    : [];
  if (causes.length === 0) return [{ ...base, source: 'DirectModification' }];
  return causes.map((cause) => ({ ...base, ...cause }));
}

type Cause = Pick<ChangeDetail, 'source' | 'cause'>;

/** The parameters and resources that a value refers to and that change. */
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

function removal(resource: StackResource): ResourceChange {
  const { logicalId, type, physicalId, deletionPolicy } = resource;
  const policyAction = deletionPolicy.startsWith('Retain') ? 'Retain' : 'Delete';
  return { action: 'Remove', logicalId, type, physicalId, scope: [], details: [], policyAction };
}

function replaceAction({ updateReplacePolicy }: StackResource): string {
  return updateReplacePolicy.startsWith('Retain') ? 'ReplaceAndRetain' : 'ReplaceAndDelete';
}

/** Whether two templates give the same outputs when no resource changes: texts and parameters compared. */
export function sameOutputs(before: Deployment, after: Deployment): boolean {
  const shape = (template: Template) => template.outputs as unknown as Value;
  if (!sameValue(shape(before.live), shape(after.live))) return false;
  return Object.values(after.live.outputs).every(({ value }) =>
    references(value).every(
      ({ name }) =>
        after.values[name] === undefined || sameValue(before.values[name], after.values[name]),
    ),
  );
}
