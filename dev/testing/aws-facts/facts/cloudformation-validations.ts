import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { PROBLEM_OF, SAYS_NO_CHANGES } from '../relied-on.ts';
import { botocore, cdk, issue } from '../sources.ts';

const refusal = (message: string) => ({ code: 'ValidationError', status: 400, message });

/** What early validation and hooks of the account find in a change set. */
export const VALIDATION_FACTS: readonly Fact[] = [
  {
    id: 'events-of-what',
    call: 'DescribeEvents',
    when: 'the call names no stack, change set or operation',
    answer: refusal('One of ChangeSetName, OperationId or StackName must be specified'),
    source: issue('aws-cloudformation/cloudformation-cli#1116'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'validation-reason',
    call: 'DescribeEvents',
    when: 'early validation finds that a required property is missing',
    answer: {
      output: {
        OperationEvents: [
          {
            EventType: 'VALIDATION_ERROR',
            ValidationStatusReason: 'Required property […] not found',
            ValidationPath: '/Resources/…',
          },
        ],
      },
    },
    source: cdk('test/api/diagnosing/stack-diagnoser.test.ts'),
    kind: 'report',
    reliedOnBy: relied({ [PROBLEM_OF]: 1 }),
    standIn: 'same',
  },
  {
    id: 'validation-failed',
    call: 'DescribeChangeSet',
    when: 'early validation refuses a property',
    answer: {
      output: {
        Status: 'FAILED',
        StatusReason:
          'The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, …',
      },
    },
    source: issue('aws/aws-cdk-cli#1000'),
    kind: 'report',
    reliedOnBy: relied({ [SAYS_NO_CHANGES]: false }),
    standIn: 'same',
  },
  {
    id: 'validation-warning',
    call: 'DescribeEvents',
    when: 'early validation has a warning, which stops nothing',
    answer: {
      output: {
        OperationEvents: [
          {
            EventType: 'VALIDATION_ERROR',
            ValidationFailureMode: 'WARN',
            ValidationStatus: 'FAILED',
            ValidationStatusReason: '…',
          },
        ],
      },
    },
    source: cdk('lib/api/diagnosing/stack-diagnoser.ts'),
    kind: 'report',
    reliedOnBy: relied({ [PROBLEM_OF]: 0 }),
    standIn: 'same',
  },
  {
    id: 'hook-error',
    call: 'DescribeEvents',
    when: 'a hook of the account refuses the change set',
    answer: {
      output: {
        OperationEvents: [
          {
            EventType: 'HOOK_INVOCATION_ERROR',
            HookType: '…',
            HookStatus: 'HOOK_COMPLETE_FAILED',
            HookStatusReason: '…',
          },
        ],
      },
    },
    source: botocore('cloudformation'),
    kind: 'documentation',
    reliedOnBy: relied({ [PROBLEM_OF]: 1 }),
    standIn: 'same',
  },
];
