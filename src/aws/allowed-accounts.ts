import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { CloudError, InputError } from '../github/errors.ts';
import { proxySettings } from '../github/proxy.ts';
import type { CredentialProvider, CredentialsRequest } from './credentials.ts';
import { MAX_STS_ATTEMPTS } from './web-identity.ts';

/**
 * Gives credentials of the allowed accounts only. A role's account is known from its ARN; for credentials
 * that the job brought, STS is asked once. With no accounts listed, everything is allowed.
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
    ...proxySettings(),
  });
  try {
    return (await sts.send(new GetCallerIdentityCommand({}))).Account ?? '?';
  } finally {
    sts.destroy();
  }
}
