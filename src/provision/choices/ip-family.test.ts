import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NetworkPlan } from '../../vpc/plan.ts';
import { workingStack } from '../preflight/testing/good-account.ts';
import { checkFamilyStays, givenIpv6Parameters, ipv6CidrOf } from './ip-family.ts';

/** A network in a VPC of others, with so many zones and networks. */
function givenPlan(zoneCount: number, networks: number): NetworkPlan {
  const zones = ['a', 'b', 'c'].slice(0, zoneCount);
  const multusSubnets = Array.from({ length: networks }, (_, index) => index + 1).flatMap(
    (network) =>
      zones.map((zone, place) => ({
        network,
        zone,
        cidr: `10.0.${network * 4 + place}.0/24`,
        prefixCidr: `10.0.${network * 4 + place}.128/25`,
        prefixes: 7,
        givenId: `subnet-${network}${zone}`,
        ipv6Cidr: `2600:1f13:1:a${network}${place}::/64`,
      })),
  );
  return {
    vpcCidr: '10.0.0.0/16',
    zones,
    publicSubnets: [],
    privateSubnets: [],
    multusSubnets,
    dualStack: true,
    givenVpc: { id: 'vpc-1', privateSubnetIds: [], ipv6Cidr: '2600:1f13:1:a00::/56' },
  };
}

it('what the parameters say of a given VPC, the outputs say of each of its subnets', () => {
  const counts = [fc.integer({ min: 2, max: 3 }), fc.integer({ min: 1, max: 4 })] as const;
  fc.assert(
    fc.property(...counts, (zones, networks) => {
      const plan = givenPlan(zones, networks);
      const { MultusIpv6Cidrs = '', VpcIpv6Cidr } = givenIpv6Parameters(plan);
      expect(VpcIpv6Cidr).toBe('2600:1f13:1:a00::/56');
      for (const subnet of plan.multusSubnets) {
        expect(ipv6CidrOf({ MultusIpv6Cidrs }, plan.zones, subnet)).toBe(subnet.ipv6Cidr);
      }
    }),
  );
});

it('no subnet has an IPv6 range where the stack has none', () => {
  expect(ipv6CidrOf({}, ['a', 'b'], { network: 1, zone: 'a' })).toBeUndefined();
  const parameters = givenIpv6Parameters({ ...givenPlan(2, 1), givenVpc: undefined });
  expect(parameters).toEqual({ VpcIpv6Cidr: '', MultusIpv6Cidrs: '' });
});

describe('the family of an environment', () => {
  const dual = workingStack('env', { parameters: { MultusIpFamily: 'dual-stack' } });
  const plan = givenPlan(2, 1);

  it.each([
    [true, dual],
    [true, workingStack('env')],
    [true, undefined],
    [false, workingStack('env')],
    [false, undefined],
  ])('may be IPv6 %s', (dualStack, stack) => {
    expect(() => checkFamilyStays('env', { ...plan, dualStack }, stack)).not.toThrow();
  });

  it('does not go back to IPv4', () => {
    expect(() => checkFamilyStays('env', { ...plan, dualStack: false }, dual)).toThrow(
      'give multus-ip-family: dual-stack',
    );
  });
});
