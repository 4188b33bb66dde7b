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

/** Numbers of resources of each kind in one region of an account. */
export type Inventory = Readonly<Record<string, number>>;

export interface InventoryOptions {
  readonly endpoint: string;
  readonly region: string;
}

interface ClientConfig extends InventoryOptions {
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

type Counters = Readonly<Record<string, () => Promise<number>>>;

/**
 * Counts the resources of every service that this project uses. Leaves out what every account has (default
 * VPC, AWS managed policies) and what AWS only keeps on record (terminated instances, deleted NAT gateways
 * and stacks).
 */
export async function takeInventory({ endpoint, region }: InventoryOptions): Promise<Inventory> {
  const credentials = { accessKeyId: 'AKIAREHEARSALCOUNTER', secretAccessKey: 'counter' };
  const config = { endpoint, region, credentials };
  const ec2 = new EC2.EC2Client(config);
  const { Vpcs = [] } = await ec2.send(new EC2.DescribeVpcsCommand({}));
  const ours = new Set(Vpcs.filter((vpc) => !vpc.IsDefault).map((vpc) => vpc.VpcId));
  const counters: Counters = {
    vpcs: async () => ours.size,
    ...networkCounters(ec2, (resource) => ours.has(resource.VpcId)),
    ...computeCounters(ec2),
    ...identityCounters(new IAM.IAMClient(config)),
    ...serviceCounters(config),
  };
  const counts = await Promise.all(
    Object.entries(counters).map(async ([kind, count]) => [kind, await count()] as const),
  );
  return Object.fromEntries(counts);
}

/** The increase of each kind that has grown. Empty if nothing is left behind. */
export function leftovers(before: Inventory, after: Inventory): Inventory {
  const more = Object.entries(after).map(([kind, n]) => [kind, n - (before[kind] ?? 0)] as const);
  return Object.fromEntries(more.filter(([, n]) => n > 0));
}

function networkCounters(
  ec2: EC2.EC2Client,
  isOurs: (resource: { VpcId?: string | undefined }) => boolean,
): Counters {
  const inOurs = (list: readonly { VpcId?: string | undefined }[] | undefined) =>
    (list ?? []).filter(isOurs).length;
  return {
    subnets: async () => inOurs((await ec2.send(new EC2.DescribeSubnetsCommand({}))).Subnets),
    'route tables': async () =>
      inOurs((await ec2.send(new EC2.DescribeRouteTablesCommand({}))).RouteTables),
    'security groups': async () =>
      inOurs((await ec2.send(new EC2.DescribeSecurityGroupsCommand({}))).SecurityGroups),
    'network interfaces': async () =>
      inOurs((await ec2.send(new EC2.DescribeNetworkInterfacesCommand({}))).NetworkInterfaces),
    'VPC endpoints': async () =>
      sizeOf((await ec2.send(new EC2.DescribeVpcEndpointsCommand({}))).VpcEndpoints),
    'internet gateways': async () =>
      sizeOf((await ec2.send(new EC2.DescribeInternetGatewaysCommand({}))).InternetGateways),
    'NAT gateways': async () =>
      ((await ec2.send(new EC2.DescribeNatGatewaysCommand({}))).NatGateways ?? []).filter(
        (each) => each.State !== 'deleted',
      ).length,
    'elastic IPs': async () =>
      sizeOf((await ec2.send(new EC2.DescribeAddressesCommand({}))).Addresses),
  };
}

function computeCounters(ec2: EC2.EC2Client): Counters {
  return {
    'launch templates': async () =>
      sizeOf((await ec2.send(new EC2.DescribeLaunchTemplatesCommand({}))).LaunchTemplates),
    instances: async () => {
      const found = await ec2.send(new EC2.DescribeInstancesCommand({}));
      const instances = (found.Reservations ?? []).flatMap((each) => each.Instances ?? []);
      return instances.filter((each) => each.State?.Name !== 'terminated').length;
    },
    volumes: async () => sizeOf((await ec2.send(new EC2.DescribeVolumesCommand({}))).Volumes),
    'key pairs': async () => sizeOf((await ec2.send(new EC2.DescribeKeyPairsCommand({}))).KeyPairs),
  };
}

function identityCounters(iam: IAM.IAMClient): Counters {
  return {
    roles: async () => sizeOf((await iam.send(new IAM.ListRolesCommand({}))).Roles),
    'instance profiles': async () =>
      sizeOf((await iam.send(new IAM.ListInstanceProfilesCommand({}))).InstanceProfiles),
    policies: async () =>
      sizeOf((await iam.send(new IAM.ListPoliciesCommand({ Scope: 'Local' }))).Policies),
    'OIDC providers': async () =>
      sizeOf(
        (await iam.send(new IAM.ListOpenIDConnectProvidersCommand({}))).OpenIDConnectProviderList,
      ),
  };
}

function serviceCounters(config: ClientConfig): Counters {
  const autoscaling = new AutoScaling.AutoScalingClient(config);
  const cloudformation = new CloudFormation.CloudFormationClient(config);
  const events = new EventBridge.EventBridgeClient(config);
  const logs = new Logs.CloudWatchLogsClient(config);
  const eks = new EKS.EKSClient(config);
  const kms = new KMS.KMSClient(config);
  const lambda = new Lambda.LambdaClient(config);
  const s3 = new S3.S3Client({ ...config, forcePathStyle: true });
  const ssm = new SSM.SSMClient(config);
  return {
    'Auto Scaling groups': async () =>
      sizeOf(
        (await autoscaling.send(new AutoScaling.DescribeAutoScalingGroupsCommand({})))
          .AutoScalingGroups,
      ),
    stacks: async () =>
      sizeOf((await cloudformation.send(new CloudFormation.DescribeStacksCommand({}))).Stacks),
    rules: async () => sizeOf((await events.send(new EventBridge.ListRulesCommand({}))).Rules),
    'log groups': async () =>
      sizeOf((await logs.send(new Logs.DescribeLogGroupsCommand({}))).logGroups),
    clusters: async () => sizeOf((await eks.send(new EKS.ListClustersCommand({}))).clusters),
    'KMS keys': () => keysInUse(kms),
    functions: async () =>
      sizeOf((await lambda.send(new Lambda.ListFunctionsCommand({}))).Functions),
    buckets: async () => sizeOf((await s3.send(new S3.ListBucketsCommand({}))).Buckets),
    'SSM parameters': async () =>
      sizeOf((await ssm.send(new SSM.DescribeParametersCommand({}))).Parameters),
  };
}

/** Counts customer managed keys that are not scheduled for deletion. */
async function keysInUse(kms: KMS.KMSClient): Promise<number> {
  const { Keys = [] } = await kms.send(new KMS.ListKeysCommand({}));
  // moto shows AWS managed keys as customer managed; their aliases start with `alias/aws/`.
  const { Aliases = [] } = await kms.send(new KMS.ListAliasesCommand({}));
  const ofAws = new Set(
    Aliases.filter(({ AliasName }) => AliasName?.startsWith('alias/aws/')).map(
      ({ TargetKeyId }) => TargetKeyId,
    ),
  );
  const described = await Promise.all(
    Keys.filter(({ KeyId }) => !ofAws.has(KeyId)).map(({ KeyId }) =>
      kms.send(new KMS.DescribeKeyCommand({ KeyId })),
    ),
  );
  return described.filter(
    ({ KeyMetadata: key }) => key?.KeyManager === 'CUSTOMER' && key.KeyState !== 'PendingDeletion',
  ).length;
}

function sizeOf(list: readonly unknown[] | undefined): number {
  return list?.length ?? 0;
}
