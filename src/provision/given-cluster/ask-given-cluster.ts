import {
  DescribeSubnetsCommand,
  type EC2Client,
  paginateDescribeRouteTables,
} from '@aws-sdk/client-ec2';
import {
  type Cluster,
  DescribeAddonCommand,
  DescribeClusterCommand,
  type EKSClient,
} from '@aws-sdk/client-eks';
import { unlessMissing } from '../../aws/aws-error.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { ask } from '../preflight/account/ask.ts';
import { toRouteTable } from '../preflight/account/ask-given-vpc.ts';
import type { Answer } from '../preflight/facts.ts';
import { routeTableOf } from '../preflight/given-vpc-facts.ts';
import type { ClusterInside, Refusal } from './cluster-inside.ts';
import { lookInside } from './look-inside.ts';
import type { PresentCluster, PrivateSubnet } from './present-cluster.ts';

/** Knows a cluster that others made. */
export interface GivenClusterQuestions {
  /** The value is undefined when there is no such cluster. */
  present(name: string): Promise<Answer<PresentCluster | undefined>>;
  /** Of the cluster's subnets, those that lead to no internet gateway. */
  privateSubnets(cluster: PresentCluster): Promise<Answer<readonly PrivateSubnet[]>>;
  /** What its API server tells. */
  inside(cluster: PresentCluster): Promise<Answer<ClusterInside | Refusal>>;
}

/**
 * The questions to EKS, to EC2 and to the cluster. They change nothing.
 *
 * @param connectTo connects to a cluster, and checks what the role may do there
 */
export function askGivenCluster(
  eks: EKSClient,
  ec2: EC2Client,
  connectTo: (cluster: PresentCluster) => Promise<Pick<Connection, 'api'>>,
): GivenClusterQuestions {
  return {
    present: (name) =>
      ask('eks:DescribeCluster', async () => {
        const found = await unlessMissing(eks.send(new DescribeClusterCommand({ name })));
        return found && toPresentCluster(found.cluster ?? {});
      }),
    privateSubnets: ({ vpcId, subnetIds }) =>
      ask('ec2:DescribeRouteTables', () => privateAmong(ec2, vpcId, subnetIds)),
    inside: (cluster) =>
      lookInside(
        () => connectTo(cluster),
        () => vpcCniHasRole(eks, cluster.name),
      ),
  };
}

/** Whether the VPC CNI is an add-on with a role, by EKS Pod Identity or by its service account. */
async function vpcCniHasRole(eks: EKSClient, clusterName: string): Promise<boolean> {
  const command = new DescribeAddonCommand({ clusterName, addonName: 'vpc-cni' });
  const { addon } = (await unlessMissing(eks.send(command))) ?? {};
  const { podIdentityAssociations = [], serviceAccountRoleArn } = addon ?? {};
  return serviceAccountRoleArn !== undefined || podIdentityAssociations.length > 0;
}

function toPresentCluster(cluster: Cluster): PresentCluster {
  const { resourcesVpcConfig = {}, kubernetesNetworkConfig = {} } = cluster;
  const isIpv4 = (kubernetesNetworkConfig.ipFamily ?? 'ipv4') === 'ipv4';
  return {
    name: cluster.name ?? '',
    status: cluster.status ?? '',
    version: cluster.version ?? '',
    endpoint: cluster.endpoint ?? '',
    certificateAuthority: cluster.certificateAuthority?.data ?? '',
    serviceCidr: isIpv4 ? kubernetesNetworkConfig.serviceIpv4Cidr : undefined,
    vpcId: resourcesVpcConfig.vpcId ?? '',
    subnetIds: resourcesVpcConfig.subnetIds ?? [],
    securityGroupId: resourcesVpcConfig.clusterSecurityGroupId ?? '',
    // Clusters from before access entries have aws-auth only, and EKS says nothing of it.
    authenticationMode: cluster.accessConfig?.authenticationMode ?? 'CONFIG_MAP',
    tags: cluster.tags ?? {},
  };
}

async function privateAmong(
  client: EC2Client,
  vpcId: string,
  subnetIds: readonly string[],
): Promise<readonly PrivateSubnet[]> {
  const query = { Filters: [{ Name: 'vpc-id', Values: [vpcId] }] };
  const [{ Subnets = [] }, pages] = await Promise.all([
    client.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] })),
    Array.fromAsync(paginateDescribeRouteTables({ client, pageSize: 100 }, query)),
  ]);
  const routeTables = pages.flatMap((page) => page.RouteTables ?? []).map(toRouteTable);
  return Subnets.map((one) => ({
    id: one.SubnetId ?? '',
    zone: one.AvailabilityZone ?? '',
  })).filter(
    ({ id }) =>
      routeTableOf({ routeTables }, id)?.routes.every(
        ({ destination, target }) => destination !== '0.0.0.0/0' || !target.startsWith('igw-'),
      ) ?? true,
  );
}
