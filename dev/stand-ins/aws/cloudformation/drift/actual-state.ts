import {
  DescribeLogGroupsCommand,
  ListTagsForResourceCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeSubnetsCommand,
  DescribeVpcAttributeCommand,
  DescribeVpcsCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import type { Clients } from '../handlers/clients.ts';
import { isMissing } from '../handlers/failure.ts';
import type { Tags } from '../handlers/handler.ts';
import type { Value } from '../language/value.ts';
import type { StackResource } from '../stack.ts';

/** What a resource is like now, whoever changed it. */
export interface ActualState {
  /** Those properties that can be read; undefined for one that is not set. */
  readonly properties: Readonly<Record<string, Value | undefined>>;
  readonly tags: Tags;
}

type Reader = (id: string, clients: Clients) => Promise<ActualState | undefined>;

/** The types whose state the stand-in reads. AWS, too, supports drift detection for some types only. */
const READERS: Readonly<Record<string, Reader>> = {
  'AWS::EC2::VPC': async (VpcId, { ec2 }) => {
    const { Vpcs: [vpc] = [] } = await ec2.send(new DescribeVpcsCommand({ VpcIds: [VpcId] }));
    if (vpc === undefined) return undefined;
    const support = await ec2.send(
      new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsSupport' }),
    );
    const names = await ec2.send(
      new DescribeVpcAttributeCommand({ VpcId, Attribute: 'enableDnsHostnames' }),
    );
    const EnableDnsSupport = support.EnableDnsSupport?.Value ?? false;
    const EnableDnsHostnames = names.EnableDnsHostnames?.Value ?? false;
    return { properties: { EnableDnsSupport, EnableDnsHostnames }, tags: tagsOf(vpc.Tags) };
  },
  'AWS::EC2::Subnet': async (id, { ec2 }) => {
    const found = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
    const [subnet] = found.Subnets ?? [];
    if (subnet === undefined) return undefined;
    const { MapPublicIpOnLaunch = false, Tags } = subnet;
    return { properties: { MapPublicIpOnLaunch }, tags: tagsOf(Tags) };
  },
  'AWS::Logs::LogGroup': async (name, { logs }) => {
    const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: name }));
    const group = found.logGroups?.find(({ logGroupName }) => logGroupName === name);
    if (group === undefined) return undefined;
    const resourceArn = group.arn?.replace(/:\*$/, '');
    const { tags = {} } = await logs.send(new ListTagsForResourceCommand({ resourceArn }));
    const { retentionInDays } = group;
    return { properties: { RetentionInDays: retentionInDays }, tags };
  },
};

/** The state of a resource: `unsupported` when its type cannot be read, undefined when it no longer exists. */
export async function actualState(
  { type, physicalId }: StackResource,
  clients: Clients,
): Promise<ActualState | 'unsupported' | undefined> {
  const read = READERS[type];
  if (read === undefined) return 'unsupported';
  try {
    return await read(physicalId, clients);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function tagsOf(tags: readonly Tag[] = []): Tags {
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]));
}
