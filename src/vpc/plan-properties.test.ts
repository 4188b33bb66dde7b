import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Cidr, cidrAt, contains, formatCidr, overlaps, parseCidr, size } from '../core/ip.ts';
import type { GivenSubnets } from './given-subnets.ts';
import { type NetworkPlan, type NetworkRequest, planNetwork } from './plan.ts';

const PLANS = { numRuns: 1000 };

const shapes = fc.record({
  // 1.0.0.0 to 223.255.255.255, without loopback and link-local addresses.
  address: fc
    .bigInt(1n << 24n, (224n << 24n) - 1n)
    .filter((address) => address >> 24n !== 127n && address >> 16n !== 0xa9fen),
  prefix: fc.integer({ min: 16, max: 24 }),
  zones: fc.constantFrom(['a', 'b'], ['a', 'b', 'c']),
  multusNetworks: fc.integer({ min: 1, max: 4 }),
});

const requests = shapes.map(
  ({ address, prefix, zones, multusNetworks }): NetworkRequest => ({
    vpcCidr: formatCidr(cidrAt(address, prefix)),
    zones,
    multusNetworks,
  }),
);

/** With some parts explicit: different blocks of the VPC, all of one size. */
const requestsWithGiven = requests.chain((request) => {
  const vpc = read(request.vpcCidr);
  const { zones, multusNetworks } = request;
  const count = zones.length * (2 + multusNetworks);
  return fc.integer({ min: Math.min(26, vpc.prefix + 2), max: 26 }).chain((prefix) => {
    const blocks = size(vpc) / 2 ** (32 - prefix);
    const places = fc.uniqueArray(fc.nat(blocks - 1), {
      minLength: Math.min(count, blocks),
      maxLength: Math.min(count, blocks),
    });
    return fc
      .tuple(fc.subarray(['public', 'private', 'multus'] as const), places)
      .map(([kinds, found]) => ({
        ...request,
        subnetCidrs: givenFrom(
          request,
          kinds,
          found.map((place) => block(vpc, prefix, place)),
        ),
      }));
  });
});

function givenFrom(
  { zones, multusNetworks }: NetworkRequest,
  kinds: readonly string[],
  blocks: readonly string[],
): GivenSubnets {
  const rows = Array.from({ length: 2 + multusNetworks }, (_, row) =>
    blocks.slice(row * zones.length, (row + 1) * zones.length),
  );
  const complete = (row: readonly string[] | undefined) => row?.length === zones.length;
  const [publicRow, privateRow, ...multus] = rows;
  return {
    ...(kinds.includes('public') && complete(publicRow) ? { public: publicRow } : {}),
    ...(kinds.includes('private') && complete(privateRow) ? { private: privateRow } : {}),
    ...(kinds.includes('multus') && multus.every(complete) ? { multus } : {}),
  };
}

describe('1,000 random networks', () => {
  it('get a plan, unless the VPC is smaller than the smallest subnets', () => {
    fc.assert(
      fc.property(requests, (request) => {
        const result = planNetwork(request);
        if ('plan' in result) return checkPlan(request, result.plan);
        const { zones, multusNetworks } = request;
        // The public and private /28 blocks together, in whole /26 blocks, and a /26 for each Multus subnet.
        const smallest = Math.ceil(zones.length / 2) * 64 + zones.length * multusNetworks * 64;
        expect(size(read(request.vpcCidr))).toBeLessThan(smallest);
      }),
      PLANS,
    );
  });

  it('keep explicit subnets, or report that the rest does not fit', () => {
    fc.assert(
      fc.property(requestsWithGiven, (request) => {
        const result = planNetwork(request);
        if (!('plan' in result)) {
          expect(result.problems).toHaveLength(1);
          expect(result.problems[0]).toMatchObject({ input: 'vpc-cidr', value: request.vpcCidr });
          return;
        }
        checkPlan(request, result.plan);
        const { subnetCidrs: given } = request;
        if (given?.public) expect(result.plan.publicSubnets).toEqual(given.public);
        if (given?.private) expect(result.plan.privateSubnets).toEqual(given.private);
        const multus = result.plan.multusSubnets.map(({ cidr }) => cidr);
        if (given?.multus) expect(multus).toEqual(given.multus.flat());
      }),
      PLANS,
    );
  });

  it('get the same plan every time', () => {
    fc.assert(
      fc.property(requestsWithGiven, (request) => {
        expect(planNetwork(request)).toEqual(planNetwork(structuredClone(request)));
      }),
    );
  });
});

function checkPlan(request: NetworkRequest, plan: NetworkPlan): void {
  const { zones, multusNetworks } = request;
  const all = [
    ...plan.publicSubnets,
    ...plan.privateSubnets,
    ...plan.multusSubnets.map(({ cidr }) => cidr),
  ].map(read);
  expect(all).toHaveLength(zones.length * (2 + multusNetworks));
  const vpc = read(request.vpcCidr);
  for (const [index, cidr] of all.entries()) {
    expect(contains(vpc, cidr)).toBe(true);
    expect(cidr.prefix).toBeLessThanOrEqual(28);
    expect(all.slice(index + 1).some((other) => overlaps(cidr, other))).toBe(false);
  }
  expect(plan.multusSubnets.map(({ network, zone }) => `${network}${zone}`)).toEqual(
    Array.from({ length: multusNetworks }, (_, index) =>
      zones.map((z) => `${index + 1}${z}`),
    ).flat(),
  );
  for (const subnet of plan.multusSubnets) checkReservation(subnet);
}

/** The reserved part: whole /28 blocks, none of AWS's five addresses in those that count, room for primaries beside it. */
function checkReservation({ cidr, prefixCidr, prefixes }: NetworkPlan['multusSubnets'][0]): void {
  const [subnet, reserved] = [read(cidr), read(prefixCidr)];
  expect(contains(subnet, reserved)).toBe(true);
  expect(reserved.prefix).toBeLessThanOrEqual(28);
  const awsOwn = [0n, 1n, 2n, 3n].map((n) => subnet.first + n).concat(subnet.last);
  const usable = Array.from(
    { length: size(reserved) / 16 },
    (_, n) => reserved.first + BigInt(n) * 16n,
  ).filter((base) => !awsOwn.some((address) => address >= base && address < base + 16n));
  expect(prefixes).toBe(usable.length);
  expect(prefixes).toBeGreaterThanOrEqual(1);
  // Each node takes one address for its interface and one prefix or more.
  expect(size(subnet) - size(reserved) - 4).toBeGreaterThanOrEqual(prefixes);
}

function read(text: string): Cidr {
  // Refuses host bits, so whatever it reads is aligned.
  const cidr = parseCidr(text);
  if (cidr === undefined) throw new Error(`${text} is not a CIDR`);
  return cidr;
}

function block(vpc: Cidr, prefix: number, place: number): string {
  return formatCidr(cidrAt(vpc.first + BigInt(place) * 2n ** BigInt(32 - prefix), prefix));
}
