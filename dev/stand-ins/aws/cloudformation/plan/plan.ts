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
  /** The evaluated properties of each resource, as far as they are known. */
  readonly properties: ReadonlyMap<string, Values>;
}

/**
 * Compares a deployment with the existing resources. References to resources that will be created or
 * replaced, and to attributes of resources that will change, count as changing too (`Dynamic`), because
 * CloudFormation cannot know their values yet.
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
  const all = [...changes.values(), ...removed.map(removal)];
  return { changes: all.toSorted(byLogicalId), properties };
}

function byLogicalId(one: ResourceChange, other: ResourceChange): number {
  return one.logicalId < other.logicalId ? -1 : 1;
}

function checkOutput(key: string, declared: Json, scope: Scope): void {
  const value = evaluate(declared, scope);
  if (typeof value !== 'object' || value === null) return;
  throw new TemplateError(
    `Template format error: Output ${key} is malformed. The Value field of every Outputs member must evaluate to a String.`,
  );
}

/** Known facts: ids of resources that are not replaced, attributes of resources that do not change. */
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

/**
 * Whether two templates have the same outputs if no resource changes, by comparing texts and parameters.
 */
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
