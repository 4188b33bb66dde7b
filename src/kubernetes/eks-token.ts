import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialProvider } from '../aws/credentials.ts';
import type { AwsCredentials } from '../aws/web-identity.ts';
import { CloudError } from '../core/errors.ts';
import { mask } from '../github/mask.ts';

export interface TokenRequest {
  /** The cluster's name: a token is good for this one cluster. */
  readonly cluster: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now: Date;
}

/** EKS takes a token for 15 minutes after its date; renewing at 10 leaves room for slow requests. */
const RENEW_AFTER_MS = 10 * 60_000;
const LONGEST_TOKEN_BYTES = 4096;

/**
 * Makes the bearer token that an EKS API server takes from an IAM identity: `k8s-aws-v1.` and, in
 * base64url, a presigned STS GetCallerIdentity request with the cluster's name as a signed header.
 * Nothing is sent. The rules (path `/`, no other query keys, at most 4 KiB) are those of
 * https://github.com/kubernetes-sigs/aws-iam-authenticator, `pkg/token`.
 *
 * @throws CloudError when the session token is too long to fit.
 */
export async function eksToken(request: TokenRequest): Promise<string> {
  const signer = new SignatureV4({
    service: 'sts',
    region: request.region,
    credentials: request.credentials,
    sha256: Hash.bind(null, 'sha256'),
  });
  const hostname = stsHost(request.region);
  const presigned = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: hostname, 'x-k8s-aws-id': request.cluster },
    },
    { signingDate: request.now, expiresIn: 60 },
  );
  const url = `https://${hostname}/?${new URLSearchParams(presigned.query as Record<string, string>)}`;
  const token = `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
  if (token.length > LONGEST_TOKEN_BYTES) throw tooLong(request.cluster, token.length);
  return token;
}

/** Gives a token that is valid now and masked, made anew when the last one ages or the credentials change. */
export function tokenSource(
  cluster: string,
  region: string,
  credentials: CredentialProvider,
  now: () => number = Date.now,
): () => Promise<string> {
  let last:
    | { readonly token: string; readonly madeAt: number; readonly identity: string }
    | undefined;
  return async () => {
    const current = await credentials();
    const identity = `${current.accessKeyId} ${current.sessionToken ?? ''}`;
    if (last?.identity === identity && now() - last.madeAt < RENEW_AFTER_MS) return last.token;
    const madeAt = now();
    const request = { cluster, region, credentials: current, now: new Date(madeAt) };
    const token = await eksToken(request);
    mask(token);
    last = { token, madeAt, identity };
    return token;
  };
}

/** Regions of China have their own domain: https://docs.aws.amazon.com/general/latest/gr/sts.html */
function stsHost(region: string): string {
  return `sts.${region}.amazonaws.com${region.startsWith('cn-') ? '.cn' : ''}`;
}

function tooLong(cluster: string, length: number): CloudError {
  return new CloudError({
    resource: `EKS token for cluster ${cluster}`,
    reason: `it would be ${length} bytes; EKS takes at most ${LONGEST_TOKEN_BYTES}`,
    nextStep: 'use a role session with fewer or shorter session tags and policies',
  });
}
