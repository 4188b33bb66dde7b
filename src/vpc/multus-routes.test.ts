import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contains, formatAddress, parseCidr } from '../core/ip.ts';
import { kindOf, type MultusRoute, ROUTE_TARGETS, routeProblems } from './multus-routes.ts';

const VPC = ['10.0.0.0/16', '100.64.0.0/16'];
const PEER = { destination: '10.20.0.0/16', target: 'pcx-0123456789abcdef0' };
const problemsOf = (...routes: readonly MultusRoute[]) =>
  routeProblems(routes, VPC).map(({ value, allowed }) => `${value}: ${allowed}`);

describe('a route beyond the VPC is refused', () => {
  it.each<[string, readonly MultusRoute[], RegExp]>([
    [
      'with host bits',
      [{ ...PEER, destination: '10.20.0.1/16' }],
      /10\.20\.0\.1\/16: .* no host bits/,
    ],
    ['of another family', [{ ...PEER, destination: 'fd00::/8' }], /fd00::\/8: an IPv4 network/],
    [
      'to a part of the VPC',
      [{ ...PEER, destination: '10.0.9.0/24' }],
      /outside of 10\.0\.0\.0\/16/,
    ],
    ['to a range of the VPC', [{ ...PEER, destination: '100.64.0.0/16' }], /outside of 100\.64/],
    ['to an internet gateway', [{ ...PEER, target: 'igw-01234567' }], /igw-01234567: .*\(pcx-…\)/],
    ['to no id', [{ ...PEER, target: 'pcx-1' }], /pcx-1: 10\.20\.0\.0\/16: the id of/],
    [
      'twice',
      [PEER, { ...PEER, target: 'tgw-01234567' }],
      /10\.20\.0\.0\/16: each destination once/,
    ],
    ['to everything in one VPC', [{ ...PEER, destination: '0.0.0.0/0' }], /only a transit gateway/],
  ])('%s', (_, routes, text) => {
    expect(problemsOf(...routes)).toEqual([expect.stringMatching(text)]);
  });

  it('when the template has no place for it', () => {
    const routes = [1, 2, 3].map((n) => ({ ...PEER, destination: `10.2${n}.0.0/16` }));
    expect(problemsOf(...routes)).toEqual([
      '10.21.0.0/16, 10.22.0.0/16, 10.23.0.0/16: at most 2 of a VPC peering connection; a larger network takes the place of several',
    ]);
  });
});

it('larger networks than the VPC are allowed, as its own routes are more specific', () => {
  expect(problemsOf({ destination: '10.0.0.0/8', target: 'tgw-01234567' })).toEqual([]);
  expect(problemsOf({ destination: '0.0.0.0/0', target: 'tgw-01234567' })).toEqual([]);
});

const destination = fc
  .tuple(fc.bigInt(0n, 0xffff_ffffn), fc.integer({ min: 8, max: 32 }))
  .map(([address, prefix]) => {
    const hostBits = BigInt(32 - prefix);
    return `${formatAddress((address >> hostBits) << hostBits)}/${prefix}`;
  });
const target = fc.constantFrom('pcx', 'tgw', 'vgw').map((kind) => `${kind}-0123456789abcdef0`);
const routes = fc.uniqueArray(fc.record({ destination, target }), {
  selector: (one) => one.destination,
  maxLength: 5,
});

it('of any routes, just those within the VPC and those beyond the number of their kind are refused', () => {
  fc.assert(
    fc.property(routes, (all) => {
      const inside = all.some((one) =>
        VPC.some((text) => {
          const [vpc, cidr] = [parseCidr(text), parseCidr(one.destination)];
          return vpc !== undefined && cidr !== undefined && contains(vpc, cidr);
        }),
      );
      const kinds = Object.keys(ROUTE_TARGETS) as (keyof typeof ROUTE_TARGETS)[];
      const many = kinds.some(
        (kind) =>
          all.filter((one) => kindOf(one.target) === kind).length > ROUTE_TARGETS[kind].most,
      );
      const problems = routeProblems(all, VPC);
      expect(problems.length > 0).toBe(inside || many);
      for (const { input } of problems) expect(input).toBe('multus-routes');
    }),
  );
});
