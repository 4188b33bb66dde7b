import { expect, it } from 'vitest';
import { probeNetwork } from './network.ts';

const metadata = { name: 'ipvlan-conf-1', namespace: 'default' };
const read = (config: unknown) =>
  probeNetwork({
    metadata,
    spec: { config: typeof config === 'string' ? config : JSON.stringify(config) },
  });

const hostLocal = {
  type: 'host-local',
  subnet: '10.0.4.0/24',
  rangeStart: '10.0.4.70',
  rangeEnd: '10.0.4.80',
};
const staticIpam = (address: string) => ({ type: 'static', addresses: [{ address }] });
const ipvlan = { cniVersion: '0.3.0', type: 'ipvlan', master: 'eth1', mode: 'l3', ipam: hostLocal };

it("reads the lab's network", () => {
  expect(read(ipvlan)).toEqual({
    name: 'ipvlan-conf-1',
    namespace: 'default',
    id: 'default/ipvlan-conf-1',
    kind: 'ipvlan l3 on eth1',
    master: 'eth1',
    type: 'ipvlan',
    resolves: false,
    gateways: [],
    routes: [],
    sourceRouting: false,
    expected: {
      known: true,
      subnets: ['10.0.4.0/24'],
      ranges: [{ first: '10.0.4.70', last: '10.0.4.80' }],
    },
  });
});

it('reads gateways, routes, and whether pods send ARP', () => {
  const ipam = {
    type: 'host-local',
    subnet: '10.0.4.0/24',
    gateway: '10.0.4.1',
    routes: [{ dst: '0.0.0.0/0', gw: '10.0.4.9' }, { dst: '10.9.1.0/16' }],
  };
  const plugins = [{ type: 'macvlan', master: 'eth1', ipam }, { type: 'sbr' }];
  expect(read({ name: 'x', plugins })).toMatchObject({
    resolves: true,
    gateways: ['10.0.4.1', '10.0.4.9'],
    routes: ['default', '10.9.0.0/16'],
    sourceRouting: true,
  });
  const resolves = (mode?: string) => read({ type: 'ipvlan', master: 'eth1', mode }).resolves;
  expect([resolves(), resolves('l2'), resolves('l3'), resolves('l3s')]).toEqual([
    ...[true, true],
    ...[false, false],
  ]);
});

it('reads a plugin list, range sets, and a subnet without a range', () => {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: '10.0.4.7/24' }], [{ subnet: '2001:db8::/64', rangeEnd: '2001:db8::9' }]],
  };
  const network = read({ name: 'x', plugins: [{ type: 'bridge', ipam }, { type: 'tuning' }] });
  expect(network.kind).toBe('bridge on cni0');
  expect(network.expected).toEqual({
    known: true,
    subnets: ['10.0.4.0/24', '2001:db8::/64'],
    ranges: [
      { first: '10.0.4.1', last: '10.0.4.254' },
      { first: '2001:db8::1', last: '2001:db8::9' },
    ],
  });
});

it('reads the range that host-local has besides its range sets', () => {
  const ipam = { ...hostLocal, ranges: [[{ subnet: '10.0.5.0/30' }]] };
  expect(read({ ...ipvlan, ipam }).expected).toMatchObject({
    subnets: ['10.0.4.0/24', '10.0.5.0/30'],
    ranges: [
      { first: '10.0.4.70', last: '10.0.4.80' },
      { first: '10.0.5.1', last: '10.0.5.2' },
    ],
  });
});

it.each<[string, object, string[], string[]]>([
  ['a whole subnet', { range: '10.0.4.0/24' }, ['10.0.4.0/24'], ['10.0.4.1-10.0.4.254']],
  [
    'an address in place of the network, and both ends',
    { range: '10.0.4.7/24', range_start: '10.0.4.70', range_end: '10.0.4.80' },
    ['10.0.4.0/24'],
    ['10.0.4.70-10.0.4.80'],
  ],
  [
    'a range in one text',
    { range: '10.0.4.70-10.0.4.80/24' },
    ['10.0.4.0/24'],
    ['10.0.4.70-10.0.4.80'],
  ],
  [
    'excluded networks',
    { range: '10.0.4.64/28', exclude: ['10.0.4.66/31', '10.0.4.76/30'] },
    ['10.0.4.64/28'],
    ['10.0.4.65-10.0.4.65', '10.0.4.68-10.0.4.75'],
  ],
  [
    'several ranges, each with its own excluded networks',
    {
      range: '10.0.4.0/30',
      ipRanges: [{ range: '10.0.5.0/29', exclude: ['10.0.5.0/30'] }, { range: '2001:db8::/64' }],
    },
    ['10.0.4.0/30', '10.0.5.0/29', '2001:db8::/64'],
    ['10.0.4.1-10.0.4.2', '10.0.5.4-10.0.5.6', '2001:db8::1-2001:db8::ffff:ffff:ffff:ffff'],
  ],
])('reads whereabouts with %s', (_, ipam, subnets, ranges) => {
  const { expected } = read({ ...ipvlan, ipam: { type: 'whereabouts', ...ipam } });
  if (!expected.known) throw new Error(expected.reason);
  expect(expected.subnets).toEqual(subnets);
  expect(expected.ranges.map(({ first, last }) => `${first}-${last}`)).toEqual(ranges);
});

it('reads the addresses of static when pods cannot name their own', () => {
  const ipam = { type: 'static', addresses: [{ address: '10.0.4.70/24', gateway: '10.0.4.1' }] };
  expect(read({ ...ipvlan, ipam }).expected).toEqual({
    known: true,
    subnets: ['10.0.4.0/24'],
    ranges: [{ first: '10.0.4.70', last: '10.0.4.70' }],
  });
  const perPod = { ...ipvlan, capabilities: { ips: true }, ipam };
  expect(read(perPod).expected).toMatchObject({ known: false });
});

it('leaves eni-prefix to the nodes, and finds its interface', () => {
  const ipam = { type: 'eni-prefix', interface: 'eth2' };
  const network = read({ type: 'host-device', device: 'eth2', ipam });
  expect(network).toMatchObject({ kind: 'host-device on eth2', master: 'eth2' });
  expect(network.expected).toMatchObject({ known: false, byNode: true });
});

it.each([
  ['no spec', undefined, "each node's own CNI file"],
  ['static without addresses', { ...ipvlan, ipam: { type: 'static' } }, 'names its own address'],
  ['static addresses that are none', { ...ipvlan, ipam: staticIpam('10.0.4.70') }, 'not readable'],
  ['dhcp', { ...ipvlan, ipam: { type: 'dhcp' } }, 'a DHCP server'],
  ['another IPAM', { ...ipvlan, ipam: { type: 'ovn' } }, 'cannot be read from IPAM ovn'],
  ['no IPAM', { type: 'ipvlan' }, 'it has no IPAM'],
  ['whereabouts without a range', { ...ipvlan, ipam: { type: 'whereabouts' } }, 'not readable'],
  [
    'whereabouts with a range that is none',
    { ...ipvlan, ipam: { type: 'whereabouts', range: '10.0.4/24' } },
    'its whereabouts ranges are not readable',
  ],
  ['a range without a subnet', { ...ipvlan, ipam: { type: 'host-local' } }, 'not readable'],
  [
    'a subnet that is none',
    { ...ipvlan, ipam: { ...hostLocal, subnet: '10.0.4/24' } },
    'not readable',
  ],
  ['text that is not JSON', '{', 'not a CNI configuration'],
  ['JSON of another kind', '[1]', 'not a CNI configuration'],
])('does not guess addresses from %s', (_, config, reason) => {
  const network = config === undefined ? probeNetwork({ metadata }) : read(config);
  expect(network.expected).toMatchObject({ known: false });
  expect(network.expected).toHaveProperty('reason', expect.stringContaining(reason));
});
