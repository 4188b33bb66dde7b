import type { AwsCall } from '../../gateway/aws-call.ts';
import type { AccessRequest } from '../simulate.ts';

export type Tags = Readonly<Record<string, string>>;

/** What the checks of a call need to know about the account. */
export interface AccountFacts {
  readonly account: string;
  /** Tags of EC2 resources, by id. */
  ec2Tags(ids: readonly string[]): Promise<Readonly<Record<string, Tags>>>;
  /** The VPC of a subnet, security group or interface. */
  vpcOf(id: string): Promise<string | undefined>;
  /** The route table and the subnet of an association. */
  associated(associationId: string): Promise<readonly string[]>;
  /** The ARN of the permissions boundary of a role. */
  boundaryOf(roleName: string): Promise<string | undefined>;
  /** The name of the Auto Scaling group that an instance is in. */
  groupOf(instanceId: string): Promise<string | undefined>;
  /** Tags of a KMS key. */
  keyTags(keyId: string): Promise<Tags>;
  /** Tags of a stack, by its ARN; undefined when there is no such stack. */
  stackTags(stackArn: string): Promise<Tags | undefined>;
  /** The ARN of the stack that a change set belongs to. */
  stackOf(changeSetId: string): Promise<string | undefined>;
}

/** The checks that AWS makes before it serves a call. */
export type RequestsOf = (call: AwsCall, facts: AccountFacts) => Promise<readonly AccessRequest[]>;

/** `{team: 'a'}` as `{'aws:RequestTag/team': 'a', …}`. */
export function requestTags(tags: Tags): Readonly<Record<string, string | readonly string[]>> {
  const keys = Object.keys(tags);
  const entries = Object.entries(tags).map(([key, value]) => [`aws:RequestTag/${key}`, value]);
  return keys.length === 0 ? {} : { ...Object.fromEntries(entries), 'aws:TagKeys': keys };
}

export function resourceTags(tags: Tags): Readonly<Record<string, string>> {
  const entries = Object.entries(tags).map(([key, value]) => [`aws:ResourceTag/${key}`, value]);
  return Object.fromEntries(entries) as Record<string, string>;
}

/** The check that a call may hand a role over to a service. */
export function passRole(roleArn: string, service: string): AccessRequest {
  const context = { 'iam:PassedToService': `${service}.amazonaws.com` };
  return { action: 'iam:PassRole', resource: roleArn, context };
}

/** A tag list of the Query and JSON protocols: `[{Key, Value}]`, or with lower-case names. */
export function tagList(value: unknown): Tags {
  if (!Array.isArray(value)) return {};
  const pairs = value.map((each) => {
    const tag = each as Readonly<Record<string, unknown>>;
    const key = tag['Key'] ?? tag['TagKey'] ?? tag['key'];
    return [String(key), String(tag['Value'] ?? tag['TagValue'] ?? tag['value'] ?? '')] as const;
  });
  return Object.fromEntries(pairs);
}
