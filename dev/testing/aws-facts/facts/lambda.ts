import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { IS_MISSING } from '../relied-on.ts';
import { custodian, localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

const LAMBDA = localstack('lambda_/test_lambda');

/** What Lambda answers about functions and when it runs one. */
export const LAMBDA_FACTS: readonly Fact[] = [
  {
    id: 'function-unknown',
    call: 'GetFunction',
    when: 'there is no such function',
    answer: refusal(
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:…:function:…',
      404,
    ),
    source: localstack('lambda_/test_lambda_api'),
    kind: 'recording',
    reliedOnBy: relied({ [IS_MISSING]: true }),
    standIn: 'same',
  },
  {
    id: 'permission-twice',
    call: 'AddPermission',
    when: 'the policy of the function has a statement of this id',
    answer: refusal(
      'ResourceConflictException',
      'The statement id (…) provided already exists. Please provide a new statement id, or remove the existing statement.',
      409,
    ),
    source: custodian('test_updated_lambda_architecture'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'moto adds a second statement of the same id.' },
  },
  {
    id: 'function-without-policy',
    call: 'GetPolicy',
    when: 'nobody has added a permission to the function',
    answer: refusal('ResourceNotFoundException', 'The resource you requested does not exist.', 404),
    source: custodian('test_remove_permissions_event'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'function-timed-out',
    call: 'Invoke',
    when: 'the function runs longer than its timeout',
    answer: {
      output: {
        StatusCode: 200,
        FunctionError: 'Unhandled',
        Payload: {
          errorType: 'Sandbox.Timedout',
          errorMessage: 'RequestId: … Error: Task timed out after 1.00 seconds',
        },
      },
    },
    source: LAMBDA,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'function-exited',
    call: 'Invoke',
    when: 'the process of the function ends before it answers',
    answer: {
      output: {
        StatusCode: 200,
        FunctionError: 'Unhandled',
        Payload: {
          errorType: 'Runtime.ExitError',
          errorMessage: 'RequestId: … Error: Runtime exited without providing a reason',
        },
      },
    },
    source: LAMBDA,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'function-threw',
    call: 'Invoke',
    when: 'the handler throws an error',
    answer: {
      output: {
        StatusCode: 200,
        FunctionError: 'Unhandled',
        Payload: { errorType: 'Error', errorMessage: '…' },
      },
    },
    source: LAMBDA,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
];
