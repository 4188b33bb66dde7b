import { CloudError, messageOf } from '../github/errors.ts';
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
  const { problems, note } = await problemsOf(api, changeSet.id);
  const [first] = problems;
  const { file, text } = spec.template;
  const nextStep = 'correct the inputs that the reason points at, then run the action again';
  if (first === undefined) {
    const reason = `${changeSet.reason ?? 'CloudFormation gave no reason'}${note}`;
    return new CloudError({ resource: `stack ${spec.name}: change set`, reason, nextStep, file });
  }
  const line = resourceLine(text, first.logicalId);
  return new CloudError({
    resource: `stack ${spec.name}: ${first.logicalId} (${first.type})`,
    reason: problems.map(({ path, reason }) => `${path}: ${reason}`).join('\n'),
    nextStep,
    file,
    ...(line === undefined ? {} : { line }),
  });
}

/** What early validation found; or, in words, why that could not be learnt, which matters less than the failure itself. */
async function problemsOf(api: Pick<StackApi, 'changeSetProblems'>, id: string) {
  const none = (note: string) => ({ problems: [], note: ` (${note})` });
  try {
    const problems = await api.changeSetProblems(id);
    return problems === 'not-allowed'
      ? none('the role may not call cloudformation:DescribeEvents, which tells the details')
      : { problems, note: '' };
  } catch (error) {
    return none(`the details could not be asked for: ${messageOf(error)}`);
  }
}
