import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { run } from '../../tools/process.ts';

/** The network interface through which a VPC reaches its control plane. */
export interface Endpoint {
  readonly networkInterfaceId: string;
  readonly address: string;
}

/**
 * Takes an address for the API server in the cluster's first private subnet and puts it on `lo`.
 * EKS makes such an interface in at least two subnets, owned by its own account.
 */
export async function createEndpoint(
  ec2: EC2Client,
  cluster: { readonly name: string; readonly subnetIds: readonly string[] },
): Promise<Endpoint> {
  const { NetworkInterface: created } = await ec2.send(
    new CreateNetworkInterfaceCommand({
      SubnetId: await firstPrivate(ec2, cluster.subnetIds),
      Description: `Amazon EKS ${cluster.name}`,
      Groups: await clusterGroups(ec2, cluster.name),
    }),
  );
  if (created?.NetworkInterfaceId === undefined || created.PrivateIpAddress === undefined) {
    throw new Error('EC2 made no network interface for the cluster endpoint');
  }
  const endpoint = {
    networkInterfaceId: created.NetworkInterfaceId,
    address: created.PrivateIpAddress,
  };
  await run('ip', ['address', 'replace', `${endpoint.address}/32`, 'dev', 'lo']);
  return endpoint;
}

/** Removes the address and, if it still exists, the interface. */
export async function deleteEndpoint(ec2: EC2Client, endpoint: Endpoint): Promise<void> {
  await run('ip', ['address', 'delete', `${endpoint.address}/32`, 'dev', 'lo']);
  await ec2
    .send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: endpoint.networkInterfaceId }))
    .catch((error: Error) => {
      if (error.name !== 'InvalidNetworkInterfaceID.NotFound') throw error;
    });
}

/** The cluster's own security group, which the EKS API has already made and tagged. */
async function clusterGroups(ec2: EC2Client, clusterName: string): Promise<string[]> {
  const { SecurityGroups = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({
      Filters: [{ Name: 'tag:aws:eks:cluster-name', Values: [clusterName] }],
    }),
  );
  return SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []);
}

async function firstPrivate(ec2: EC2Client, subnetIds: readonly string[]): Promise<string> {
  const { Subnets = [] } = await ec2.send(
    new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }),
  );
  const isPublic = new Map(Subnets.map((s) => [s.SubnetId, s.MapPublicIpOnLaunch === true]));
  const chosen = subnetIds.find((id) => isPublic.get(id) === false) ?? subnetIds[0];
  if (chosen === undefined) throw new Error('a cluster needs subnets');
  return chosen;
}
