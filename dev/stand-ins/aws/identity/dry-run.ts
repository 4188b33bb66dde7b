import { errorAnswer } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { ServiceError } from '../gateway/query-protocol.ts';

/**
 * Answers EC2 calls with DryRun, which moto would carry out. A call that gets here is allowed, because the gateway refuses
 * the others before. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonParameters.html
 */
export const dryRun: Answer = async ({ service, body }) => {
  const params = new URLSearchParams(body.toString('utf8'));
  if (service !== 'ec2' || params.get('DryRun') !== 'true') return undefined;
  const message = 'Request would have succeeded, but DryRun flag is set.';
  return errorAnswer('ec2', new ServiceError('DryRunOperation', message, 412));
};
