import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import {
  type AwsCredentials,
  assumeRole,
  type RoleRequest,
  type TokenSource,
} from './web-identity.ts';

export type CredentialProvider = () => Promise<AwsCredentials>;

export interface CredentialsRequest extends Omit<RoleRequest, 'roleArn'> {
  /** Without one, the credentials that the job already has are used (the SDK's default chain). */
  readonly roleArn: string | undefined;
}

/** Credentials are replaced when they have less than this left; a call may last that long. */
const REFRESH_BEFORE_MS = 5 * 60_000;

/**
 * Where every AWS client of an action gets its credentials. With a role they are asked for with a fresh
 * ID token whenever they run out, so that a job may last longer than one session does.
 */
export function credentialProvider(
  request: CredentialsRequest,
  source: TokenSource,
): CredentialProvider {
  const { roleArn, region } = request;
  if (roleArn === undefined) return fromNodeProviderChain({ clientConfig: { region } });
  return memoized(() => assumeRole({ ...request, roleArn }, source));
}

/** Shares one answer among all callers until shortly before it expires. A failure is not kept. */
export function memoized(
  provide: CredentialProvider,
  now: () => number = Date.now,
): CredentialProvider {
  let known: AwsCredentials | undefined;
  let asking: Promise<AwsCredentials> | undefined;
  return async () => {
    if (known !== undefined && !expiresSoon(known, now())) return known;
    asking ??= provide().finally(() => {
      asking = undefined;
    });
    known = await asking;
    return known;
  };
}

function expiresSoon({ expiration }: AwsCredentials, now: number): boolean {
  return expiration !== undefined && expiration.getTime() - now < REFRESH_BEFORE_MS;
}
