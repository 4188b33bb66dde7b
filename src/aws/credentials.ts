import { AssumeRoleCommand, GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { CloudError, InputError, messageOf } from '../core/errors.ts';
import { connectionSettings } from './request-handler.ts';
import {
  type AwsCredentials,
  assumeRole,
  MAX_STS_ATTEMPTS,
  type RoleRequest,
  type TokenSource,
  toCredentials,
} from './web-identity.ts';

/** Returns credentials that are valid now. Called before every AWS call. */
export interface CredentialProvider {
  (): Promise<AwsCredentials>;
  /** Drops the credentials with this key, because AWS has rejected them. */
  readonly reject?: (accessKeyId: string) => void;
}

export interface CredentialsRequest extends Omit<RoleRequest, 'roleArn'> {
  /** Without one, the credentials that the job already has are used (the SDK's default chain). */
  readonly roleArn: string | undefined;
  /** A second role, assumed with the credentials of the first. */
  readonly chainedRoleArn?: string | undefined;
  /** The allowed accounts; empty allows every account. */
  readonly allowedAccountIds?: readonly string[];
}

/** Credentials are renewed this long before they expire, because a call may last that long. */
const REFRESH_BEFORE_MS = 5 * 60_000;
/** A short session is renewed when this part of it is left. AWS's shortest session lasts 15 minutes. */
const REFRESH_BEFORE_PART = 1 / 3;

/**
 * The credentials of every AWS client of an action. With a role, it assumes the role again with a fresh ID token before
 * the session expires, so that a job may last longer than one session.
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

/** The credentials in the job's environment. Read each time, because their source may renew them. */
async function ambient(region: string, { mask }: TokenSource): Promise<AwsCredentials> {
  const found = await defaultProvider({ clientConfig: { region, ...connectionSettings() } })();
  for (const secret of [found.secretAccessKey, found.sessionToken]) {
    if (secret !== undefined && secret !== '') mask(secret);
  }
  return found;
}

/**
 * Shares credentials among all callers until shortly before they expire. When renewal fails, callers get the current
 * credentials as long as they are valid, and the next call tries again.
 */
export function memoized(
  provide: () => Promise<AwsCredentials>,
  now: () => number = Date.now,
): CredentialProvider {
  let known: (AwsCredentials & { readonly since: number }) | undefined;
  let pending: Promise<AwsCredentials> | undefined;
  const renew = async () => {
    const since = now();
    const fresh = await provide();
    known = { ...fresh, since };
    return fresh;
  };
  const provider = async () => {
    const current = known;
    if (current !== undefined && timeLeft(current, now()) > margin(current)) return current;
    pending ??= renew().finally(() => {
      pending = undefined;
    });
    try {
      return await pending;
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

/**
 * Returns credentials of the allowed accounts only. A role's ARN names its account; for the job's own credentials, one
 * call to STS does. An empty list allows every account.
 *
 * The provider throws InputError for a role, and CloudError for other credentials, of another account.
 */
export function checkedAccount(
  { allowedAccountIds = [], chainedRoleArn, roleArn, region }: CredentialsRequest,
  provider: CredentialProvider,
): CredentialProvider {
  if (allowedAccountIds.length === 0) return provider;
  const role = chainedRoleArn ?? roleArn;
  let checked: Promise<void> | undefined;
  const check = async () => {
    if (role === undefined) checkAccount(await accountOf(provider, region), allowedAccountIds);
  };
  const guarded = async () => {
    if (role !== undefined) checkRole(role, chainedRoleArn !== undefined, allowedAccountIds);
    checked ??= check();
    await checked;
    return provider();
  };
  return Object.assign(guarded, {
    ...(provider.reject === undefined ? {} : { reject: provider.reject }),
  });
}

function checkRole(role: string, chained: boolean, allowed: readonly string[]): void {
  if (allowed.includes(role.split(':')[4] ?? '')) return;
  const input = chained ? 'chained-role' : 'role-to-assume';
  const accounts = `a role of ${allowed.join(' or ')}, as allowed-account-ids says`;
  throw new InputError([{ input, value: role, allowed: accounts }]);
}

function checkAccount(account: string, allowed: readonly string[]): void {
  if (allowed.includes(account)) return;
  throw new CloudError({
    resource: 'AWS credentials',
    reason: `they are of account ${account}, and allowed-account-ids has only ${allowed.join(', ')}`,
    nextStep: 'give the job credentials of an allowed account, or list this one',
  });
}

async function accountOf(credentials: CredentialProvider, region: string): Promise<string> {
  const sts = new STSClient({
    region,
    credentials: () => credentials(),
    maxAttempts: MAX_STS_ATTEMPTS,
    ...connectionSettings(),
  });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '?';
  } finally {
    sts.destroy();
  }
}

type ChainedRequest = Pick<RoleRequest, 'region' | 'roleArn' | 'sessionName'>;

/** AWS limits chained sessions to one hour, whatever the role allows. */
const LONGEST_SECONDS = 3600;

/**
 * Assumes a role with the credentials of another role, and masks the new credentials.
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
    ...connectionSettings(),
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

type Step<Args, Output> = (args: Args) => Promise<Output>;

/** The services' names for an expired session; EC2 calls it `RequestExpired`. */
const EXPIRED = /^(ExpiredToken|ExpiredTokenException|RequestExpired|TokenRefreshRequired)$/;

/** True when AWS refused a call because its session has expired. */
export function saysExpired(error: unknown): boolean {
  return error instanceof Error && EXPIRED.test(error.name);
}

/**
 * Middleware of an SDK client: repeats a call once, with new credentials, when its session has expired. Credentials are
 * renewed before they expire, but clocks differ and sessions can be revoked.
 */
export function renewsCredentials(credentials: CredentialProvider) {
  return <Args, Output>(next: Step<Args, Output>): Step<Args, Output> =>
    async (args) => {
      const { accessKeyId } = await credentials();
      try {
        return await next(args);
      } catch (error) {
        if (!saysExpired(error) || credentials.reject === undefined) throw error;
        credentials.reject(accessKeyId);
        if ((await credentials()).accessKeyId === accessKeyId) throw error;
        return next(args);
      }
    };
}
