import { type AwsCall, errorAnswer } from '../gateway/aws-call.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import type { AwsResponse } from '../gateway/service.ts';

/** S3's answer to a call that expects another owner than the account, which moto does not check; else undefined. */
export function otherOwner(
  { service, headers }: Pick<AwsCall, 'service' | 'headers'>,
  account: string,
): AwsResponse | undefined {
  const expected = headers['x-amz-expected-bucket-owner'];
  if (service !== 's3' || expected === undefined || expected === account) return undefined;
  return errorAnswer('s3', new ServiceError('AccessDenied', 'Access Denied', 403));
}
