import {
  AlreadyExistsException,
  type CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  type OnStackFailure,
  type ResourceChange,
} from '@aws-sdk/client-cloudformation';
import { isNotAllowed } from './not-allowed.ts';
import type { Change, ChangeSet, ChangeSetProblem, ChangeSetRequest } from './stack-api.ts';

/** Makes a change set; CloudFormation works it out in the background. */
export async function createChangeSet(client: CloudFormationClient, request: ChangeSetRequest) {
  try {
    const { Id: id = '', StackId: stackId = '' } = await client.send(
      new CreateChangeSetCommand(changeSetInput(request)),
    );
    return { id, stackId };
  } catch (error) {
    if (!(error instanceof AlreadyExistsException)) throw error;
    // Nobody else uses this name: the call was sent again because its answer was lost.
    const { ChangeSetId: id = '', StackId: stackId = '' } = await client.send(
      new DescribeChangeSetCommand({ StackName: request.stackName, ChangeSetName: request.name }),
    );
    return { id, stackId };
  }
}

function changeSetInput(request: ChangeSetRequest): CreateChangeSetCommandInput {
  return {
    StackName: request.stackName,
    ChangeSetName: request.name,
    ClientToken: request.name,
    ChangeSetType: request.type,
    TemplateBody: request.template,
    Capabilities: ['CAPABILITY_IAM'],
    OnStackFailure: onStackFailure(request),
    RoleARN: request.roleArn,
    Parameters: [
      ...Object.entries(request.parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      ...request.previous.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
    ],
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** A stack that is updated has something to lose, so a failure never deletes it. */
function onStackFailure({ onFailure, type }: ChangeSetRequest): OnStackFailure {
  if (onFailure === 'keep') return 'DO_NOTHING';
  return onFailure === 'delete' && type === 'CREATE' ? 'DELETE' : 'ROLLBACK';
}

/** A change set with the changes of all its pages. */
export async function describeChangeSet(
  client: CloudFormationClient,
  id: string,
): Promise<ChangeSet> {
  const changes: Change[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: token }),
    );
    for (const { ResourceChange: change } of page.Changes ?? []) changes.push(toChange(change));
    token = page.NextToken;
    if (token === undefined) {
      return { status: page.Status ?? 'CREATE_PENDING', reason: page.StatusReason, changes };
    }
  }
}

/** What early validation found wrong, see `StackApi`. */
export async function changeSetProblems(client: CloudFormationClient, id: string) {
  const request = { ChangeSetName: id, Filters: { FailedEvents: true } };
  try {
    const { OperationEvents = [] } = await client.send(new DescribeEventsCommand(request));
    return OperationEvents.filter(({ EventType }) => EventType === 'VALIDATION_ERROR').map(
      (event): ChangeSetProblem => ({
        logicalId: event.LogicalResourceId ?? '',
        type: event.ResourceType ?? '',
        path: event.ValidationPath ?? '',
        reason: event.ValidationStatusReason ?? 'no reason was given',
      }),
    );
  } catch (error) {
    if (isNotAllowed(error)) return 'not-allowed';
    throw error;
  }
}

function toChange(change: ResourceChange = {}): Change {
  return {
    action: change.Action ?? '',
    logicalId: change.LogicalResourceId ?? '',
    type: change.ResourceType ?? '',
    replacement: change.Replacement,
    details: (change.Details ?? []).map(({ Target, CausingEntity }) => ({
      target: Target?.Name ?? Target?.Attribute ?? '',
      cause: CausingEntity,
    })),
  };
}
