import { type Fact, relied } from '../fact.ts';
import { ASK, QUOTA_VALUE } from '../relied-on.ts';
import { documented, issue } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What Service Quotas answers to the preflight. */
export const QUOTA_FACTS: readonly Fact[] = [
  {
    id: 'quota-value',
    call: 'GetServiceQuota',
    when: 'the account has a value of its own, or the default as its value',
    answer: { output: { Quota: { QuotaCode: 'L-F678F1CE', Value: 5 } } },
    source: documented('servicequotas/2019-06-24/apireference/API_GetServiceQuota.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [QUOTA_VALUE]: '{"L-F678F1CE":5}' }),
    standIn: 'same',
  },
  {
    id: 'quota-without-value',
    call: 'GetServiceQuota',
    when: 'there is no value of the account for the quota',
    answer: refusal('NoSuchResourceException', 'The request failed because …', 400),
    source: issue('aws/aws-cli#6629', 'aws/aws-cli#8584'),
    kind: 'report',
    reliedOnBy: relied({ [QUOTA_VALUE]: '{}' }),
    standIn: 'same',
  },
  {
    id: 'quotas-denied',
    call: 'GetServiceQuota',
    when: 'the policy of the caller does not allow the call',
    answer: refusal(
      'AccessDeniedException',
      'User: … is not authorized to perform: servicequotas:GetServiceQuota because no identity-based policy allows the servicequotas:GetServiceQuota action',
      400,
    ),
    source: documented('service-quotas/latest/userguide/identity-access-management.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [ASK]: 'the role may not servicequotas:GetServiceQuota' }),
    standIn: {
      differs: 'The message of the switch `deny` is shorter. Code and status are the same.',
    },
  },
];
