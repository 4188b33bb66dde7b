import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { IS_MISSING, NEXT_STEP } from '../relied-on.ts';
import { custodian, localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What CloudWatch Logs answers about log groups. */
export const LOGS_FACTS: readonly Fact[] = [
  {
    id: 'log-group-unknown',
    call: 'DeleteLogGroup',
    when: 'there is no such log group',
    answer: refusal('ResourceNotFoundException', 'The specified log group does not exist.', 400),
    source: localstack('logs/test_logs_events'),
    kind: 'recording',
    reliedOnBy: relied({ [IS_MISSING]: true }),
    standIn: 'same',
  },
  {
    id: 'log-group-taken',
    call: 'CreateLogGroup',
    when: 'there is a log group of this name',
    answer: refusal(
      'ResourceAlreadyExistsException',
      'The specified log group already exists',
      400,
    ),
    source: localstack('logs/test_logs_groups'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'log-stream-taken',
    call: 'CreateLogStream',
    when: 'there is a log stream of this name',
    answer: refusal(
      'ResourceAlreadyExistsException',
      'The specified log stream already exists',
      400,
    ),
    source: localstack('logs/test_logs_streams'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: { differs: 'moto has other words. Code and status are the same.' },
  },
  {
    id: 'log-lines-of-unknown-group',
    call: 'FilterLogEvents',
    when: 'there is no such log group',
    answer: refusal('ResourceNotFoundException', 'The specified log group does not exist.', 400),
    source: localstack('logs/test_logs_events'),
    kind: 'recording',
    reliedOnBy: relied({ [IS_MISSING]: true }),
    standIn: 'same',
  },
  {
    id: 'logs-throttled',
    call: 'FilterLogEvents',
    when: 'too many calls arrive',
    answer: refusal('ThrottlingException', '…', 400),
    source: custodian('test_query_pagination_retry'),
    kind: 'recording',
    reliedOnBy: relied({ [NEXT_STEP]: /^run the action again/ }),
    standIn: 'same',
  },
];
