import { type AwsCall, errorAnswer } from '../gateway/aws-call.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import type { AwsResponse } from '../gateway/service.ts';

/** Where buckets are, which moto does not enforce. */
export interface BucketRegions {
  /** Notes the region of a bucket that a call has created. */
  learn(call: AwsCall): void;
  /** S3's answer to a call that is signed for another region than the bucket's; undefined for any other call. */
  answer(call: AwsCall): AwsResponse | undefined;
}

/**
 * @param status what S3 answers: both occur. Neither has a body after a HEAD (aws-sdk-ruby#1162, vault#2892).
 */
export function createBucketRegions(status: 301 | 400 = 400): BucketRegions {
  const regions = new Map<string, string>();
  return {
    learn({ service, method, path, query, region }) {
      const bucket = bucketOf(path);
      if (service !== 's3' || bucket === undefined || [...query.keys()].some(isPart)) return;
      if (method === 'PUT') regions.set(bucket, region);
      if (method === 'DELETE') regions.delete(bucket);
    },
    answer({ service, path, region }) {
      const home = service === 's3' ? regions.get(path.split('/')[1] ?? '') : undefined;
      if (home === undefined || home === region) return undefined;
      const error =
        status === 301
          ? new ServiceError('PermanentRedirect', REDIRECT, 301)
          : new ServiceError('AuthorizationHeaderMalformed', malformed(region, home), 400);
      const answer = errorAnswer('s3', error);
      return { ...answer, headers: { ...answer.headers, 'x-amz-bucket-region': home } };
    },
  };
}

const REDIRECT =
  'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.';

function malformed(given: string, expected: string): string {
  return `The authorization header is malformed; the region '${given}' is wrong; expecting '${expected}'`;
}

/** The bucket of a path that names a bucket and no object. */
function bucketOf(path: string): string | undefined {
  return /^\/([^/]+)\/?$/.exec(path)?.[1];
}

/** Whether a query parameter names a part of a bucket, such as `tagging`. */
function isPart(name: string): boolean {
  return name !== 'x-id';
}
