import {
  AutoScalingClient,
  DescribeAutoScalingInstancesCommand,
} from '@aws-sdk/client-auto-scaling';
import {
  CloudFormationClient,
  DescribeChangeSetCommand,
  DescribeStacksCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeTagsCommand,
  DescribeVpcsCommand,
  EC2Client,
} from '@aws-sdk/client-ec2';
import { GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { KMSClient, ListResourceTagsCommand } from '@aws-sdk/client-kms';
import { OWN_CREDENTIALS as credentials } from '../identity/session.ts';
import type { AccountFacts, Tags } from './requests/request-facts.ts';

export interface FactSources {
  readonly account: string;
  readonly region: string;
  /** moto, which knows everything but stacks and Auto Scaling groups. */
  readonly motoUrl: string;
  /** The gateway, for CloudFormation and Auto Scaling. */
  readonly endpoint: string;
}

/** Reads what the checks of calls in one region need to know. Nothing is remembered, because tags change. */
export function accountFacts({ account, region, motoUrl, endpoint }: FactSources): AccountFacts {
  const ec2 = new EC2Client({ endpoint: motoUrl, region, credentials });
  const iam = new IAMClient({ endpoint: motoUrl, region, credentials });
  const kms = new KMSClient({ endpoint: motoUrl, region, credentials });
  const stacks = new CloudFormationClient({ endpoint, region, credentials });
  const groups = new AutoScalingClient({ endpoint, region, credentials });
  return {
    account,
    ec2Tags: (ids) => ec2Tags(ec2, ids),
    vpcOf: (id) => unlessAbsent(() => vpcOf(ec2, id)),
    async associated(id) {
      if (id.startsWith('vpc-cidr-assoc-')) return vpcOfRange(ec2, id);
      if (id.startsWith('subnet-cidr-assoc-')) return subnetOfRange(ec2, id);
      const Filters = [{ Name: 'association.route-table-association-id', Values: [id] }];
      const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({ Filters }));
      const subnets = RouteTables.flatMap(({ Associations = [] }) =>
        Associations.filter((one) => one.RouteTableAssociationId === id).map((one) => one.SubnetId),
      );
      return [...RouteTables.map((one) => one.RouteTableId), ...subnets].flatMap(
        (one) => one ?? [],
      );
    },
    boundaryOf: (RoleName) =>
      unlessAbsent(async () => {
        const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
        return Role?.PermissionsBoundary?.PermissionsBoundaryArn;
      }),
    groupOf: (id) =>
      unlessAbsent(async () => {
        const query = new DescribeAutoScalingInstancesCommand({ InstanceIds: [id] });
        const { AutoScalingInstances: [found] = [] } = await groups.send(query);
        return found?.AutoScalingGroupName;
      }),
    async keyTags(KeyId) {
      const found = await unlessAbsent(() => kms.send(new ListResourceTagsCommand({ KeyId })));
      const pairs = (found?.Tags ?? []).map(({ TagKey = '', TagValue = '' }) => [TagKey, TagValue]);
      return Object.fromEntries(pairs) as Tags;
    },
    stackTags: (arn) =>
      unlessAbsent(async () => {
        const [, StackName, id] = arn.split('/');
        const query = new DescribeStacksCommand({ StackName: id === 'new' ? StackName : arn });
        const { Stacks: [stack] = [] } = await stacks.send(query);
        const pairs = (stack?.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]);
        return Object.fromEntries(pairs) as Tags;
      }),
    stackOf: (ChangeSetName) =>
      unlessAbsent(async () => {
        const found = await stacks.send(new DescribeChangeSetCommand({ ChangeSetName }));
        return found.StackId;
      }),
  };
}

async function ec2Tags(ec2: EC2Client, ids: readonly string[]) {
  const Filters = [{ Name: 'resource-id', Values: [...ids] }];
  const { Tags: found = [] } = await ec2.send(new DescribeTagsCommand({ Filters }));
  const tags: Record<string, Record<string, string>> = {};
  for (const { ResourceId = '', Key = '', Value = '' } of found) {
    tags[ResourceId] = { ...tags[ResourceId], [Key]: Value };
  }
  return tags;
}

async function vpcOf(ec2: EC2Client, id: string): Promise<string | undefined> {
  if (id.startsWith('subnet-')) {
    const found = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [id] }));
    return found.Subnets?.[0]?.VpcId;
  }
  if (id.startsWith('sg-')) {
    const found = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [id] }));
    return found.SecurityGroups?.[0]?.VpcId;
  }
  const command = new DescribeNetworkInterfacesCommand({ NetworkInterfaceIds: [id] });
  return (await ec2.send(command)).NetworkInterfaces?.[0]?.VpcId;
}

/**
 * What does not exist has no facts, and the service itself says so after the checks. Any other error ends the call that
 * is checked: without the facts, a policy might allow or deny the wrong call.
 */
async function unlessAbsent<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    const { name, message } = error as Error;
    if (/NotFound|NoSuchEntity|Malformed/.test(name) || /does not exist/.test(message)) {
      return undefined;
    }
    throw error;
  }
}

/** The VPC that has a range, by the id of their association. */
async function vpcOfRange(ec2: EC2Client, id: string): Promise<readonly string[]> {
  const { Vpcs = [] } = await ec2.send(new DescribeVpcsCommand({}));
  return Vpcs.filter(({ CidrBlockAssociationSet = [], Ipv6CidrBlockAssociationSet = [] }) =>
    [...CidrBlockAssociationSet, ...Ipv6CidrBlockAssociationSet].some(
      ({ AssociationId }) => AssociationId === id,
    ),
  ).flatMap(({ VpcId }) => VpcId ?? []);
}

/** The subnet that has an IPv6 range, by the id of their association. */
async function subnetOfRange(ec2: EC2Client, id: string): Promise<readonly string[]> {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}));
  return Subnets.filter(({ Ipv6CidrBlockAssociationSet: ranges = [] }) =>
    ranges.some(({ AssociationId }) => AssociationId === id),
  ).flatMap(({ SubnetId }) => SubnetId ?? []);
}
