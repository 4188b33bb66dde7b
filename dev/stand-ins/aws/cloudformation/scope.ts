import type { Scope } from './language/evaluate.ts';
import { type JsonObject, NO_VALUE, TemplateError, type Value } from './language/value.ts';

/** The facts that a stack's template can refer to, apart from its own resources. */
export interface StackFacts {
  readonly stackId: string;
  readonly stackName: string;
  readonly accountId: string;
  readonly region: string;
  readonly values: Readonly<Record<string, Value>>;
  readonly mappings: JsonObject;
  readonly zones: readonly string[];
  readonly notificationArns: readonly string[];
  /** Exports in the region, by name. */
  readonly exports: ReadonlyMap<string, string>;
}

/** Facts about the stack's resources. Undefined means that there is no such resource or attribute. */
export interface ResourceFacts {
  ref(logicalId: string): Value | undefined;
  attribute(logicalId: string, attribute: string): Value | undefined;
}

export const NO_RESOURCES: ResourceFacts = { ref: () => undefined, attribute: () => undefined };

/** Resolves names as pseudo parameters, then as parameters, then as resources. */
export function stackScope(facts: StackFacts, resources: ResourceFacts): Scope {
  const pseudo: Readonly<Record<string, Value | typeof NO_VALUE>> = {
    'AWS::AccountId': facts.accountId,
    'AWS::NoValue': NO_VALUE,
    'AWS::NotificationARNs': facts.notificationArns,
    'AWS::Partition': 'aws',
    'AWS::Region': facts.region,
    'AWS::StackId': facts.stackId,
    'AWS::StackName': facts.stackName,
    'AWS::URLSuffix': 'amazonaws.com',
  };
  return {
    mappings: facts.mappings,
    ref: (name) => pseudo[name] ?? facts.values[name] ?? resources.ref(name),
    attribute: (resource, attribute) => resources.attribute(resource, attribute),
    imported(name) {
      const value = facts.exports.get(name);
      if (value === undefined) throw new TemplateError(`No export named ${name} found.`);
      return value;
    },
    zones(region) {
      if (region !== '' && region !== facts.region) {
        throw new TemplateError(`Fn::GetAZs of another region (${region}) is not simulated`);
      }
      return facts.zones;
    },
  };
}
