import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { NEXT_STEP } from '../relied-on.ts';
import { custodian, documented } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What Systems Manager answers about parameters. CloudFormation calls it for the stacks. */
export const SSM_FACTS: readonly Fact[] = [
  {
    id: 'parameter-unknown',
    call: 'GetParameter',
    when: 'there is no such parameter, such as an image of a Kubernetes version that EKS does not offer',
    answer: refusal('ParameterNotFound', '…', 400),
    source: custodian('test_ssm_parameter_delete_non_existant'),
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'region-not-enabled',
    call: 'GetParameter',
    when: 'the account has not enabled the region',
    answer: refusal(
      'UnrecognizedClientException',
      'The security token included in the request is invalid.',
      403,
    ),
    source: documented('general/latest/gr/rande-manage.html'),
    kind: 'doubt',
    reliedOnBy: relied({ [NEXT_STEP]: /^give the job credentials/ }),
    standIn: { absent: 'Every region is enabled.' },
  },
];
