import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { NEXT_STEP, SAYS_DENIED } from '../relied-on.ts';
import { custodian, localstack } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What KMS answers about keys. CloudFormation calls it for the stacks. */
export const KMS_FACTS: readonly Fact[] = [
  {
    id: 'key-unknown',
    call: 'DescribeKey',
    when: 'there is no such key',
    answer: refusal('NotFoundException', "Key '…' does not exist", 400),
    source: localstack('kms/test_kms'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'kms-denied',
    call: 'DescribeKey',
    when: 'the policy of the caller does not allow the call: KMS answers with status 400, not 403',
    answer: refusal(
      'AccessDeniedException',
      'User: … is not authorized to perform: kms:DescribeKey on resource: …',
      400,
    ),
    source: custodian('test_kms_access_denied'),
    kind: 'recording',
    reliedOnBy: relied({ [NEXT_STEP]: /^allow the role/, [SAYS_DENIED]: true }),
    standIn: 'same',
  },
];
