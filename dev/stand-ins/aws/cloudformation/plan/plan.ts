import { evaluate, type Scope } from '../language/evaluate.ts';
import { dependenciesOf, inOrder } from '../language/graph.ts';
import { references } from '../language/references.ts';
import type { Template } from '../language/template.ts';
import {
  isRecord,
  type Json,
  sameValue,
  TemplateError,
  UNKNOWN,
  type Value,
  type Values,
} from '../language/value.ts';
import { type ResourceFacts, stackScope } from '../scope.ts';
import type { Deployment } from '../stack.ts';
import { typedProperties } from './properties.ts';
import { changeOf, type PlanInput, type ResourceChange, removal } from './resource-change.ts';

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
  for (const [key, { value }] of Object.entries(next.live.outputs)) checkOutput(key, value, scope);
  const removed = [...existing.values()].filter(({ logicalId }) => !next.live.resources[logicalId]);
  return { changes: [...changes.values(), ...removed.map(removal)], properties };
}

function checkOutput(key: string, declared: Json, scope: Scope): void {
  const value = evaluate(declared, scope);
  if (typeof value !== 'object' || value === null) return;
  throw new TemplateError(
    `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  );
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
