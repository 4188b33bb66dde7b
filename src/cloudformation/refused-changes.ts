import { CloudError } from '../core/errors.ts';
import { type Loss, lossesIn } from './losses.ts';
import { isReplaced } from './replacement.ts';
import type { Change, Stack, StackSpec } from './stack-api.ts';

/**
 * Why a deploy does not execute a change set; undefined when it does.
 *
 * @param before the stack as it is now; undefined for one that does not exist
 */
export function refusalOf(
  spec: Pick<StackSpec, 'name' | 'onFailure' | 'allowReplacement'>,
  changes: readonly Change[],
  before: Stack | undefined,
): CloudError | undefined {
  const losses = lossesIn(changes, before);
  const refused = losses.filter(({ logicalId }) => !spec.allowReplacement.includes(logicalId));
  if (refused.length > 0) return wouldLose(spec, refused);
  const replaced = changes.find(isReplaced);
  return spec.onFailure === 'keep' && replaced !== undefined
    ? cannotReplace(spec.name, replaced)
    : undefined;
}

function wouldLose(
  { name, allowReplacement }: Pick<StackSpec, 'name' | 'allowReplacement'>,
  losses: readonly Loss[],
): CloudError {
  const allowed = [...new Set([...allowReplacement, ...losses.map((loss) => loss.logicalId)])];
  return new CloudError({
    resource: `stack ${name}`,
    reason: losses.map(({ text }) => text).join('\n'),
    nextStep: `take back the inputs that cause this; if it is really wanted, run again with allow-replacement: ${allowed.join(',')}. Nothing has been changed yet`,
  });
}

/**
 * CloudFormation replaces nothing while rollback is disabled. It says so only after the update has begun:
 * https://github.com/aws/aws-sam-cli/issues/4585
 */
function cannotReplace(stackName: string, { logicalId, type, replacement }: Change): CloudError {
  const replaces = replacement === 'True' ? 'replaces' : 'may replace';
  return new CloudError({
    resource: `stack ${stackName}: ${logicalId} (${type})`,
    reason: `the update ${replaces} it, which CloudFormation does not do with on-failure: keep`,
    nextStep: 'run the action again with on-failure: rollback; nothing has been changed yet',
  });
}
