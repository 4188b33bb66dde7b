import { refused } from '../faults/fault-answers.ts';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { AwsResponse } from '../gateway/service.ts';
import type { AccessRequest, Decision } from './simulate.ts';

/**
 * The answer of a service to a call that is not allowed, in AWS's words. It does not tell a boundary from a missing
 * permission, as AWS does ("because no permissions boundary allows …").
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
 */
export function denial(
  { service, action: called }: Pick<AwsCall, 'service' | 'action'>,
  session: string,
  { action, resource }: AccessRequest,
  decision: Decision,
): { readonly answer: AwsResponse; readonly reason: string } {
  const because =
    decision === 'explicitly denied'
      ? 'with an explicit deny in an identity-based policy'
      : `because no identity-based policy allows the ${action} action`;
  const reason = `User: ${session} is not authorized to perform: ${action} on resource: ${resource} ${because}`;
  return { answer: refused(service, reason), reason: `${service} ${called}: ${reason}` };
}
