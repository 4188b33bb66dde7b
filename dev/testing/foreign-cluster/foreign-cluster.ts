import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeSubnetsCommand } from '@aws-sdk/client-ec2';
import { installStack, type Owner } from '../../stand-ins/aws/owner-stacks.ts';
import { CHECKOUT } from '../../tools/checkout.ts';
import { type ForeignVpc, makeForeignVpc } from '../foreign-vpc/foreign-vpc.ts';

const TEMPLATE = join(CHECKOUT, 'dev', 'testing', 'foreign-cluster', 'platform-cluster.yaml');
const FOR_ROLES = join(CHECKOUT, 'cfn', 'github-own-cluster.yaml');

/** The cluster of another team. */
export interface ForeignCluster {
  readonly name: string;
  readonly endpoint: string;
  /** The role of its own nodes. */
  readonly nodeRoleArn: string;
  readonly vpc: ForeignVpc;
}

interface Options {
  readonly authenticationMode?: 'API' | 'API_AND_CONFIG_MAP' | 'CONFIG_MAP';
  /** Whether its owner has deployed `github-own-cluster.yaml`. */
  readonly opened?: boolean;
}

/** The inputs of provision for this cluster: the first Multus network is made in its VPC, the second is there already. */
export const FOREIGN_CLUSTER_INPUTS = {
  'existing-cluster': 'platform',
  'vpc-cidr': '',
  'availability-zones': '',
  'multus-networks': '2',
  'multus-subnets': '[[], [tag:network=media]]',
  'subnet-cidrs': 'multus: [[192.168.200.0/24, 192.168.201.0/24], []]',
} as const;

/** Makes the VPC and the cluster of another team, with a node group and administrators. */
export async function makeForeignCluster(
  owner: Owner,
  { authenticationMode = 'API_AND_CONFIG_MAP', opened = true }: Options = {},
): Promise<ForeignCluster> {
  const vpc = await makeForeignVpc(owner);
  const { Subnets = [] } = await vpc.ec2.send(
    new DescribeSubnetsCommand({ Filters: [{ Name: 'vpc-id', Values: [vpc.vpcId] }] }),
  );
  const withRole = (role: string) =>
    Subnets.filter(({ Tags = [] }) => Tags.some(({ Key }) => Key === `kubernetes.io/role/${role}`))
      .map(({ SubnetId = '' }) => SubnetId)
      .sort();
  const nodeSubnets = withRole('internal-elb');
  const made = await installStack(owner, {
    name: 'eksctl-platform',
    template: await readFile(TEMPLATE, 'utf8'),
    parameters: {
      VpcId: vpc.vpcId,
      Subnets: [...nodeSubnets, ...withRole('elb')].join(),
      NodeSubnets: nodeSubnets.join(),
      SharedNodeSecurityGroup: vpc.sharedGroupId,
      AuthenticationMode: authenticationMode,
    },
  });
  if (opened) await openCluster(owner, authenticationMode);
  return {
    name: 'platform',
    endpoint: made['Endpoint'] ?? '',
    nodeRoleArn: made['NodeRoleArn'] ?? '',
    vpc,
  };
}

/** What the owner of a cluster does once, so that environments may come onto it. */
async function openCluster(owner: Owner, authenticationMode: string): Promise<void> {
  await installStack(owner, {
    name: 'eks-multus-on-platform',
    template: await readFile(FOR_ROLES, 'utf8'),
    parameters: {
      ClusterName: 'platform',
      AccessEntry: String(authenticationMode !== 'CONFIG_MAP'),
    },
  });
}
