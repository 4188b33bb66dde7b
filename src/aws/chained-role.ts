import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { CloudError, messageOf } from '../github/errors.ts';
import { proxySettings } from '../github/proxy.ts';
import type { CredentialProvider } from './credentials.ts';
import { renewsCredentials } from './renewal.ts';
import {
  type AwsCredentials,
  MAX_STS_ATTEMPTS,
  type RoleRequest,
  toCredentials,
} from './web-identity.ts';

type ChainedRequest = Pick<RoleRequest, 'region' | 'roleArn' | 'sessionName'>;

/** AWS gives a session that another session asked for one hour at most, whatever the role allows. */
const LONGEST_SECONDS = 3600;

/**
 * Takes on a role with the credentials of another, and masks what comes of it.
 *
 * @throws CloudError that says which of the two roles lacks what.
 */
export async function assumeChainedRole(
  request: ChainedRequest,
  first: CredentialProvider,
  mask: (secret: string) => void,
): Promise<AwsCredentials> {
  const sts = new STSClient({
    region: request.region,
    credentials: Object.assign(() => first(), { memoized: true }),
    maxAttempts: MAX_STS_ATTEMPTS,
    ...proxySettings(),
  });
  sts.middlewareStack.add(renewsCredentials(first), { step: 'initialize' });
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleCommand({
        RoleArn: request.roleArn,
        RoleSessionName: request.sessionName,
        DurationSeconds: LONGEST_SECONDS,
      }),
    );
    return toCredentials(given, mask);
  } catch (error) {
    throw refused(request, error);
  } finally {
    sts.destroy();
  }
}

function refused({ roleArn }: ChainedRequest, cause: unknown): unknown {
  const name = cause instanceof Error ? cause.name : 'Error';
  if (!/AccessDenied/.test(name)) return cause;
  return new CloudError({
    resource: `role ${roleArn}`,
    reason: `cannot be assumed by the first role: ${messageOf(cause)} (${name})`,
    nextStep:
      'let the first role do sts:AssumeRole on it, and let its trust policy name the first role as principal',
    cause,
  });
}
