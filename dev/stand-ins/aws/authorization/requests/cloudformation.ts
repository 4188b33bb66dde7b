import type { AwsCall } from '../../gateway/aws-call.ts';
import {
  parseQuery,
  type QueryParams,
  structuresOf,
  textOf,
} from '../../gateway/query-protocol.ts';
import type { AccessRequest } from '../simulate.ts';
import {
  type AccountFacts,
  passRole,
  type RequestsOf,
  requestTags,
  resourceTags,
  tagList,
} from './request-facts.ts';

/** The checks of a CloudFormation call, which is always about a stack, also where it names a change set. */
export const cloudFormationRequests: RequestsOf = async (call, facts) => {
  const { params } = parseQuery(call.body.toString('utf8'));
  const resource = await stackArn(call, params, facts);
  const action = `cloudformation:${call.action}`;
  if (resource === undefined) return withoutStack(action);
  const roleArn = textOf(params, 'RoleARN');
  const tags = requestTags(tagList(params['Tags']));
  const imported = structuresOf(params, 'ResourcesToImport').map((one) =>
    String(textOf(one, 'ResourceType')),
  );
  const name = textOf(params, 'ChangeSetName');
  const context = {
    ...tags,
    ...(await tagsToDelete(call, resource, facts)),
    ...(roleArn === undefined ? {} : { 'cloudformation:RoleArn': roleArn }),
    ...(imported.length === 0 ? {} : { 'cloudformation:ImportResourceTypes': imported }),
    ...(name === undefined ? {} : { 'cloudformation:ChangeSetName': name }),
  };
  const tagging: AccessRequest = {
    action: 'cloudformation:TagResource',
    resource,
    context: { ...tags, 'cloudformation:CreateAction': call.action },
  };
  return [
    { action, resource, context },
    ...(roleArn === undefined ? [] : [passRole(roleArn, 'cloudformation')]),
    ...(Object.keys(tags).length === 0 ? [] : [tagging]),
  ];
};

/** The tags of the stack. No policy here has conditions on them for other calls, and to ask takes a call. */
async function tagsToDelete(call: AwsCall, stack: string, facts: AccountFacts) {
  return call.action === 'DeleteStack' ? resourceTags((await facts.stackTags(stack)) ?? {}) : {};
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html */
function withoutStack(action: string): readonly AccessRequest[] {
  const all = { action, resource: '*' };
  return action === 'cloudformation:DescribeStacks'
    ? [all, { action: 'cloudformation:ListStacks', resource: '*' }]
    : [all];
}

async function stackArn(
  call: AwsCall,
  params: QueryParams,
  facts: AccountFacts,
): Promise<string | undefined> {
  const stack = textOf(params, 'StackName');
  if (stack?.startsWith('arn:')) return stack;
  if (stack !== undefined) {
    return `arn:aws:cloudformation:${call.region}:${facts.account}:stack/${stack}/new`;
  }
  const changeSet = textOf(params, 'ChangeSetName');
  return changeSet === undefined ? undefined : facts.stackOf(changeSet);
}
