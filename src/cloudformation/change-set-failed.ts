import { CloudError } from '../github/errors.ts';
import type { PreparedChangeSet } from './change-set.ts';
import type { StackApi } from './stack-api.ts';
import type { StackSpec } from './stack-spec.ts';
import { resourceLine } from './template-line.ts';

/**
 * Explains a change set that could not be made. CloudFormation checks properties while it makes one, and then
 * only says that a check failed; which property, and why, has to be asked for by the change set's id.
 */
export async function changeSetFailed(
  api: Pick<StackApi, 'changeSetProblems'>,
  spec: StackSpec,
  changeSet: PreparedChangeSet,
): Promise<CloudError> {
  const reason = changeSet.reason ?? 'CloudFormation gave no reason';
  const problems = await api.changeSetProblems(changeSet.id);
  const [first] = problems === 'not-allowed' ? [] : problems;
  const { file, text } = spec.template;
  if (first === undefined) {
    const ask = ' (the role may not call cloudformation:DescribeEvents, which tells the details)';
    return new CloudError({
      resource: `stack ${spec.name}: change set`,
      reason: problems === 'not-allowed' ? `${reason}${ask}` : reason,
      nextStep: 'correct the inputs that the reason points at, then run the action again',
      file,
    });
  }
  const line = resourceLine(text, first.logicalId);
  const all = problems === 'not-allowed' ? [] : problems;
  return new CloudError({
    resource: `stack ${spec.name}: ${first.logicalId} (${first.type})`,
    reason: all.map(({ path, reason }) => `${path}: ${reason}`).join('\n'),
    nextStep: 'correct the inputs that the reason points at, then run the action again',
    file,
    ...(line === undefined ? {} : { line }),
  });
}
