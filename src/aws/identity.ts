import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';

/** The identity of the current credentials. */
export interface Identity {
  readonly accountId: string;
  readonly arn: string;
}

export async function callerIdentity(sts: STSClient): Promise<Identity> {
  const { Account: accountId, Arn: arn } = await sts.send(new GetCallerIdentityCommand({}));
  if (accountId === undefined || arn === undefined) throw new Error('STS returned no identity');
  return { accountId, arn };
}

/**
 * The IAM principal behind a caller, in the form that an EKS access entry takes: a user's own ARN, and for
 * a session the role's. A session's ARN leaves out its role's path, so a role that has one cannot be
 * told from it. Undefined for the account's root user and for federated users.
 */
export function principalArn(callerArn: string): string | undefined {
  if (/^arn:[^:]+:iam::\d+:user\//.test(callerArn)) return callerArn;
  const session = /^arn:([^:]+):sts::(\d+):assumed-role\/([^/]+)\//.exec(callerArn);
  return session === null ? undefined : `arn:${session[1]}:iam::${session[2]}:role/${session[3]}`;
}
