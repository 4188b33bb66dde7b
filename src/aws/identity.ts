import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** The identity of the current credentials. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
}

/** The account and the ARN of the credentials that a client uses. */
export async function callerIdentity(sts: STSClient): Promise<Identity> {
  const { Account: accountId, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (accountId === undefined || arn === undefined) throw new Error('STS returned no identity');
  return { accountId, arn };
}

/**
 * Returns the IAM principal of a caller for an EKS access entry: the ARN of a user as it is, and for a session the ARN of
 * its role. The ARN of a session lacks the path of its role, so the result is right only for roles without a path.
 * Undefined for the account's root user and for federated users.
 */
export function principalArn(callerArn: string): string | undefined {
  if (/^arn:[^:]+:iam::\d+:user\//.test(callerArn)) return callerArn;
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  return session === null ? undefined : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}
