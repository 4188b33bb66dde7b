import { type AwsCall, errorAnswer, JSON_SERVICES } from '../gateway/aws-call.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import type { AwsResponse } from '../gateway/service.ts';
import type { AccessRequest, Decision } from './simulate.ts';

/**
 * The answer of a service to a call that is not allowed, in AWS's words.
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
  const answer = errorAnswer(
    service,
    new ServiceError(codeOf(service), wordsOf(service, reason), 403),
  );
  return { answer, reason: `${service} ${called}: ${reason}` };
}

function codeOf(service: string): string {
  if (service === 'ec2') return 'UnauthorizedOperation';
  return JSON_SERVICES.has(service) ? 'AccessDeniedException' : 'AccessDenied';
}

function wordsOf(service: string, reason: string): string {
  return service === 'ec2' ? `You are not authorized to perform this operation. ${reason}` : reason;
}
