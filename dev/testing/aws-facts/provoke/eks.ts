import {
  AssociateAccessPolicyCommand,
  CreateAccessEntryCommand,
  CreateAddonCommand,
  CreateClusterCommand,
  DescribeClusterCommand,
  ListInsightsCommand,
  UpdateAddonCommand,
  UpdateClusterVersionCommand,
} from '@aws-sdk/client-eks';
import { CreateRoleCommand } from '@aws-sdk/client-iam';
import { eventually } from '../../../stand-ins/aws/testing/local-aws.ts';
import { subnet } from './ec2.ts';
import type { Provocations, World } from './world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/facts';

const clusters = new WeakMap<World, Promise<string>>();

/** A cluster for the facts of this file, when it is active. */
function clusterOf(world: World): Promise<string> {
  const found = clusters.get(world) ?? create(world);
  clusters.set(world, found);
  return found;
}

async function create(world: World): Promise<string> {
  const trust = JSON.stringify({ Version: '2012-10-17', Statement: [] });
  await world.clients.iam.send(
    new CreateRoleCommand({ RoleName: 'facts', AssumeRolePolicyDocument: trust }),
  );
  return newCluster(world, 'facts', '10.9.30.0/24');
}

async function newCluster(world: World, name: string, cidr: string): Promise<string> {
  await world.clients.eks.send(new CreateClusterCommand(await clusterInput(world, name, cidr)));
  return eventually(async () => {
    const { cluster } = await world.clients.eks.send(new DescribeClusterCommand({ name }));
    return cluster?.status === 'ACTIVE' && name;
  });
}

async function clusterInput(world: World, name: string, cidr: string) {
  const accessConfig = { authenticationMode: 'API_AND_CONFIG_MAP' } as const;
  const [a, b] = [cidr, cidr.replace('0/24', '128/25')];
  const subnetIds = [await subnet(world, a.replace('/24', '/25')), await subnet(world, b, 'b')];
  return { name, roleArn: ROLE, resourcesVpcConfig: { subnetIds }, accessConfig };
}

async function upgrade(world: World, name: string, version: string) {
  return world.clients.eks.send(new UpdateClusterVersionCommand({ name, version }));
}

async function entry(world: World, principalArn: string) {
  const clusterName = await clusterOf(world);
  return world.clients.eks.send(new CreateAccessEntryCommand({ clusterName, principalArn }));
}

/** How to provoke the answers of EKS. */
export const EKS: Provocations = {
  'cluster-unknown': ({ clients }) => clients.eks.send(new DescribeClusterCommand({ name: 'x' })),
  'cluster-active': async (world) =>
    world.clients.eks.send(new DescribeClusterCommand({ name: await clusterOf(world) })),
  'add-on-before-agent': async (world) =>
    world.clients.eks.send(
      new CreateAddonCommand({
        clusterName: await clusterOf(world),
        addonName: 'vpc-cni',
        podIdentityAssociations: [{ serviceAccount: 'aws-node', roleArn: ROLE }],
      }),
    ),
  'cluster-name-taken': async (world) =>
    world.clients.eks.send(
      new CreateClusterCommand(await clusterInput(world, await clusterOf(world), '10.9.31.0/24')),
    ),
  'version-unsupported': async (world) => {
    const input = await clusterInput(world, 'old', '10.9.32.0/24');
    return world.clients.eks.send(new CreateClusterCommand({ ...input, version: '1.10' }));
  },
  'version-jump': async (world) => upgrade(world, await clusterOf(world), '1.32'),
  'cluster-updating': async (world) => {
    const name = await newCluster(world, 'updating', '10.9.33.0/24');
    await upgrade(world, name, '1.35');
    return upgrade(world, name, '1.35');
  },
  'insight-blocks': async (world) => {
    const name = await newCluster(world, 'blocked', '10.9.34.0/24');
    const node = { name: 'old', kubeletVersion: 'v1.30.0' };
    world.aws.joined.push(node);
    try {
      return await upgrade(world, name, '1.35');
    } finally {
      world.aws.joined.splice(world.aws.joined.indexOf(node), 1);
    }
  },
  insights: async (world) => {
    const clusterName = await clusterOf(world);
    return world.clients.eks.send(new ListInsightsCommand({ clusterName, maxResults: 1 }));
  },
  'add-on-version-unfit': async (world) => {
    const clusterName = await newCluster(world, 'unfit', '10.9.35.0/24');
    const addonName = 'kube-proxy';
    await world.clients.eks.send(new CreateAddonCommand({ clusterName, addonName }));
    const addonVersion = 'v1.35.0-eksbuild.2';
    return world.clients.eks.send(new UpdateAddonCommand({ clusterName, addonName, addonVersion }));
  },
  'principal-not-known-yet': (world) => entry(world, 'arn:aws:iam::123456789012:role/nobody'),
  'principal-of-session': (world) =>
    entry(world, 'arn:aws:sts::123456789012:assumed-role/facts/session'),
  'access-entry-taken': async (world) => {
    await entry(world, ROLE).catch(() => {});
    return entry(world, ROLE);
  },
  'access-entry-unknown': async (world) =>
    world.clients.eks.send(
      new AssociateAccessPolicyCommand({
        clusterName: await clusterOf(world),
        principalArn: 'arn:aws:iam::123456789012:role/nobody',
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
        accessScope: { type: 'cluster' },
      }),
    ),
};
