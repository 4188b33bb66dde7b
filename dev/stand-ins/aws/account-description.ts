import * as AutoScaling from '@aws-sdk/client-auto-scaling';
import * as CloudFormation from '@aws-sdk/client-cloudformation';
import * as Logs from '@aws-sdk/client-cloudwatch-logs';
import * as EC2 from '@aws-sdk/client-ec2';
import * as EKS from '@aws-sdk/client-eks';
import * as EventBridge from '@aws-sdk/client-eventbridge';
import * as IAM from '@aws-sdk/client-iam';
import * as KMS from '@aws-sdk/client-kms';
import * as Lambda from '@aws-sdk/client-lambda';
import * as S3 from '@aws-sdk/client-s3';
import * as SSM from '@aws-sdk/client-ssm';
import type { InventoryOptions } from './inventory.ts';

/** Everything in one region of an account, word for word as its services describe it, by kind and id. */
export type AccountDescription = ReadonlyMap<string, string>;

interface ClientConfig extends InventoryOptions {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Described = Readonly<
  Record<string, readonly (readonly [id: string | undefined, is: unknown])[]>
>;

/** Describes every resource of every service that this project uses, with its attributes and tags. */
export async function describeAccount({
  endpoint,
  region,
}: InventoryOptions): Promise<AccountDescription> {
  const credentials = { accessKeyId: 'AKIAREHEARSALCOUNTER', secretAccessKey: 'counter' };
  const config = { endpoint, region, credentials };
  const ec2 = new EC2.EC2Client(config);
  const parts = await Promise.all([
    describeNetwork(ec2),
    describeVpcAttributes(ec2),
    describeInterfaces(ec2),
    describeIdentities(new IAM.IAMClient(config)),
    describeServices(config),
    describeClusters(new EKS.EKSClient(config)),
  ]);
  return new Map(
    parts.flatMap((part) =>
      Object.entries(part).flatMap(([kind, all]) =>
        all.map(([id, is]) => [`${kind} ${id}`, JSON.stringify(is, null, 1)] as const),
      ),
    ),
  );
}

/**
 * What of the things in `before` differs now, or is gone: one line for each, with both descriptions. Things that are new
 * are left out.
 */
export function changesOf(
  before: AccountDescription,
  after: AccountDescription,
): readonly string[] {
  return [...before].flatMap(([name, was]) => {
    const is = after.get(name);
    return is === was ? [] : [`${name} was ${was} and is ${is ?? 'gone'}`];
  });
}

/**
 * The description without what tells of later guests of a VPC: how many addresses of a subnet are free, and that EC2 gives
 * each new subnet the default network ACL.
 *
 * @param before the description from before the guests came
 */
export function withoutGuests(
  before: AccountDescription,
  description: AccountDescription,
): AccountDescription {
  return new Map(
    [...description].map(([name, text]) => {
      const { AvailableIpAddressCount: _, ...is } = JSON.parse(text);
      if (!name.startsWith('network ACL')) return [name, JSON.stringify(is)];
      const there = is.Associations.filter((one: { SubnetId: string }) =>
        before.has(`subnet ${one.SubnetId}`),
      );
      return [name, JSON.stringify({ ...is, Associations: there })];
    }),
  );
}

async function describeNetwork(ec2: EC2.EC2Client): Promise<Described> {
  const [vpcs, subnets, tables, gateways, nats, addresses, groups, rules, acls, endpoints, dhcp] =
    await Promise.all([
      ec2.send(new EC2.DescribeVpcsCommand({})),
      ec2.send(new EC2.DescribeSubnetsCommand({})),
      ec2.send(new EC2.DescribeRouteTablesCommand({})),
      ec2.send(new EC2.DescribeInternetGatewaysCommand({})),
      ec2.send(new EC2.DescribeNatGatewaysCommand({})),
      ec2.send(new EC2.DescribeAddressesCommand({})),
      ec2.send(new EC2.DescribeSecurityGroupsCommand({})),
      ec2.send(new EC2.DescribeSecurityGroupRulesCommand({})),
      ec2.send(new EC2.DescribeNetworkAclsCommand({})),
      ec2.send(new EC2.DescribeVpcEndpointsCommand({})),
      ec2.send(new EC2.DescribeDhcpOptionsCommand({})),
    ]);
  return {
    vpc: byId(vpcs.Vpcs, 'VpcId'),
    subnet: byId(subnets.Subnets, 'SubnetId'),
    'route table': byId(tables.RouteTables, 'RouteTableId'),
    'internet gateway': byId(gateways.InternetGateways, 'InternetGatewayId'),
    'NAT gateway': byId(nats.NatGateways, 'NatGatewayId'),
    address: byId(addresses.Addresses, 'AllocationId'),
    'security group': byId(groups.SecurityGroups, 'GroupId'),
    'security group rule': byId(rules.SecurityGroupRules, 'SecurityGroupRuleId'),
    'network ACL': byId(acls.NetworkAcls, 'NetworkAclId'),
    endpoint: byId(endpoints.VpcEndpoints, 'VpcEndpointId'),
    'DHCP options': byId(dhcp.DhcpOptions, 'DhcpOptionsId'),
  };
}

async function describeVpcAttributes(ec2: EC2.EC2Client): Promise<Described> {
  const { Vpcs = [] } = await ec2.send(new EC2.DescribeVpcsCommand({}));
  const { Subnets = [] } = await ec2.send(new EC2.DescribeSubnetsCommand({}));
  const attributes = Vpcs.flatMap(({ VpcId = '' }) =>
    (['enableDnsSupport', 'enableDnsHostnames'] as const).map(async (Attribute) => {
      const { $metadata: _, ...is } = await ec2.send(
        new EC2.DescribeVpcAttributeCommand({ VpcId, Attribute }),
      );
      return [`${VpcId} ${Attribute}`, is] as const;
    }),
  );
  const reservations = Subnets.map(async ({ SubnetId = '' }) => {
    const { $metadata: _, ...is } = await ec2.send(
      new EC2.GetSubnetCidrReservationsCommand({ SubnetId }),
    );
    return [SubnetId, is] as const;
  });
  return {
    'VPC attribute': await Promise.all(attributes),
    'reservations of': await Promise.all(reservations),
  };
}

async function describeInterfaces(ec2: EC2.EC2Client): Promise<Described> {
  const [interfaces, templates, volumes, keys] = await Promise.all([
    ec2.send(new EC2.DescribeNetworkInterfacesCommand({})),
    ec2.send(new EC2.DescribeLaunchTemplatesCommand({})),
    ec2.send(new EC2.DescribeVolumesCommand({})),
    ec2.send(new EC2.DescribeKeyPairsCommand({})),
  ]);
  const { Reservations = [] } = await ec2.send(new EC2.DescribeInstancesCommand({}));
  return {
    interface: byId(interfaces.NetworkInterfaces, 'NetworkInterfaceId'),
    'launch template': byId(templates.LaunchTemplates, 'LaunchTemplateId'),
    volume: byId(volumes.Volumes, 'VolumeId'),
    'key pair': byId(keys.KeyPairs, 'KeyName'),
    instance: byId(
      Reservations.flatMap(({ Instances = [] }) => Instances),
      'InstanceId',
    ),
  };
}

async function describeIdentities(iam: IAM.IAMClient): Promise<Described> {
  const [{ Roles = [] }, { Policies = [] }, { InstanceProfiles }] = await Promise.all([
    iam.send(new IAM.ListRolesCommand({})),
    iam.send(new IAM.ListPoliciesCommand({ Scope: 'Local' })),
    iam.send(new IAM.ListInstanceProfilesCommand({})),
  ]);
  const roles = Roles.map(async ({ RoleName = '' }) => {
    // When it was last used changes with every use.
    const { Role: { RoleLastUsed: _, ...role } = {} as IAM.Role } = await iam.send(
      new IAM.GetRoleCommand({ RoleName }),
    );
    const { PolicyNames } = await iam.send(new IAM.ListRolePoliciesCommand({ RoleName }));
    const { AttachedPolicies } = await iam.send(
      new IAM.ListAttachedRolePoliciesCommand({ RoleName }),
    );
    return [RoleName, { role, PolicyNames, AttachedPolicies }] as const;
  });
  return {
    role: await Promise.all(roles),
    // How often a policy is attached changes with the roles that use it.
    policy: Policies.map(({ Arn, DefaultVersionId, UpdateDate }) => [
      Arn,
      { DefaultVersionId, UpdateDate },
    ]),
    'instance profile':
      InstanceProfiles?.map(({ Roles: held, ...profile }) => [
        profile.InstanceProfileName,
        { ...profile, roles: held?.map(({ RoleName }) => RoleName) },
      ]) ?? [],
  };
}

async function describeServices(config: ClientConfig): Promise<Described> {
  const [groups, stacks, rules, logs, keys, functions, buckets, parameters] = await Promise.all([
    new AutoScaling.AutoScalingClient(config).send(
      new AutoScaling.DescribeAutoScalingGroupsCommand({}),
    ),
    new CloudFormation.CloudFormationClient(config).send(
      new CloudFormation.DescribeStacksCommand({}),
    ),
    new EventBridge.EventBridgeClient(config).send(new EventBridge.ListRulesCommand({})),
    new Logs.CloudWatchLogsClient(config).send(new Logs.DescribeLogGroupsCommand({})),
    new KMS.KMSClient(config).send(new KMS.ListKeysCommand({})),
    new Lambda.LambdaClient(config).send(new Lambda.ListFunctionsCommand({})),
    new S3.S3Client({ ...config, forcePathStyle: true }).send(new S3.ListBucketsCommand({})),
    new SSM.SSMClient(config).send(new SSM.DescribeParametersCommand({})),
  ]);
  return {
    'Auto Scaling group': byId(groups.AutoScalingGroups, 'AutoScalingGroupName'),
    stack: byId(stacks.Stacks, 'StackName'),
    rule: byId(rules.Rules, 'Name'),
    'log group': byId(logs.logGroups, 'logGroupName'),
    key: byId(keys.Keys, 'KeyId'),
    function: byId(functions.Functions, 'FunctionName'),
    bucket: byId(buckets.Buckets, 'Name'),
    parameter: byId(parameters.Parameters, 'Name'),
  };
}

/** Clusters with their access entries and add-ons, each by its own description. */
async function describeClusters(eks: EKS.EKSClient): Promise<Described> {
  const { clusters = [] } = await eks.send(new EKS.ListClustersCommand({}));
  const parts = await Promise.all(
    clusters.map(async (clusterName) => {
      const [{ cluster }, { accessEntries = [] }, { addons = [] }] = await Promise.all([
        eks.send(new EKS.DescribeClusterCommand({ name: clusterName })),
        eks.send(new EKS.ListAccessEntriesCommand({ clusterName })),
        eks.send(new EKS.ListAddonsCommand({ clusterName })),
      ]);
      const entries = accessEntries.map(async (principalArn) => {
        const about = { clusterName, principalArn };
        const { accessEntry } = await eks.send(new EKS.DescribeAccessEntryCommand(about));
        const { associatedAccessPolicies: policies } = await eks.send(
          new EKS.ListAssociatedAccessPoliciesCommand(about),
        );
        return [principalArn, { accessEntry, policies }] as const;
      });
      const present = addons.map(async (addonName) => {
        const { addon } = await eks.send(new EKS.DescribeAddonCommand({ clusterName, addonName }));
        return [addonName, addon] as const;
      });
      return {
        cluster: [[clusterName, cluster]],
        [`access entry of ${clusterName}`]: await Promise.all(entries),
        [`add-on of ${clusterName}`]: await Promise.all(present),
      } satisfies Described;
    }),
  );
  return Object.assign(
    { cluster: parts.flatMap(({ cluster }) => cluster ?? []) },
    ...parts.map(withoutCluster),
  );
}

function withoutCluster({ cluster: _, ...rest }: Described): Described {
  return rest;
}

function byId<T extends object, Key extends keyof T>(
  list: readonly T[] | undefined,
  key: Key,
): readonly (readonly [string, T])[] {
  return (list ?? []).map((one) => [String(one[key]), one]);
}
