import type { Tags } from './handlers/handler.ts';
import { isList, isRecord, type Value, type Values } from './language/value.ts';
import type { TypeSpec } from './plan/specification.ts';

export interface TaggedStack {
  readonly id: string;
  readonly name: string;
}

/**
 * All tags of a resource: those of its own properties, the stack's and `aws:cloudformation:*`. Own tags
 * override the stack's. Empty for a type that cannot be tagged, and for one with tag specifications, which
 * its handler applies: a launch template gets no tags of the stack.
 */
export function resourceTags(
  spec: TypeSpec,
  properties: Values,
  logicalId: string,
  stack: TaggedStack,
  stackTags: Tags,
): Tags {
  if (spec.tagProperty === undefined) return {};
  return {
    ...stackTags,
    ...ownTags(properties[spec.tagProperty]),
    'aws:cloudformation:stack-name': stack.name,
    'aws:cloudformation:logical-id': logicalId,
    'aws:cloudformation:stack-id': stack.id,
  };
}

/** `[{Key, Value}, …]` or `{key: value}`. */
function ownTags(value: Value | undefined): Tags {
  if (isList(value)) {
    const pairs = value
      .filter(isRecord)
      .filter((tag) => typeof tag['Key'] === 'string')
      .map((tag) => [String(tag['Key']), String(tag['Value'])] as const);
    return Object.fromEntries(pairs);
  }
  if (!isRecord(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, String(item)]));
}
