import { describe, expect, it } from 'vitest';
import { workingStack } from '../preflight/testing/good-account.ts';
import { provisionWorld } from '../testing/provision-world.ts';
import { checkVpcStays, givenNetworkOf, madeMultusSubnetIds } from './given-parts.ts';

const [A, B] = ['ap-northeast-2a', 'ap-northeast-2b'];
const PARAMETERS = {
  VpcId: 'vpc-12345678',
  VpcCidr: '10.0.0.0/16',
  AvailabilityZones: `${A},${B}`,
  PrivateSubnetCidrs: '10.0.1.0/24,10.0.2.0/24',
  PrivateSubnetIds: 'subnet-0000000a,subnet-0000000b',
  Multus1SubnetCidrs: '10.0.4.0/24,10.0.5.0/24',
  Multus1SubnetIds: 'subnet-0000001a,subnet-0000001b',
  Multus2SubnetCidrs: '10.0.6.0/24,10.0.7.0/24',
  Multus2SubnetIds: '',
};
const INFRA = workingStack('eks-multus-cluster', {
  parameters: PARAMETERS,
  outputs: { MultusSubnetIds: 'subnet-0000001a,subnet-0000001b,subnet-2a,subnet-2b' },
});

/** A deploy in a VPC with these subnets. Returns the parameters of its two stacks. */
async function deployed() {
  const { deps, run, stacks } = provisionWorld();
  const tags = { tier: 'nodes' };
  const subnets = [
    { id: 'subnet-0000000a', zone: A, cidr: '10.0.1.0/24', tags },
    { id: 'subnet-0000000b', zone: B, cidr: '10.0.2.0/24', tags },
    { id: 'subnet-0000001a', zone: A, cidr: '10.0.4.0/24', tags: {} },
    { id: 'subnet-0000001b', zone: B, cidr: '10.0.5.0/24', tags: {} },
  ];
  const value = { id: 'vpc-12345678', cidrs: ['10.0.0.0/16'], subnets };
  Object.assign(deps, {
    vpc: {
      present: async () => ({ value }),
      prefixReservations: async () => ({ value: new Map() }),
    },
  });
  await run({
    'vpc-id': 'vpc-12345678',
    'vpc-cidr': '',
    'private-subnets': 'tag:tier=nodes',
    'multus-subnets': '[[10.0.4.0/24, 10.0.5.0/24], []]',
    'subnet-cidrs': 'multus: [[], [10.0.6.0/24, 10.0.7.0/24]]',
  });
  const all = await stacks.list();
  return (name: string) => all.find((stack) => stack.name === name)?.parameters ?? {};
}

describe('the parameters of a deploy in a given VPC', () => {
  it('name what is given by its ids, and make no NAT gateway', async () => {
    const of = await deployed();
    expect(of('eks-multus-cluster')).toMatchObject({
      ...PARAMETERS,
      PublicSubnetCidrs: '',
      NatGateways: 'none',
    });
  });

  it('let the launch hook reserve ranges only in subnets that are made', async () => {
    const of = await deployed();
    expect(of('eks-multus-cluster-ng1')['MultusPrefixCidrs']).toBe(',10.0.6.128/25');
  });
});

describe('the stack of an environment in a given VPC', () => {
  it('tells the network', () => {
    const { multusSubnets, ...network } = givenNetworkOf(INFRA, 'vpc-12345678');
    expect(network).toEqual({
      vpcCidr: '10.0.0.0/16',
      zones: [A, B],
      publicSubnets: [],
      privateSubnets: ['10.0.1.0/24', '10.0.2.0/24'],
      dualStack: false,
      givenVpc: {
        id: 'vpc-12345678',
        privateSubnetIds: ['subnet-0000000a', 'subnet-0000000b'],
      },
    });
    expect(
      multusSubnets.map(({ network: n, zone, givenId, prefixCidr }) => [
        n,
        zone,
        givenId,
        prefixCidr,
      ]),
    ).toEqual([
      [1, A, 'subnet-0000001a', '10.0.4.0/24'],
      [1, B, 'subnet-0000001b', '10.0.5.0/24'],
      [2, A, undefined, '10.0.6.128/25'],
      [2, B, undefined, '10.0.7.128/25'],
    ]);
  });

  it('tells whether it has IPv6', () => {
    const dual = { parameters: { ...PARAMETERS, MultusIpFamily: 'dual-stack' } };
    expect(givenNetworkOf(dual, 'vpc-12345678').dualStack).toBe(true);
  });

  it('tells which Multus subnets it has made', () => {
    expect(madeMultusSubnetIds(INFRA)).toEqual(['subnet-2a', 'subnet-2b']);
  });
});

describe('an environment stays in its VPC', () => {
  const inputs = (vpcId: string | undefined) => ({
    environment: 'eks-multus-cluster',
    givenVpc:
      vpcId === undefined
        ? undefined
        : {
            vpcId,
            zones: [],
            privateSubnets: [],
            multusNetworks: 1,
            multusSubnets: [],
            subnetCidrs: undefined,
          },
  });
  const own = workingStack('eks-multus-cluster');

  it.each([
    ['vpc-12345678', INFRA],
    [undefined, own],
    ['vpc-12345678', undefined],
  ])('%s', (vpcId, stack) => {
    expect(() => checkVpcStays(inputs(vpcId), stack)).not.toThrow();
  });

  it.each([
    ['vpc-87654321', INFRA, 'give vpc-id: vpc-12345678'],
    [undefined, INFRA, 'give vpc-id: vpc-12345678'],
    ['vpc-12345678', own, 'leave vpc-id out'],
  ])('%s: refused', (vpcId, stack, nextStep) => {
    expect(() => checkVpcStays(inputs(vpcId), stack)).toThrow(nextStep);
  });
});
