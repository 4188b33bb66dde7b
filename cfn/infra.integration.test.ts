import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  CreateVpcCommand,
  CreateVpcPeeringConnectionCommand,
  DeleteVpcCommand,
  DeleteVpcPeeringConnectionCommand,
  DescribeNatGatewaysCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { DescribeClusterCommand, ListAccessEntriesCommand } from '@aws-sdk/client-eks';
import { DescribeKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { steadyPacing } from '../dev/stand-ins/aws/cloudformation/pacing/pacing.ts';
import { inventory } from '../dev/stand-ins/aws/cloudformation/testing/inventory.ts';
import {
  deploy,
  destroy,
  type LocalStacks,
  outputsOf,
  startLocalStacks,
} from '../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { REGION } from '../dev/stand-ins/aws/testing/local-aws.ts';
import { sentTemplate } from '../dev/testing/samples/read-template.ts';

/** The largest environment, and what can change in one. The tests build on each other, in this order. */
const ZONES = ['a', 'b', 'c'].map((letter) => `${REGION}${letter}`);
const row = (first: number, range = '10.0') =>
  ZONES.map((_, index) => `${range}.${first + index}.0/24`).join();
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;
const PARAMETERS = {
  ClusterName: 'large',
  AvailabilityZones: ZONES.join(),
  PublicSubnetCidrs: row(0),
  PrivateSubnetCidrs: row(3),
  MultusCidr: '100.64.0.0/16',
  Multus1SubnetCidrs: row(6, '100.64'),
  Multus2SubnetCidrs: row(9, '100.64'),
  Multus3SubnetCidrs: row(12, '100.64'),
  Multus4SubnetCidrs: row(15, '100.64'),
  NatGateways: 'per-az',
  AdminRoleArns: ['a', 'b', 'c', 'd', 'e', 'f'].map(role).join(),
  ControlPlaneLogs: 'api,scheduler',
  EndpointPublicAccessCidrs: '203.0.113.0/24',
};

let stacks: LocalStacks;
let before: Record<string, string[]>;

beforeAll(async () => {
  stacks = await startLocalStacks({ pacing: { ...steadyPacing(10), pollMs: 30, releaseMs: 500 } });
  before = await inventory(stacks.clients);
});
afterAll(() => stacks?.stop());

function change(type: 'CREATE' | 'UPDATE', parameters: Readonly<Record<string, string>> = {}) {
  const template = sentTemplate('infra');
  const all = { ...PARAMETERS, ...parameters };
  return deploy(stacks.cloudFormation, { name: 'large', type, template, parameters: all });
}

const cluster = async () =>
  (await stacks.clients.eks.send(new DescribeClusterCommand({ name: 'large' }))).cluster;

async function gateways(): Promise<number> {
  const { NatGateways = [] } = await stacks.clients.ec2.send(new DescribeNatGatewaysCommand({}));
  return NatGateways.filter(({ State }) => State !== 'deleted').length;
}

/** Of how many private route tables the default route leads to which gateway. */
async function waysOut(): Promise<readonly (string | undefined)[]> {
  const Filters = [{ Name: 'tag:Name', Values: ['large-private-*'] }];
  const { RouteTables = [] } = await stacks.clients.ec2.send(
    new DescribeRouteTablesCommand({ Filters }),
  );
  return RouteTables.map(
    ({ Routes = [] }) =>
      Routes.find((route) => route.DestinationCidrBlock === '0.0.0.0/0')?.NatGatewayId,
  );
}

/** The routes of the Multus subnets that leave the VPC: destinations, in their order, with what leads there. */
async function beyond(): Promise<readonly (readonly [string | undefined, string | undefined])[]> {
  const Filters = [{ Name: 'tag:Name', Values: ['large-multus'] }];
  const { RouteTables: [table] = [] } = await stacks.clients.ec2.send(
    new DescribeRouteTablesCommand({ Filters }),
  );
  return (table?.Routes ?? [])
    .filter(({ GatewayId }) => GatewayId !== 'local')
    .map((one) => [one.DestinationCidrBlock, one.VpcPeeringConnectionId] as const)
    .sort(([one = ''], [other = '']) => one.localeCompare(other));
}

/** Another VPC, and a peering connection with it; `end` removes both. */
async function connectedVpc(VpcId: string) {
  const { ec2 } = stacks.clients;
  const { Vpc } = await ec2.send(new CreateVpcCommand({ CidrBlock: '10.20.0.0/16' }));
  const PeerVpcId = Vpc?.VpcId ?? '';
  const { VpcPeeringConnection: made } = await ec2.send(
    new CreateVpcPeeringConnectionCommand({ VpcId, PeerVpcId }),
  );
  const id = made?.VpcPeeringConnectionId ?? '';
  return {
    id,
    end: async () => {
      await ec2.send(new DeleteVpcPeeringConnectionCommand({ VpcPeeringConnectionId: id }));
      await ec2.send(new DeleteVpcCommand({ VpcId: PeerVpcId }));
    },
  };
}

it('three zones and four networks, a gateway and a way out for each zone', async () => {
  const stack = await change('CREATE');
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  const outputs = outputsOf(stack);
  expect(outputs['MultusSubnetIds']?.split(',')).toHaveLength(12);
  expect(new Set(outputs['MultusSubnetIds']?.split(',')).size).toBe(12);
  expect(outputs['PrivateSubnetIds']?.split(',')).toHaveLength(3);
  expect(await gateways()).toBe(3);
  expect(new Set(await waysOut()).size).toBe(3);
});

it('a cluster with a key, logs, few who may call it, and six administrators', async () => {
  const found = await cluster();
  expect(found?.resourcesVpcConfig).toMatchObject({
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    publicAccessCidrs: ['203.0.113.0/24'],
  });
  expect(found?.logging?.clusterLogging).toMatchObject([
    { enabled: true, types: ['api', 'scheduler'] },
  ]);
  const keyArn = found?.encryptionConfig?.[0]?.provider?.keyArn ?? '';
  expect(await stateOf(keyArn)).toBe('Enabled');
  const entries = new ListAccessEntriesCommand({ clusterName: 'large' });
  const { accessEntries = [] } = await stacks.clients.eks.send(entries);
  expect(accessEntries.filter((arn) => arn.includes(':role/')).length).toBeGreaterThanOrEqual(6);
});

it('one gateway instead of three, then none; no subnet moves', async () => {
  await change('UPDATE', { NatGateways: 'one' });
  expect(await gateways()).toBe(1);
  expect(new Set(await waysOut()).size).toBe(1);
  const stack = await change('UPDATE', { NatGateways: 'none' });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(await gateways()).toBe(0);
  expect(await waysOut()).toEqual([undefined, undefined, undefined]);
});

it('an endpoint for the VPC only, an administrator less', async () => {
  const stack = await change('UPDATE', {
    NatGateways: 'none',
    EndpointPublicAccessCidrs: '',
    AdminRoleArns: ['a', 'b', '', 'd', 'e', 'f'].map((name) => name && role(name)).join(),
  });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect((await cluster())?.resourcesVpcConfig?.endpointPublicAccess).toBe(false);
  const entries = new ListAccessEntriesCommand({ clusterName: 'large' });
  const { accessEntries = [] } = await stacks.clients.eks.send(entries);
  expect(accessEntries).toContain(role('f'));
  expect(accessEntries).not.toContain(role('c'));
});

it('routes to a peer come and go, and each keeps its place', async () => {
  const steady = { NatGateways: 'none', EndpointPublicAccessCidrs: '' };
  const vpcId = outputsOf(await change('UPDATE', steady))['VpcId'] ?? '';
  const peer = await connectedVpc(vpcId);
  const routes = (first = '', second = '') =>
    change('UPDATE', {
      ...steady,
      MultusPeering1: first && `${first}=${peer.id}`,
      MultusPeering2: second && `${second}=${peer.id}`,
    });
  await routes('10.20.0.0/17', '10.20.128.0/17');
  expect(await beyond()).toEqual([
    ['10.20.0.0/17', peer.id],
    ['10.20.128.0/17', peer.id],
  ]);
  const stack = await routes('', '10.20.128.0/17');
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  expect(await beyond()).toEqual([['10.20.128.0/17', peer.id]]);
  await routes();
  expect(await beyond()).toEqual([]);
  await peer.end();
});

it('IPv6 comes to subnets that exist: none moves, and each gets a range of its own', async () => {
  const steady = { NatGateways: 'none', EndpointPublicAccessCidrs: '' };
  const { Stacks: [present] = [] } = await stacks.cloudFormation.send(
    new DescribeStacksCommand({ StackName: 'large' }),
  );
  const ids = present && outputsOf(present)['MultusSubnetIds'];
  const stack = await change('UPDATE', { ...steady, MultusIpFamily: 'dual-stack' });
  expect(stack.StackStatus).toBe('UPDATE_COMPLETE');
  const outputs = outputsOf(stack);
  expect(outputs['MultusSubnetIds']).toBe(ids);
  const ranges = outputs['MultusIpv6Cidrs']?.split(',') ?? [];
  expect(new Set(ranges).size).toBe(12);
  const { ec2 } = stacks.clients;
  const SubnetIds = ids?.split(',') ?? [];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds }));
  const found = SubnetIds.map((id) => {
    const subnet = Subnets.find(({ SubnetId }) => SubnetId === id);
    return subnet?.Ipv6CidrBlockAssociationSet?.map(({ Ipv6CidrBlock }) => Ipv6CidrBlock);
  });
  expect(found).toEqual(ranges.map((range) => [range]));
  const GroupIds = [outputs['MultusSecurityGroupId'] ?? ''];
  const { SecurityGroups: [group] = [] } = await ec2.send(
    new DescribeSecurityGroupsCommand({ GroupIds }),
  );
  for (const rules of [group?.IpPermissions, group?.IpPermissionsEgress]) {
    const allowed = (rules ?? []).flatMap(({ Ipv6Ranges = [] }) => Ipv6Ranges);
    expect(allowed.map(({ CidrIpv6 }) => CidrIpv6)).toEqual([expect.stringMatching(/::\/56$/)]);
  }
});

it('is deleted completely, except for a key that can be restored for a week', async () => {
  const keyArn = (await cluster())?.encryptionConfig?.[0]?.provider?.keyArn ?? '';
  await destroy(stacks.cloudFormation, 'large');
  expect(await inventory(stacks.clients)).toEqual(before);
  expect(await stateOf(keyArn)).toBe('PendingDeletion');
  expect(stacks.failures()).toEqual([]);
});

async function stateOf(KeyId: string): Promise<string | undefined> {
  const credentials = { accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' };
  const kms = new KMSClient({ endpoint: stacks.url, region: REGION, credentials });
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId }));
  return KeyMetadata?.KeyState;
}
