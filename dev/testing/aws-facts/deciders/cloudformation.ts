import type {
  CloudFormationClient,
  DescribeChangeSetCommandOutput,
  DescribeEventsCommandOutput,
  DescribeStacksCommandOutput,
  ListChangeSetsCommandOutput,
  StackEvent as SdkEvent,
} from '@aws-sdk/client-cloudformation';
import {
  doesNotExist,
  isBeingDeleted,
  isNotAllowed,
  saysAnotherWasFirst,
  saysNoChanges,
} from '../../../../src/cloudformation/answers.ts';
import { mayBeEnd } from '../../../../src/cloudformation/follow.ts';
import { isReplaced } from '../../../../src/cloudformation/replacement.ts';
import {
  createChangeSet,
  describeChangeSet,
  problemOf,
} from '../../../../src/cloudformation/sdk-stack-api.ts';
import type { ChangeSetRequest, StackEvent } from '../../../../src/cloudformation/stack-api.ts';
import { firstFailure, isCancelled } from '../../../../src/cloudformation/stack-events.ts';
import * as names from '../relied-on.ts';
import { type Ask, clientGiving, type Given, outcomeOf } from './given.ts';

const REQUEST: ChangeSetRequest = {
  stackName: 'stack',
  name: 'change',
  type: 'CREATE',
  template: '{}',
  parameters: {},
  previous: [],
  tags: {},
  onFailure: 'rollback',
  revertDrift: false,
  roleArn: undefined,
};

/** How to ask the deciders of `src/cloudformation`. */
export const CLOUDFORMATION_DECIDERS: Readonly<Record<string, Ask>> = {
  [names.DOES_NOT_EXIST]: ({ error }) => doesNotExist(error),
  [names.IS_NOT_ALLOWED]: ({ error }) => isNotAllowed(error),
  [names.IS_CONFLICT]: ({ error }) => saysAnotherWasFirst(error),
  [names.CREATE_CHANGE_SET]: async (given) => {
    const found = { DescribeChangeSet: { ChangeSetId: 'found', StackId: 's' } };
    const client = clientGiving<CloudFormationClient>(given, 'CreateChangeSet', found);
    const outcome = await outcomeOf(() => createChangeSet(client, REQUEST));
    if (typeof outcome === 'string') return 'refused';
    return (outcome as { id: string }).id === 'found' ? 'found' : 'made';
  },
  [names.SAYS_NO_CHANGES]: ({ output }) =>
    saysNoChanges((output as DescribeChangeSetCommandOutput).StatusReason),
  [names.IS_BEING_DELETED]: ({ output }) =>
    isBeingDeleted((output as ListChangeSetsCommandOutput).Summaries?.[0]?.Status),
  [names.PROBLEM_OF]: ({ output }) => {
    const { OperationEvents = [] } = output as DescribeEventsCommandOutput;
    return OperationEvents.flatMap(problemOf).length;
  },
  [names.MAY_BE_END]: ({ output }) => {
    const status = (output as DescribeStacksCommandOutput).Stacks?.[0]?.StackStatus;
    return status !== undefined && mayBeEnd(status);
  },
  [names.IS_REPLACED]: async (given) => {
    const client = clientGiving<CloudFormationClient>(given, 'DescribeChangeSet');
    const { changes } = await describeChangeSet(client, 'c');
    return changes
      .filter(isReplaced)
      .map(({ logicalId }) => logicalId)
      .join();
  },
  [names.IS_CANCELLED]: (given) => eventsOf(given).some(isCancelled),
  [names.ENDS_IN_FAILURE]: (given) => firstFailure(eventsOf(given)) !== undefined,
};

/** The events of an answer, as the product reads them. */
function eventsOf({ output }: Given): readonly StackEvent[] {
  const { StackEvents = [] } = output as { StackEvents?: readonly SdkEvent[] };
  return StackEvents.map((event) => ({
    id: event.EventId ?? '',
    time: new Date(0),
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? 'CREATE_IN_PROGRESS',
    reason: event.ResourceStatusReason,
    ofStack: event.ResourceType === 'AWS::CloudFormation::Stack',
  }));
}
