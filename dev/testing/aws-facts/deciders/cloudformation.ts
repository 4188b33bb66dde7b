import type { CloudFormationClient, StackEvent as SdkEvent } from '@aws-sdk/client-cloudformation';
import {
  doesNotExist,
  isNotAllowed,
  saysAnotherWasFirst,
} from '../../../../src/cloudformation/answers.ts';
import { prepareChangeSet } from '../../../../src/cloudformation/change-set.ts';
import type { StackEngine } from '../../../../src/cloudformation/follow.ts';
import {
  createChangeSet,
  describeChangeSet,
} from '../../../../src/cloudformation/sdk-stack-api.ts';
import type {
  ChangeSetRequest,
  StackEvent,
  StackSpec,
} from '../../../../src/cloudformation/stack-api.ts';
import { firstFailure, isCancelled } from '../../../../src/cloudformation/stack-events.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
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

const SPEC: StackSpec = {
  name: 'stack',
  template: { file: 'x.yaml', text: '{}' },
  parameters: {},
  tags: {},
  creationTags: {},
  onFailure: 'rollback',
  allowReplacement: [],
  revertDrift: false,
  terminationProtection: undefined,
  roleArn: undefined,
  runId: '1',
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
  [names.SAYS_NO_CHANGES]: async (given) => {
    const client = clientGiving<CloudFormationClient>(given, 'DescribeChangeSet');
    const engine = engineWith({
      createChangeSet: async () => ({ id: 'c', stackId: 's' }),
      describeChangeSet: (id) => describeChangeSet(client, id),
    });
    return (await prepareChangeSet(engine, SPEC, undefined)).outcome;
  },
  [names.IS_CANCELLED]: (given) => eventsOf(given).some(isCancelled),
  [names.ENDS_IN_FAILURE]: (given) => firstFailure(eventsOf(given)) !== undefined,
};

function engineWith(api: Partial<StackEngine['api']>): StackEngine {
  return {
    api: api as StackEngine['api'],
    log: { info: () => {} },
    clock: fakeClock(),
    deadline: Number.POSITIVE_INFINITY,
    budget: { hasMore: () => true },
  };
}

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
