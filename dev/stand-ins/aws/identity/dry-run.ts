import type { IAMClient } from '@aws-sdk/client-iam';
import { errorAnswer } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import { policiesOf } from './role-policies.ts';
import { decideByIdentity } from './trust-policy.ts';

/**
 * Answers EC2 calls with DryRun, which moto would carry out. It says what EC2 says, by the policies of the caller's role:
 * https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html. A caller without a role may do everything.
 * Conditions get the tags of the call.
 */
export function dryRun(
  iam: IAMClient,
  principalOf: (accessKey: string) => Promise<string>,
): Answer {
  return async ({ service, action, body, accessKey }) => {
    const params = new URLSearchParams(body.toString('utf8'));
    if (service !== 'ec2' || params.get('DryRun') !== 'true') return undefined;
    const principal = accessKey === undefined ? '' : await principalOf(accessKey);
    const policies = /:role\//.test(principal) ? await policiesOf(iam, principal) : undefined;
    const context = (key: string) => requestTag(params, key);
    const decision =
      policies === undefined
        ? 'allowed'
        : decideByIdentity(policies, `ec2:${action}`, '*', context);
    const [code, message, status] =
      decision === 'allowed'
        ? ([
            'DryRunOperation',
            'Request would have succeeded, but DryRun flag is set.',
            412,
          ] as const)
        : ([
            'UnauthorizedOperation',
            'You are not authorized to perform this operation.',
            403,
          ] as const);
    return errorAnswer('ec2', new ServiceError(code, message, status));
  };
}

function requestTag(params: URLSearchParams, key: string): readonly string[] {
  const [, tag] = key.match(/^aws:RequestTag\/(.+)$/i) ?? [];
  if (tag === undefined) return [];
  return [...params].flatMap(([name, value]) => {
    const place = name.match(/^(TagSpecification\.\d+\.Tag\.\d+)\.Key$/)?.[1];
    return place !== undefined && value === tag ? [params.get(`${place}.Value`) ?? ''] : [];
  });
}
