import type { Fact, Shape } from '../fact.ts';
import { relied } from '../fact.ts';
import { ENDS_IN_FAILURE, IS_CANCELLED } from '../relied-on.ts';
import { ansible, cdk, issue, localstack, quoted } from '../sources.ts';

/** The events of a stack, newest first, as `DescribeStackEvents` gives them. */
function events(...oldestFirst: readonly Shape[]): { readonly output: Shape } {
  return { output: { StackEvents: oldestFirst.toReversed() } };
}

/** An event of the stack itself. */
function ofStack(ResourceStatus: string, ResourceStatusReason?: string): Shape {
  return { ResourceType: 'AWS::CloudFormation::Stack', ResourceStatus, ResourceStatusReason };
}

/** An event of a resource. */
function ofResource(ResourceStatus: string, ResourceStatusReason?: string): Shape {
  return { LogicalResourceId: 'Thing', ResourceStatus, ResourceStatusReason };
}

/** In which events operations on stacks go on. */
export const EVENT_FACTS: readonly Fact[] = [
  {
    id: 'events-of-creation',
    call: 'DescribeStackEvents',
    when: 'a stack is created',
    answer: events(
      ofStack('CREATE_IN_PROGRESS', 'User Initiated'),
      { ...Object(ofResource('CREATE_IN_PROGRESS')), PhysicalResourceId: '' },
      {
        ...Object(ofResource('CREATE_IN_PROGRESS', 'Resource creation Initiated')),
        PhysicalResourceId: '…',
      },
      ofResource('CREATE_COMPLETE'),
      ofStack('CREATE_COMPLETE'),
    ),
    source: `${ansible('basic_s3_stack')}; ${localstack('cloudformation/api/test_stacks')}`,
    kind: 'recording',
    reliedOnBy: relied({ [ENDS_IN_FAILURE]: false }),
    standIn: 'same',
  },
  {
    id: 'events-of-update',
    call: 'DescribeStackEvents',
    when: 'a resource is changed in place',
    answer: events(
      ofStack('UPDATE_IN_PROGRESS', 'User Initiated'),
      ofResource('UPDATE_IN_PROGRESS'),
      ofResource('UPDATE_COMPLETE'),
      ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      ofStack('UPDATE_COMPLETE'),
    ),
    source: localstack('cloudformation/test_change_sets'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-failed-creation',
    call: 'DescribeStackEvents',
    when: 'the creation of a resource fails, and the stack is rolled back',
    answer: events(
      ofResource('CREATE_FAILED', '…'),
      ofStack(
        'ROLLBACK_IN_PROGRESS',
        'The following resource(s) failed to create: […]. Rollback requested by user.',
      ),
      ofStack('ROLLBACK_COMPLETE'),
    ),
    source: ansible('on_create_failure_rollback'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-failed-creation-older',
    call: 'DescribeStackEvents',
    when: 'the same, in the form of earlier years, with a point and a blank more',
    answer: events(
      ofStack(
        'ROLLBACK_IN_PROGRESS',
        'The following resource(s) failed to create: […]. . Rollback requested by user.',
      ),
    ),
    source: `${ansible('on_create_failure_rollback')}; ${issue('Kong/kong-dist-cloudformation#39')}`,
    kind: 'recording',
    reliedOnBy: relied({ [ENDS_IN_FAILURE]: true }),
    standIn: { differs: 'The stand-in has the form of today.' },
  },
  {
    id: 'events-of-failed-creation-deleted',
    call: 'DescribeStackEvents',
    when: 'a creation fails, and the change set says DELETE',
    answer: events(
      ofStack(
        'DELETE_IN_PROGRESS',
        'The following resource(s) failed to create: […]. …Delete requested by user.',
      ),
    ),
    source: ansible('on_create_failure_delete'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-failed-creation-kept',
    call: 'DescribeStacks',
    when: 'a creation fails, and the change set says DO_NOTHING',
    answer: {
      output: {
        Stacks: [
          {
            StackStatus: 'CREATE_FAILED',
            StackStatusReason: 'The following resource(s) failed to create: […]. ',
          },
        ],
      },
    },
    source: ansible('on_create_failure_do_nothing'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-clean-up-after-failure',
    call: 'DescribeStackEvents',
    when: 'a resource that failed had an id already: the rollback deletes it',
    answer: events(ofResource('DELETE_IN_PROGRESS'), ofResource('DELETE_COMPLETE')),
    source: ansible('on_create_failure_rollback'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: {
      differs:
        'Only a resource that really exists is deleted. The handlers of the stand-in fail before or after its creation.',
    },
  },
  {
    id: 'events-of-failed-deletion',
    call: 'DescribeStacks',
    when: 'a resource cannot be deleted',
    answer: {
      output: {
        Stacks: [
          {
            StackStatus: 'DELETE_FAILED',
            StackStatusReason: 'The following resource(s) failed to delete: […]. ',
          },
        ],
      },
    },
    source: localstack('cloudformation/api/test_stacks'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-retained-resource',
    call: 'DescribeStackEvents',
    when: 'the deletion goes on without the resource that could not be deleted',
    answer: events(ofResource('DELETE_SKIPPED'), ofStack('DELETE_COMPLETE')),
    source: localstack('cloudformation/api/test_stacks'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'events-of-failed-update',
    call: 'DescribeStackEvents',
    when: 'an update fails both to create and to change resources',
    answer: events(
      ofStack(
        'UPDATE_ROLLBACK_IN_PROGRESS',
        'The following resource(s) failed to create: […]. The following resource(s) failed to update: […]. ',
      ),
    ),
    source: issue('convox/rack#2142'),
    kind: 'report',
    reliedOnBy: relied({ [ENDS_IN_FAILURE]: true }),
    standIn: 'same',
  },
  {
    id: 'events-of-failed-rollback',
    call: 'DescribeStacks',
    when: 'the rollback of an update fails',
    answer: {
      output: {
        Stacks: [
          {
            StackStatus: 'UPDATE_ROLLBACK_FAILED',
            StackStatusReason: 'The following resource(s) failed to update: […]. ',
          },
        ],
      },
    },
    source: issue('eksctl-io/eksctl#1989'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'creation-cancelled',
    call: 'DescribeStackEvents',
    when: 'another resource has failed while this one was being created',
    answer: events(ofResource('CREATE_FAILED', 'Resource creation cancelled')),
    source: issue('convox/rack#2142', 'eksctl-io/eksctl#817'),
    kind: 'report',
    reliedOnBy: relied({ [IS_CANCELLED]: true }),
    standIn: 'same',
  },
  {
    id: 'update-cancelled',
    call: 'DescribeStackEvents',
    when: 'another resource has failed while this one was being changed',
    answer: events(ofResource('UPDATE_FAILED', 'Resource update cancelled')),
    source: quoted('Resource update cancelled'),
    kind: 'doubt',
    reliedOnBy: relied({ [IS_CANCELLED]: true }),
    standIn: 'same',
  },
  {
    id: 'events-of-replacement',
    call: 'DescribeStackEvents',
    when: 'a change replaces a resource: its events are those of an update',
    answer: events(
      ofResource(
        'UPDATE_IN_PROGRESS',
        'Requested update requires the creation of a new physical resource; hence creating one.',
      ),
      ofResource('UPDATE_IN_PROGRESS', 'Resource creation Initiated'),
      ofResource('UPDATE_COMPLETE'),
      ofStack('UPDATE_COMPLETE_CLEANUP_IN_PROGRESS'),
      ofResource('DELETE_IN_PROGRESS'),
      ofResource('DELETE_COMPLETE'),
      ofStack('UPDATE_COMPLETE'),
    ),
    source: localstack('cloudformation/test_change_set_ref'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'export-in-use',
    call: 'DescribeStackEvents',
    when: 'another stack imports from the stack that is to be deleted: the former status comes back',
    answer: events(
      ofStack('DELETE_IN_PROGRESS', 'User Initiated'),
      ofStack('CREATE_COMPLETE', 'Export … cannot be deleted as it is in use by …'),
    ),
    source: issue('boto/botocore#2590', 'boto/boto3#4192'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'event-ids',
    call: 'DescribeStackEvents',
    when: "any: the ids of the stack's own events are UUIDs",
    answer: { output: { StackEvents: [{ EventId: '…-…-…-…-…' }] } },
    source: ansible('basic_s3_stack'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'handler-reason',
    call: 'DescribeStackEvents',
    when: 'a resource handler fails on an error of a service',
    answer: events(
      ofResource(
        'CREATE_FAILED',
        'Resource handler returned message: "… (Service: Ec2, Status Code: 400, Request ID: …)…" (RequestToken: …, HandlerErrorCode: …)',
      ),
    ),
    source: quoted('(Service: Ec2, Status Code: 400, Request ID'),
    kind: 'report',
    reliedOnBy: relied({ [IS_CANCELLED]: false }),
    standIn: 'same',
  },
  {
    id: 'handler-of-eks',
    call: 'DescribeStackEvents',
    when: 'EKS does not take a zone for a cluster',
    answer: events(
      ofResource(
        'CREATE_FAILED',
        'Resource handler returned message: "Cannot create cluster \'…\' because …, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: … (Service: Eks, Status Code: 400, Request ID: …)" (RequestToken: …, HandlerErrorCode: InvalidRequest)',
      ),
    ),
    source: quoted('us-east-1f (Service: Eks, Status Code: 400, Request ID'),
    kind: 'report',
    reliedOnBy: [],
    standIn: {
      absent:
        'EKS refuses three zones by their ids. What the handler of CloudFormation makes of the refusal is not compared.',
    },
  },
  {
    id: 'group-without-creation-policy',
    call: 'DescribeStackEvents',
    when: 'an Auto Scaling group without CreationPolicy does not become ready',
    answer: events(
      ofResource('CREATE_FAILED', 'Group did not stabilize. Last scaling activity: …'),
    ),
    source: quoted('Group did not stabilize. Last scaling activity'),
    kind: 'report',
    reliedOnBy: relied({ [IS_CANCELLED]: false }),
    standIn: {
      differs: 'The reason ends after "did not stabilize." and has the request token of a handler.',
    },
  },
  {
    id: 'operation-of-event',
    call: 'DescribeStackEvents',
    when: 'any: each event names its operation',
    answer: { output: { StackEvents: [{ OperationId: '…' }] } },
    source: issue('architect/aws-lite#213'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'rollback-is-an-operation',
    call: 'DescribeEvents',
    when: 'an update is rolled back: by the name of the stack, only the events of the rollback are told',
    answer: {
      output: {
        OperationEvents: [
          { OperationType: 'ROLLBACK', OperationStatus: 'SUCCEEDED', EventType: 'STACK_EVENT' },
        ],
      },
    },
    source: `${issue('awslabs/mcp#4275')}; ${cdk('lib/api/stack-events/stack-event-poller.ts')}`,
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
];
