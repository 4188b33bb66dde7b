import type { Tags } from './handlers/handler.ts';
import { isList, isRecord, type Value, type Values } from './language/value.ts';
import type { TypeSpec } from './plan/specification.ts';

export interface TaggedStack {
  readonly id: string;
  readonly name: string;
}

/**
 * Everything that a resource is tagged with: what its own properties say, the stack's tags, and the
 * `aws:cloudformation:*` tags. Empty for a type that cannot be tagged, or that has tag specifications instead, which
 * stay its handler's: a launch template has no tag of the stack. Own tags win over the stack's.
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
