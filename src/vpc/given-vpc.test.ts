import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cidrAt, formatCidr, overlaps, parseCidr } from '../core/ip.ts';
import {
  chooseSubnets,
  type GivenVpcRequest,
  type PresentSubnet,
  type PresentVpc,
  planGivenNetwork,
} from './given-vpc.ts';
import { partsOf } from './ownership.ts';
import { prefixBlocks } from './prefix-blocks.ts';
import { parseSelector, type SubnetSelector, selectorText } from './subnet-selector.ts';

const [A, B, C] = ['ap-northeast-2a', 'ap-northeast-2b', 'ap-northeast-2c'] as const;

function subnet(id: string, zone: string, cidr: string, tags = {}): PresentSubnet {
  return { id: `subnet-${id.padStart(8, '0')}`, zone, cidr, tags };
}

const PRESENT: PresentVpc = {
  id: 'vpc-12345678',
  cidrs: ['10.0.0.0/16', '100.64.0.0/16'],
  subnets: [
    subnet('b', B, '10.0.2.0/24', { tier: 'nodes' }),
    subnet('a', A, '10.0.1.0/24', { tier: 'nodes' }),
    subnet('1a', A, '10.0.4.0/24', { network: '1' }),
    subnet('1b', B, '10.0.5.0/24', { network: '1' }),
    subnet('c', C, '10.0.3.0/24', {}),
    subnet('2a', A, '100.64.4.0/24', {}),
    subnet('2b', B, '100.64.5.0/24', {}),
  ],
};

function selectors(...texts: readonly string[]): readonly SubnetSelector[] {
  return texts.map((text) => parseSelector(text) ?? { id: text });
}

const REQUEST: GivenVpcRequest = {
  vpcId: PRESENT.id,
  zones: [],
  privateSubnets: selectors('tag:tier=nodes'),
  multusNetworks: 1,
  multusSubnets: [selectors('tag:network=1')],
  subnetCidrs: undefined,
};

function plan(
  changes: Partial<GivenVpcRequest> = {},
  reservations: readonly (readonly [string, readonly string[]])[] = [],
  isOwn: (one: PresentSubnet) => boolean = () => false,
) {
  const request = { ...REQUEST, ...changes };
  const selected = chooseSubnets(request, PRESENT);
  if ('problems' in selected) return selected;
  return planGivenNetwork(request, PRESENT, selected.chosen, new Map(reservations), isOwn);
}

function planned(...given: Parameters<typeof plan>) {
  const result = plan(...given);
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

const MADE = { multusSubnets: [], subnetCidrs: { multus: [['10.0.6.0/24', '10.0.7.0/24']] } };

describe('subnets', () => {
  it('are found by tag, by id and by range, and put into the order of the zones', () => {
    const network = planned();
    expect(network.zones).toEqual([A, B]);
    expect(network.givenVpc?.privateSubnetIds).toEqual(['subnet-0000000a', 'subnet-0000000b']);
    expect(network.privateSubnets).toEqual(['10.0.1.0/24', '10.0.2.0/24']);
    for (const texts of [
      ['subnet-0000000b', '10.0.1.0/24'],
      ['10.0.2.0/24', 'subnet-0000000a'],
    ]) {
      expect(planned({ privateSubnets: selectors(...texts) })).toEqual(network);
    }
  });

  it('follow the zones that are asked for', () => {
    expect(planned({ zones: [B, A] }).privateSubnets).toEqual(['10.0.2.0/24', '10.0.1.0/24']);
  });

  it.each<[what: string, changes: Partial<GivenVpcRequest>, input: string, allowed: string]>([
    [
      'no subnet of the VPC',
      { privateSubnets: selectors('tag:tier=database') },
      'private-subnets',
      'subnets of vpc-12345678, which are subnet-0000000b (10.0.2.0/24 in ap-northeast-2b)',
    ],
    [
      'two subnets in one zone',
      { privateSubnets: selectors('tag:tier=nodes', '10.0.4.0/24') },
      'private-subnets',
      'one subnet in each of ap-northeast-2a, ap-northeast-2b; these are',
    ],
    ['one zone', { privateSubnets: selectors('10.0.1.0/24') }, 'private-subnets', '2 or 3 zones'],
    ['a zone less', { zones: [A, B, C] }, 'private-subnets', 'each of ap-northeast-2a'],
    [
      'a network without a zone',
      { multusSubnets: [selectors('10.0.4.0/24')] },
      'multus-subnets',
      'one subnet in each of',
    ],
    [
      'a subnet for two purposes',
      { multusSubnets: [selectors('10.0.4.0/24', 'subnet-0000000b')] },
      'multus-subnets',
      'neither private-subnets nor another network',
    ],
    [
      'networks in two ranges',
      {
        multusNetworks: 2,
        multusSubnets: [selectors('tag:network=1'), selectors('100.64.4.0/24', '100.64.5.0/24')],
      },
      'multus-subnets',
      'one range of vpc-12345678, which has 10.0.0.0/16, 100.64.0.0/16',
    ],
    [
      'a range that is not free',
      { ...MADE, subnetCidrs: { multus: [['10.0.6.0/24', '10.0.3.0/25']] } },
      'subnet-cidrs',
      'subnet-0000000c (10.0.3.0/24 in ap-northeast-2c) overlaps it',
    ],
    [
      'a range outside of the VPC',
      { ...MADE, subnetCidrs: { multus: [['10.0.6.0/24', '10.9.0.0/24']] } },
      'subnet-cidrs',
      'one range of vpc-12345678',
    ],
    [
      'too small a range',
      { ...MADE, subnetCidrs: { multus: [['10.0.6.0/27', '10.0.7.0/24']] } },
      'subnet-cidrs',
      'from /16 to /26',
    ],
  ])('%s: refused', (_, changes, input, allowed) => {
    const result = plan(changes);
    const [problem] = 'problems' in result ? result.problems : [];
    expect(problem?.input).toBe(input);
    expect(problem?.allowed).toContain(allowed);
    expect(problem?.value).not.toBe('');
  });
});

describe('Multus networks', () => {
  it('may be in another range of the VPC than the nodes', () => {
    const multusSubnets = [selectors('100.64.4.0/24', '100.64.5.0/24')];
    expect(planned({ multusSubnets }).vpcCidr).toBe('100.64.0.0/16');
  });

  it('take prefixes from what the owner has reserved, or from anywhere but the addresses of AWS', () => {
    const [first, second] = planned({}, [['subnet-0000001a', ['10.0.4.64/26']]]).multusSubnets;
    expect(first).toMatchObject({ prefixCidr: '10.0.4.64/26', prefixes: 4 });
    expect(second).toMatchObject({ prefixCidr: '10.0.5.0/24', prefixes: 14 });
  });

  it('are given or made, each network by itself', () => {
    const { multusSubnets } = planned({
      multusNetworks: 2,
      multusSubnets: [[], selectors('tag:network=1')],
      subnetCidrs: { multus: [['10.0.6.0/24', '10.0.7.0/24'], []] },
    });
    expect(multusSubnets.map(({ network, zone, givenId }) => [network, zone, givenId])).toEqual([
      [1, A, undefined],
      [1, B, undefined],
      [2, A, 'subnet-0000001a'],
      [2, B, 'subnet-0000001b'],
    ]);
  });

  it('keep the subnets that the environment has made in an earlier run', () => {
    const again = { ...MADE, subnetCidrs: { multus: [['10.0.6.0/24', '10.0.3.0/24']] } };
    const own = ({ id }: PresentSubnet) => id === 'subnet-0000000c';
    expect(planned(again, [], own).multusSubnets[1]?.cidr).toBe('10.0.3.0/24');
    expect(plan(again)).toHaveProperty('problems');
  });
});

it('says of each part whether it is given or made', () => {
  const parts = partsOf(planned({ ...MADE }));
  const whose = (part: string) => parts.filter((one) => one.part.startsWith(part));
  expect(whose('VPC')).toEqual([
    { part: 'VPC', which: 'vpc-12345678 (10.0.0.0/16)', whose: 'given' },
  ]);
  expect(new Set(whose('Private').map((one) => one.whose))).toEqual(new Set(['given']));
  expect(new Set(whose('Multus').map((one) => one.whose))).toEqual(new Set(['made']));
  expect(whose('Ranges')[0]?.which).toBe('10.0.6.128/25, 10.0.7.128/25');
  const given = partsOf(planned());
  expect(given.filter((one) => one.whose === 'made').map(({ part }) => part)).toEqual([
    'Security groups of nodes, of Multus interfaces and of the cluster',
  ]);
});

describe('IPv6 in a given VPC', () => {
  const RANGE = '2600:1f13:1:a00::/56';
  const withIpv6 = (subnets: readonly string[]): PresentVpc => ({
    ...PRESENT,
    ipv6Cidrs: ['2600:1f13:2:b00::/56', RANGE],
    subnets: PRESENT.subnets.map((one) => {
      const place = subnets.indexOf(one.cidr);
      return place < 0 ? one : { ...one, ipv6Cidr: `2600:1f13:1:a0${place}::/64` };
    }),
  });
  const result = (present: PresentVpc, changes: Partial<GivenVpcRequest> = {}) => {
    const request = { ...REQUEST, dualStack: true, ...changes };
    const selected = chooseSubnets(request, present);
    if ('problems' in selected) return selected;
    return planGivenNetwork(request, present, selected.chosen, new Map(), () => false);
  };

  it('is that of its subnets, and the plan shows it', () => {
    const found = result(withIpv6(['10.0.4.0/24', '10.0.5.0/24']));
    if ('problems' in found) throw new Error(JSON.stringify(found.problems));
    expect(found.plan).toMatchObject({ dualStack: true, givenVpc: { ipv6Cidr: RANGE } });
    expect(found.plan.multusSubnets.map(({ ipv6Cidr }) => ipv6Cidr)).toEqual([
      '2600:1f13:1:a00::/64',
      '2600:1f13:1:a01::/64',
    ]);
    expect(partsOf(found.plan).map(({ which }) => which)).toEqual(
      expect.arrayContaining([
        `vpc-12345678 (10.0.0.0/16, ${RANGE})`,
        'subnet-0000001a (10.0.4.0/24, 2600:1f13:1:a00::/64)',
      ]),
    );
  });

  it('is not asked for unless the inputs want it', () => {
    expect(result(PRESENT, { dualStack: false })).toHaveProperty('plan');
  });

  it.each<[why: string, present: PresentVpc, changes: Partial<GivenVpcRequest>, allowed: string]>([
    ['a VPC without IPv6', PRESENT, {}, 'these have none: subnet-0000001a in ap-northeast-2a'],
    [
      'a subnet without a range',
      withIpv6(['10.0.4.0/24']),
      {},
      'these have none: subnet-0000001b in ap-northeast-2b (aws ec2 associate',
    ],
    ['a subnet that is made', withIpv6([]), MADE, 'give all of them in multus-subnets'],
    [
      'ranges in two ranges of the VPC',
      { ...withIpv6(['10.0.4.0/24', '10.0.5.0/24']), ipv6Cidrs: ['2600:1f13:1:a00::/64'] },
      {},
      'in one range of vpc-12345678, which has 2600:1f13:1:a00::/64',
    ],
  ])('refuses %s', (_, present, changes, allowed) => {
    const found = result(present, changes);
    expect(found).toEqual({
      problems: [
        {
          input: 'multus-ip-family',
          value: 'dual-stack',
          allowed: expect.stringContaining(allowed),
        },
      ],
    });
  });
});

describe('a selector', () => {
  it.each(['', 'subnet-1', 'subnet-0123456G', 'tag:Name', 'tag:=x', '10.0.0.1/24', 'vpc-12345678'])(
    'is not %j',
    (text) => expect(parseSelector(text)).toBeUndefined(),
  );

  it('is written as it is read', () => {
    const texts = ['subnet-0123456789abcdef0', 'tag:Name=a=b', 'tag:x=', '10.0.0.0/24'];
    for (const text of texts) {
      const selector = parseSelector(text);
      expect(selector && selectorText(selector)).toBe(text);
    }
  });
});

it('the blocks for prefixes lie in their part, and none has an address that AWS keeps', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 28 }),
      fc.integer({ min: 0, max: 8 }),
      (length, more) => {
        const whole = cidrAt(10n << 24n, length);
        const part = cidrAt(whole.last, Math.min(28, length + more));
        const blocks = prefixBlocks(formatCidr(whole), formatCidr(part));
        const kept = [0n, 1n, 2n, 3n].map((n) => whole.first + n).concat(whole.last);
        for (const block of blocks) {
          expect(overlaps(block, part)).toBe(true);
          expect(kept.some((one) => block.first <= one && one <= block.last)).toBe(false);
        }
        const all = 2 ** (28 - part.prefix);
        const lost = part.prefix === length ? 2 : 1;
        expect(blocks).toHaveLength(Math.max(0, all - lost));
        expect(parseCidr(formatCidr(part))).toBeDefined();
      },
    ),
  );
});
