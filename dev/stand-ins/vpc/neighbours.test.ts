import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Ec2State, EMPTY_STATE, type NetworkInterface } from './ec2-state.ts';
import { planNeighbours } from './neighbours.ts';
import { runningInstance } from './testing/running-instance.ts';

const instance = runningInstance('i-1');
const subnet = (id: string, ipv6Cidr?: string) => ({
  id,
  cidr: '10.0.4.0/24',
  zone: '',
  vpcId: '',
  vpcCidr: '',
  ...(ipv6Cidr === undefined ? {} : { ipv6Cidr }),
});
const eni = (n: number, subnetId: string, more: Partial<NetworkInterface> = {}) => ({
  id: `eni-${n}`,
  mac: `02:00:00:00:00:0${n}`,
  subnetId,
  addresses: [`10.0.4.${n}`],
  prefixes: [],
  ipv6Prefixes: [`2400:6500:0:4:${n}::/80`],
  securityGroups: [],
  sourceDestCheck: true,
  attachment: { instanceId: 'i-1', deviceIndex: n },
  ...more,
});
const subnets = [
  subnet('subnet-1', '2400:6500:0:4::/64'),
  subnet('subnet-2', '2400:6500:0:5::/64'),
  subnet('plain'),
];
const state = (networkInterfaces: readonly NetworkInterface[]): Ec2State => ({
  ...EMPTY_STATE,
  instances: [instance],
  subnets,
  networkInterfaces,
});

describe('what a VPC answers to solicitations', () => {
  it('is where its router is, and where the others in the subnet are', () => {
    const far = eni(3, 'subnet-2', { ipv6Addresses: ['2400:6500:0:5::3'], sourceDestCheck: false });
    const plan = planNeighbours(state([eni(1, 'subnet-1'), eni(2, 'subnet-1'), far]));
    expect(plan).toEqual({
      t1: {
        mac: '02:00:00:00:00:01',
        own: ['2400:6500:0:4:1::/80'],
        free: false,
        subnet: '2400:6500:0:4::/64',
        neighbours: ['2400:6500:0:4:2::/80'],
      },
      t2: expect.objectContaining({ neighbours: ['2400:6500:0:4:1::/80'] }),
      t3: expect.objectContaining({
        own: ['2400:6500:0:5::3', '2400:6500:0:4:3::/80'],
        free: true,
        neighbours: [],
      }),
    });
  });

  it('is nothing in a subnet without IPv6, and for interfaces of nobody', () => {
    const { attachment: _, ...detached } = eni(1, 'subnet-1');
    expect(planNeighbours(state([eni(2, 'plain'), detached]))).toEqual({});
  });

  it('never tells an interface of itself', () => {
    const interfaces = fc.uniqueArray(
      fc.record({ n: fc.integer({ min: 1, max: 9 }), where: fc.constantFrom('subnet-1', 'plain') }),
      { selector: ({ n }) => n },
    );
    fc.assert(
      fc.property(interfaces, (chosen) => {
        const plan = planNeighbours(state(chosen.map(({ n, where }) => eni(n, where))));
        for (const { own, neighbours } of Object.values(plan)) {
          expect(neighbours.filter((one) => own.includes(one))).toEqual([]);
          expect(neighbours).toHaveLength(Object.keys(plan).length - 1);
        }
      }),
    );
  });
});
