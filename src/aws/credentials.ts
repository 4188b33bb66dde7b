import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { proxySettings } from '../github/proxy.ts';
import { checkedAccount } from './allowed-accounts.ts';
import { assumeChainedRole } from './chained-role.ts';
import {
  type AwsCredentials,
  assumeRole,
  type RoleRequest,
  type TokenSource,
} from './web-identity.ts';

/** Gives credentials that are good now; asked before every call. */
export interface CredentialProvider {
  (): Promise<AwsCredentials>;
  /** AWS says that the credentials with this key are no good any more: they are not given again. */
  readonly reject?: (accessKeyId: string) => void;
}

export interface CredentialsRequest extends Omit<RoleRequest, 'roleArn'> {
  /** Without one, the credentials that the job already has are used (the SDK's default chain). */
  readonly roleArn: string | undefined;
  /** A second role, assumed with the credentials of the first. */
  readonly chainedRoleArn?: string | undefined;
  /** The accounts that may be worked on; any when empty. */
  readonly allowedAccountIds?: readonly string[];
}

/** Credentials are replaced when they have less than this left; a call may last that long. */
const REFRESH_BEFORE_MS = 5 * 60_000;
/** Of a session that is short, at most this part is given up. The shortest that AWS has is 15 minutes. */
const REFRESH_BEFORE_PART = 1 / 3;

/**
 * Where every AWS client of an action gets its credentials. With a role they are asked for with a fresh
 * ID token whenever they run out, so that a job may last longer than one session does.
 */
export function credentialProvider(
  request: CredentialsRequest,
  source: TokenSource,
): CredentialProvider {
  const { roleArn, chainedRoleArn, region, sessionName } = request;
  const first = memoized(() =>
    roleArn === undefined ? ambient(region, source) : assumeRole({ ...request, roleArn }, source),
  );
  if (chainedRoleArn === undefined) return checkedAccount(request, first);
  const second = { region, sessionName, roleArn: chainedRoleArn };
  const chained = memoized(() => assumeChainedRole(second, first, source.mask));
  return checkedAccount(request, chained);
}

/** What the job's environment has; read anew each time, because an earlier step may have a way to renew it. */
async function ambient(region: string, { mask }: TokenSource): Promise<AwsCredentials> {
  const found = await defaultProvider({ clientConfig: { region, ...proxySettings() } })();
  for (const secret of [found.secretAccessKey, found.sessionToken]) {
    if (secret !== undefined && secret !== '') mask(secret);
  }
  return found;
}

/**
 * Shares one answer among all callers until shortly before it expires. A failure is not kept, and while
 * the last credentials are still good it does no harm: they are asked for again with the next call.
 */
export function memoized(
  provide: () => Promise<AwsCredentials>,
  now: () => number = Date.now,
): CredentialProvider {
  let known: (AwsCredentials & { readonly since: number }) | undefined;
  let asking: Promise<AwsCredentials> | undefined;
  const ask = async () => {
    const since = now();
    const fresh = await provide();
    known = { ...fresh, since };
    return fresh;
  };
  const provider = async () => {
    const current = known;
    if (current !== undefined && timeLeft(current, now()) > margin(current)) return current;
    asking ??= ask().finally(() => {
      asking = undefined;
    });
    try {
      return await asking;
    } catch (error) {
      if (current === undefined || current !== known || timeLeft(current, now()) <= 0) throw error;
      return current;
    }
  };
  const reject = (accessKeyId: string) => {
    if (known?.accessKeyId === accessKeyId) known = undefined;
  };
  return Object.assign(provider, { reject });
}

function timeLeft({ expiration }: AwsCredentials, now: number): number {
  return (expiration?.getTime() ?? Number.POSITIVE_INFINITY) - now;
}

function margin(credentials: AwsCredentials & { readonly since: number }): number {
  return Math.min(
    REFRESH_BEFORE_MS,
    timeLeft(credentials, credentials.since) * REFRESH_BEFORE_PART,
  );
}
