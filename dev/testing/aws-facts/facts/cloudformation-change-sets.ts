import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import {
  CREATE_CHANGE_SET,
  DOES_NOT_EXIST,
  IS_BEING_DELETED,
  IS_CONFLICT,
  SAYS_NO_CHANGES,
} from '../relied-on.ts';
import { botocore, cdk, documented, issue, localstack } from '../sources.ts';

const CHANGE_SETS = localstack('cloudformation/api/test_changesets');
const refusal = (message: string) => ({ code: 'ValidationError', status: 400, message });

/** How change sets are made, executed and deleted. */
export const CHANGE_SET_FACTS: readonly Fact[] = [
  {
    id: 'change-set-empty',
    call: 'DescribeChangeSet',
    when: 'nothing changes',
    answer: {
      output: {
        Status: 'FAILED',
        ExecutionStatus: 'UNAVAILABLE',
        StatusReason:
          "The submitted information didn't contain changes. Submit different information to create a change set.",
      },
    },
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [SAYS_NO_CHANGES]: true }),
    standIn: 'same',
  },
  {
    id: 'change-set-empty-by-transform',
    call: 'DescribeChangeSet',
    when: 'nothing changes and the template has a transform',
    answer: {
      output: {
        Status: 'FAILED',
        ExecutionStatus: 'UNAVAILABLE',
        StatusReason: 'No updates are to be performed.',
      },
    },
    source: issue('aws/aws-cdk#2553'),
    kind: 'report',
    reliedOnBy: relied({ [SAYS_NO_CHANGES]: true }),
    standIn: { absent: 'Transforms are not simulated.' },
  },
  {
    id: 'change-set-ready',
    call: 'DescribeChangeSet',
    when: 'there is something to change',
    answer: { output: { Status: 'CREATE_COMPLETE', ExecutionStatus: 'AVAILABLE' } },
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [SAYS_NO_CHANGES]: false }),
    standIn: 'same',
  },
  {
    id: 'change-set-not-executable',
    call: 'ExecuteChangeSet',
    when: 'the change set has failed',
    answer: {
      code: 'InvalidChangeSetStatus',
      status: 400,
      message: 'ChangeSet […] cannot be executed in its current status of [FAILED]',
    },
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [IS_CONFLICT]: true }),
    standIn: 'same',
  },
  {
    id: 'change-set-unknown',
    call: 'DescribeChangeSet',
    when: 'there is no change set of this id',
    answer: {
      code: 'ChangeSetNotFound',
      status: 404,
      message: 'ChangeSet […] does not exist',
    },
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [DOES_NOT_EXIST]: true, [IS_CONFLICT]: true }),
    standIn: 'same',
  },
  {
    id: 'change-set-without-stack',
    call: 'DeleteChangeSet',
    when: 'the call gives the name of a change set and no stack',
    answer: refusal('StackName must be specified if ChangeSetName is not specified as an ARN.'),
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'change-set-delete-unknown-stack',
    call: 'DeleteChangeSet',
    when: 'there is no stack of this name',
    answer: refusal('Stack […] does not exist'),
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [DOES_NOT_EXIST]: true }),
    standIn: 'same',
  },
  {
    id: 'change-set-creates-existing',
    call: 'CreateChangeSet',
    when: 'the type is CREATE and the stack exists',
    answer: refusal('Stack […] already exists and cannot be created again with the changeSet […].'),
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [IS_CONFLICT]: true, [CREATE_CHANGE_SET]: 'refused' }),
    standIn: 'same',
  },
  {
    id: 'change-set-name-taken',
    call: 'CreateChangeSet',
    when: 'the stack has a change set of this name',
    answer: {
      code: 'AlreadyExistsException',
      status: 400,
      message: 'ChangeSet … already exists',
    },
    source: documented('AWSCloudFormation/latest/APIReference/API_CreateChangeSet.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [CREATE_CHANGE_SET]: 'found' }),
    standIn: 'same',
  },
  {
    id: 'change-set-in-review',
    call: 'CreateChangeSet',
    when: 'the stack is only the shell of another CREATE change set: a second one is accepted',
    answer: { output: { Id: '…', StackId: '…' } },
    source: CHANGE_SETS,
    kind: 'recording',
    reliedOnBy: relied({ [CREATE_CHANGE_SET]: 'made' }),
    standIn: 'same',
  },
  {
    id: 'failed-update-then-empty',
    call: 'DescribeChangeSet',
    when: 'an update has failed without rollback, and the next one has the same template',
    answer: {
      output: {
        Status: 'FAILED',
        StatusReason:
          "The submitted information didn't contain changes. Submit different information to create a change set.",
      },
    },
    source: issue('aws/aws-cdk-cli#1972'),
    kind: 'report',
    reliedOnBy: relied({ [SAYS_NO_CHANGES]: true }),
    standIn: 'same',
  },
  {
    id: 'failed-update-executed-with-rollback',
    call: 'ExecuteChangeSet',
    when: 'the stack is UPDATE_FAILED and the call does not disable rollback',
    answer: refusal(
      'This stack is currently in a non-terminal [UPDATE_FAILED] state. To update the stack from this state, please use the disable-rollback parameter with update-stack API. To rollback to the last known good state, use the rollback-stack API',
    ),
    source: `${issue('aws/aws-cli#6368')}; ${cdk('lib/api/deployments/deploy-stack.ts')}`,
    kind: 'report',
    reliedOnBy: relied({ [IS_CONFLICT]: true }),
    standIn: 'same',
  },
  {
    id: 'kept-creation-updated',
    call: 'CreateChangeSet',
    when: 'the creation failed, and its change set said DO_NOTHING',
    answer: refusal(
      'This stack cannot be updated from [CREATE_FAILED] state because it contains [on-failure: DO_NOTHING]. Please use disable-rollback option instead during stack creation.',
    ),
    source: issue('code-dot-org/code-dot-org#68524'),
    kind: 'report',
    reliedOnBy: relied({ [IS_CONFLICT]: false }),
    standIn: { differs: 'The stand-in accepts the update.' },
  },
  {
    id: 'replacement-without-rollback',
    call: 'DescribeStackEvents',
    when: 'an update with disabled rollback replaces a resource',
    answer: {
      output: {
        StackEvents: [
          {
            ResourceStatus: 'UPDATE_FAILED',
            ResourceStatusReason:
              'Replacement type updates not supported on stack with disable-rollback.',
          },
        ],
      },
    },
    source: issue('aws/aws-sam-cli#4585', 'aws/aws-sam-cli#4164'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'change-set-deletion-lingers',
    call: 'ListChangeSets',
    when: 'a change set was deleted a moment ago: it is deleted in the background',
    answer: { output: { Summaries: [{ Status: 'DELETE_…' }] } },
    source: botocore('cloudformation'),
    kind: 'documentation',
    reliedOnBy: relied({ [IS_BEING_DELETED]: true }),
    standIn: 'same',
  },
  {
    id: 'name-conflict-at-change-set',
    call: 'DescribeEvents',
    when: 'a resource with the same fixed name exists already',
    answer: {
      output: {
        OperationEvents: [
          {
            EventType: 'VALIDATION_ERROR',
            ValidationName: 'NAME_CONFLICT_VALIDATION',
            ValidationStatusReason: "Resource of type '…' with identifier '…' already exists.",
          },
        ],
      },
    },
    source: cdk('test/api/diagnosing/stack-diagnoser.test.ts'),
    kind: 'report',
    reliedOnBy: [],
    standIn: { differs: 'The stand-in asks for clusters, roles and log groups only.' },
  },
  {
    id: 'on-stack-failure-of-update',
    call: 'CreateChangeSet',
    when: 'an update has OnStackFailure, which is documented for creations only',
    answer: { output: { Id: '…', StackId: '…' } },
    source: botocore('cloudformation'),
    kind: 'doubt',
    reliedOnBy: [],
    standIn: { differs: 'The stand-in refuses it, and the product never sends it.' },
  },
];
