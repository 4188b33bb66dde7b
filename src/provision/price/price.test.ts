import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../../dev/tools/checkout.ts';
import { architecture, interfaceLimit } from '../instance-types.ts';
import { nodeGroupsField } from '../node-groups.ts';
import { cheapestType, withTypes } from './cheapest-type.ts';
import { instancePrice, priceOf, priceText } from './price.ts';
import { PRICES } from './price-table.ts';

const REGION = 'us-east-1';
const groups = (text: string) => nodeGroupsField().parse(text);
const withCluster = { natGateways: 1, endpoints: 0, secretsEncryption: true };
const lab = groups('[{ name: ng1 }]');

describe('an environment', () => {
  it('costs what docs/cost.md says', () => {
    const { lines, perHour } = priceOf({ region: REGION, cluster: withCluster, nodeGroups: lab });
    expect(perHour?.toFixed(2)).toBe('0.55');
    expect(lines.map(({ part, count }) => `${count} ${part}`)).toEqual([
      '1 EKS cluster',
      '1 NAT gateway',
      '1 its public IPv4 address',
      '1 KMS key for secrets',
      '2 m5.xlarge',
      '2 gp3 volume of 50 GiB',
    ]);
  });

  it('costs no cluster on a base, and nothing for nodes that do not run', () => {
    const on = (text: string) =>
      priceOf({ region: REGION, cluster: undefined, nodeGroups: groups(text) }).perHour;
    expect(on('[{ name: a, desired: 1, instance-type: t3.medium }]')?.toFixed(4)).toBe('0.0471');
    expect(on('[{ name: a, min: 0, desired: 0, instance-type: m5.large }]')).toBe(0);
  });

  it('costs nobody knows what where the table lacks a part', () => {
    const unknown = { region: 'mars-north-1', cluster: undefined, nodeGroups: lab };
    expect(priceOf(unknown).perHour).toBeUndefined();
    expect(priceText(priceOf(unknown), 'mars-north-1')).toMatch(/lacks m5.xlarge in mars-north-1/);
  });

  it('costs more with each node', () => {
    const sizes = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(sizes, sizes, (one, more) => {
        const cost = (desired: number) =>
          priceOf({
            region: REGION,
            cluster: withCluster,
            nodeGroups: lab.map((group) => ({ ...group, desired })),
          }).perHour ?? Number.NaN;
        expect(cost(one) <= cost(one + more)).toBe(true);
      }),
    );
  });
});

it.each([
  ['own cluster, m5.xlarge', true, 'instance-type: m5.xlarge', '0.35'],
  ['own cluster, auto', true, 'instance-type: auto', '0.23'],
  ['on a base, m5.xlarge', false, 'instance-type: m5.xlarge', '0.20'],
  ['on a base, arm64', false, 'instance-type: auto, architecture: arm64, volume-size: 20', '0.069'],
  ['on a base, t4g.medium', false, 'instance-type: t4g.medium, volume-size: 20', '0.036'],
])('a preview for an hour, %s, costs what docs/cost.md says', (_, own, group, expected) => {
  const given = groups(`[{ name: ng1, min: 1, desired: 1, ${group} }]`);
  const cluster = own ? withCluster : undefined;
  const nodeGroups = withTypes(given, REGION, 2);
  const { perHour = Number.NaN } = priceOf({ region: REGION, cluster, nodeGroups });
  expect(perHour.toFixed(expected.length - 2)).toBe(expected);
  expect(readFileSync(join(CHECKOUT, 'docs/cost.md'), 'utf8')).toContain(`| ${expected} in all |`);
});

it.each([
  ['m5.xlarge', 0.192],
  ['t4g.medium', 0.0336],
  ['c7g.large', 0.0725],
  ['r5.4xlarge', 1.008],
  ['m5.metal', undefined],
  ['p5.48xlarge', undefined],
])('%s costs %s in us-east-1', (type, expected) => {
  const price = instancePrice(REGION, type);
  if (expected === undefined) expect(price).toBeUndefined();
  else expect(price).toBeCloseTo(expected, 6);
});

describe('auto', () => {
  const needs = { region: REGION, interfaces: 3, prefixesPerInterface: 1 };
  it.each([
    ['x86_64', 3, 't3a.large'],
    ['arm64', 3, 't4g.large'],
    ['arm64', 4, 't4g.xlarge'],
    ['x86_64', 5, 'c6a.4xlarge'],
  ] as const)('with %s and %s interfaces: %s', (wanted, interfaces, expected) => {
    expect(cheapestType({ ...needs, interfaces, architecture: wanted })).toBe(expected);
  });

  it('has the interfaces and the architecture in each region, and no type is cheaper', () => {
    const anyRegion = fc.constantFrom(...Object.keys(PRICES));
    const anyArchitecture = fc.constantFrom('x86_64' as const, 'arm64' as const);
    fc.assert(
      fc.property(anyRegion, anyArchitecture, fc.integer({ min: 2, max: 5 }), (...given) => {
        const [region, wanted, interfaces] = given;
        const found = cheapestType({ ...needs, region, interfaces, architecture: wanted }) ?? '';
        expect(architecture(found)).toBe(wanted);
        expect(interfaceLimit(found)).toBeGreaterThanOrEqual(interfaces);
        const fewer = cheapestType({ ...needs, region, interfaces: 2, architecture: wanted }) ?? '';
        const [price = 0, less = 0] = [found, fewer].map((type) => instancePrice(region, type));
        expect(less).toBeLessThanOrEqual(price);
      }),
    );
  });

  it('leaves types that are given, and refuses regions without prices', () => {
    const given = groups('[{ name: a, instance-type: auto, architecture: arm64 }, { name: b }]');
    expect(withTypes(given, REGION, 2).map(({ instanceType }) => instanceType)).toEqual([
      't4g.large',
      'm5.xlarge',
    ]);
    expect(() => withTypes(given, 'mars-north-1', 2)).toThrow(/none in mars-north-1 with 3/);
  });
});

describe('a spot group', () => {
  const spotGroup = groups(
    '[{ name: a, zone: us-east-1a, desired: 2, capacity: spot, volume-size: 20 }]',
  );
  const priced = (perHour: number | undefined) =>
    priceOf({
      region: REGION,
      cluster: undefined,
      nodeGroups: spotGroup,
      spot:
        perHour === undefined
          ? undefined
          : {
              prices: [{ instanceType: 'm5.xlarge', zone: 'us-east-1a', perHour }],
              asked: Date.UTC(2026, 10, 27, 21, 46),
            },
    });

  it('costs what EC2 says, with its volumes, and says when that was', () => {
    const price = fc.double({ min: 0.001, max: 1, noNaN: true });
    fc.assert(
      fc.property(price, (perHour) => {
        const volumes = (2 * 20 * 0.08) / 730;
        expect(priced(perHour).perHour).toBeCloseTo(2 * perHour + volumes, 9);
      }),
    );
    expect(priceText(priced(0.06), REGION)).toBe(
      '0.124 dollars per hour (on-demand prices of us-east-1 as of 2025-03-02; spot prices of EC2 at 2026-11-27 21:46 UTC)',
    );
  });

  it('counts as on demand when EC2 does not say', () => {
    const onDemand = spotGroup.map((group) => ({ ...group, capacity: 'on-demand' as const }));
    const expected = priceOf({ region: REGION, cluster: undefined, nodeGroups: onDemand });
    expect(priced(undefined).perHour).toBe(expected.perHour);
    expect(priceText(priced(undefined), REGION)).toContain('counted as on demand');
  });

  it('has no source of spot prices without nodes', () => {
    const empty = spotGroup.map((group) => ({ ...group, min: 0, desired: 0 }));
    const price = priceOf({ region: REGION, cluster: undefined, nodeGroups: empty });
    expect(price).toMatchObject({ perHour: 0, spot: undefined });
  });
});
