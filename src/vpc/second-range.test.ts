import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../core/ip.ts';
import { planNetwork } from './plan.ts';
import { secondRangeProblems } from './second-range.ts';

describe('a second range', () => {
  it.each([
    ['10.0.0.0/16', '100.64.0.0/16'],
    ['10.0.0.0/16', '10.1.0.0/16'],
    ['10.20.0.0/16', '10.21.0.0/16'],
    ['192.168.0.0/20', '192.168.16.0/20'],
    ['172.16.0.0/16', '172.18.0.0/16'],
    ['100.64.0.0/16', '100.65.0.0/16'],
  ])('beside %s may be %s', (vpc, second) => {
    expect(secondRangeProblems(second, vpc)).toEqual([]);
  });

  it.each([
    ['10.0.0.0/16', '10.0.0.0/15', 'from /16 to /28'],
    ['10.0.0.0/16', '10.0.128.0/17', 'does not overlap vpc-cidr'],
    ['10.0.0.0/16', '192.168.0.0/16', 'of the private range that vpc-cidr is in'],
    ['10.0.0.0/16', '172.16.0.0/16', 'of the private range that vpc-cidr is in'],
    ['10.0.0.0/16', '172.20.0.0/16', "the cluster's Services"],
    ['172.20.0.0/16', '10.100.0.0/16', "the cluster's Services"],
    ['10.1.0.0/16', '10.0.0.0/24', 'outside of 10.0.0.0/16'],
    ['172.16.0.0/16', '172.31.0.0/20', 'outside of 172.31.0.0/16'],
    ['10.0.0.0/16', '198.19.1.0/24', 'outside of 198.19.0.0/16'],
    ['100.64.0.0/16', '10.0.0.0/16', 'a network of 100.64.0.0/10'],
    ['10.0.0.0/16', '100.64.0.1/16', 'no host bits'],
  ])('beside %s may not be %s', (vpc, second, text) => {
    expect(secondRangeProblems(second, vpc)).toEqual([
      { input: 'multus-cidr', value: second, allowed: expect.stringContaining(text) },
    ]);
  });
});

const zones = ['a', 'b'];

describe('the plan of a VPC with a second range', () => {
  it('has the Multus subnets there, and the others where they would be without it', () => {
    const request = { vpcCidr: '10.0.0.0/16', zones, multusNetworks: 2 };
    const result = planNetwork({ ...request, multusCidr: '100.64.0.0/16' });
    if ('problems' in result) throw new Error(JSON.stringify(result.problems));
    const { plan } = result;
    expect(plan.privateSubnets).toEqual(['10.0.2.0/24', '10.0.3.0/24']);
    expect(plan.multusSubnets.map(({ cidr }) => cidr)).toEqual([
      '100.64.0.0/24',
      '100.64.1.0/24',
      '100.64.2.0/24',
      '100.64.3.0/24',
    ]);
    expect(plan.multusCidr).toBe('100.64.0.0/16');
  });

  it.each([
    ['10.0.0.0/16', '100.64.0.0/26', 'multus-cidr', 'room for 2 subnets of at least /26'],
    ['10.0.0.0/27', '100.64.0.0/16', 'vpc-cidr', 'room for 4 subnets of at least /28'],
  ])('says which range is too small: %s with %s', (vpcCidr, multusCidr, input, allowed) => {
    const result = planNetwork({ vpcCidr, multusCidr, zones, multusNetworks: 1 });
    expect(result).toEqual({
      problems: [expect.objectContaining({ input, allowed: expect.stringContaining(allowed) })],
    });
  });

  it('keeps every Multus subnet in the second range, however large it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 63 }),
        fc.integer({ min: 16, max: 24 }),
        (n, prefix) => {
          const first = formatAddress((100n << 24n) + (64n << 16n) + (BigInt(n) << 16n));
          const multusCidr = `${first}/${prefix}`;
          const request = { vpcCidr: '10.0.0.0/16', zones, multusNetworks: 2, multusCidr };
          const result = planNetwork(request);
          if ('problems' in result) throw new Error(JSON.stringify(result.problems));
          const start = first.split('.').slice(0, 2).join('.');
          for (const { cidr } of result.plan.multusSubnets) expect(cidr).toMatch(`${start}.`);
        },
      ),
    );
  });
});
