import { CloudError } from '../core/errors.ts';
import type { Change, StackSpec } from './stack-api.ts';

/** Why a deploy does not execute a change set; undefined when it does. */
export function refusalOf(
  spec: Pick<StackSpec, 'name' | 'onFailure'>,
  changes: readonly Change[],
): CloudError | undefined {
  const replaced = changes.find(isReplaced);
  return spec.onFailure === 'keep' && replaced !== undefined
    ? cannotReplace(spec.name, replaced)
    : undefined;
}

/** True for a change that replaces its resource, or may replace it. */
export function isReplaced({ action, replacement }: Change): boolean {
  return action === 'Modify' && (replacement === 'True' || replacement === 'Conditional');
}

/** CloudFormation replaces nothing while rollback is disabled, and says so only after the update has begun. */
function cannotReplace(stackName: string, { logicalId, type, replacement }: Change): CloudError {
  const replaces = replacement === 'True' ? 'replaces' : 'may replace';
  return new CloudError({
    resource: `stack ${stackName}: ${logicalId} (${type})`,
    reason: `the update ${replaces} it, which CloudFormation does not do with on-failure: keep`,
    nextStep: 'run the action again with on-failure: rollback; nothing has been changed yet',
  });
}
