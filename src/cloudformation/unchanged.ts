import { parametersFor, tagsFor } from './change-set.ts';
import type { StackEngine } from './follow.ts';
import type { Stack } from './stack-api.ts';
import type { StackSpec } from './stack-spec.ts';
import { isDeployed } from './stack-status.ts';

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
