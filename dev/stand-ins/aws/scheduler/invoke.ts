import { CloudFormationClient, DeleteStackCommand } from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, type IAMClient } from '@aws-sdk/client-iam';
import { AssumeRoleCommand, type STSClient } from '@aws-sdk/client-sts';
import { allowsService } from '../identity/trust-policy.ts';
import type { Schedule } from './schedule.ts';

export interface InvokeOptions {
  readonly account: string;
  readonly region: string;
  /** The gateway's URL, where the call is checked by the policies of the role. */
  readonly endpoint: string;
  readonly iam: IAMClient;
  readonly sts: STSClient;
}

/** Whether Scheduler may take on the role of a schedule, by the role's trust policy. */
export async function mayAssume(
  { account, iam, region }: InvokeOptions,
  { group, target }: Pick<Schedule, 'group' | 'target'>,
): Promise<boolean> {
  const RoleName = target.roleArn.slice(target.roleArn.lastIndexOf('/') + 1);
  const { Role } = await iam.send(new GetRoleCommand({ RoleName })).catch((error: Error) => {
    if (error.name === 'NoSuchEntityException') return { Role: undefined };
    throw error;
  });
  if (Role?.Arn !== target.roleArn) return false;
  return allowsService(JSON.parse(decodeURIComponent(Role.AssumeRolePolicyDocument ?? '{}')), {
    service: 'scheduler.amazonaws.com',
    action: 'sts:AssumeRole',
    // The group: https://docs.aws.amazon.com/scheduler/latest/UserGuide/cross-service-confused-deputy-prevention.html
    sourceArn: `arn:aws:scheduler:${region}:${account}:schedule-group/${group}`,
    sourceAccount: account,
  });
}

/** Makes the call of a schedule, with the credentials of its role. @throws what the called service answers. */
export async function invokeTarget(options: InvokeOptions, schedule: Schedule): Promise<void> {
  const { endpoint, region, sts } = options;
  const { arn, input, roleArn } = schedule.target;
  if (!(await mayAssume(options, schedule))) throw new Error(`${roleArn} cannot be assumed`);
  const { Credentials } = await sts.send(
    new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: schedule.name }),
  );
  const credentials = {
    accessKeyId: Credentials?.AccessKeyId ?? '',
    secretAccessKey: Credentials?.SecretAccessKey ?? '',
    sessionToken: Credentials?.SessionToken ?? '',
  };
  if (!arn.endsWith(':aws-sdk:cloudformation:deleteStack')) {
    throw new Error(`the stand-in makes no such call: ${arn}`);
  }
  const client = new CloudFormationClient({ endpoint, region, credentials, maxAttempts: 1 });
  const { StackName, RoleARN } = input as { StackName?: string; RoleARN?: string };
  await client.send(new DeleteStackCommand({ StackName, RoleARN }));
}
