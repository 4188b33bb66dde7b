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
const ipvlan = { cniVersion: '0.3.0', type: 'ipvlan', master: 'eth1', mode: 'l3', ipam: hostLocal };

it("reads the lab's network", () => {
  expect(read(ipvlan)).toEqual({
    name: 'ipvlan-conf-1',
    namespace: 'default',
    id: 'default/ipvlan-conf-1',
    kind: 'ipvlan l3 on eth1',
    master: 'eth1',
    expected: {
      known: true,
      subnets: ['10.0.4.0/24'],
      ranges: [{ first: '10.0.4.70', last: '10.0.4.80' }],
    },
  });
});

it('reads a plugin list, range sets, and a subnet without a range', () => {
  const ipam = {
    type: 'host-local',
    ranges: [[{ subnet: '10.0.4.7/24' }], [{ subnet: '2001:db8::/64', rangeEnd: '2001:db8::9' }]],
  };
  const network = read({ name: 'x', plugins: [{ type: 'bridge', ipam }, { type: 'tuning' }] });
  expect(network.kind).toBe('bridge');
  expect(network.expected).toEqual({
    known: true,
    subnets: ['10.0.4.0/24', '2001:db8::/64'],
    ranges: [
      { first: '10.0.4.1', last: '10.0.4.254' },
      { first: '2001:db8::1', last: '2001:db8::9' },
    ],
  });
});

it.each([
  ['no spec', undefined, "each node's own CNI file"],
  ['another IPAM', { ...ipvlan, ipam: { type: 'static' } }, 'not read from IPAM static'],
  ['no IPAM', { type: 'ipvlan' }, 'not read from no IPAM'],
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
