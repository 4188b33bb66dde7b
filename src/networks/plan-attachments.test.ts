import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { formatAddress, parseAddress } from '../core/ip.ts';
import { networkSpecsSchema } from './network-spec.ts';
import { planAttachments } from './plan-attachments.ts';

const lab1 = {
  name: 'ipvlan-conf-1',
  network: 1,
  type: 'ipvlan',
  mode: 'l3',
  ipam: 'host-local',
  subnet: '10.0.4.0/24',
  range: '10.0.4.70-10.0.4.80',
  gateway: '10.0.4.1',
};
const lab2 = {
  name: 'ipvlan-conf-2',
  network: 2,
  ipam: 'host-local',
  range: '10.0.6.70-10.0.6.80',
};
const environment = labEnvironment();
const specs = (...list: object[]) => networkSpecsSchema.parse(list);
const configsOf = (list: object[]) =>
  attachmentsOf(list).attachments.map(({ definition }) =>
    JSON.parse(definition.spec?.config ?? ''),
  );

function attachmentsOf(list: object[], known?: typeof environment | null) {
  const used = known === null ? undefined : (known ?? environment);
  const result = planAttachments(specs(...list), used, 'default');
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}
function problemsOf(list: object[], known?: typeof environment | null) {
  const result = planAttachments(
    specs(...list),
    known === null ? undefined : environment,
    'default',
  );
  return 'problems' in result ? result.problems : [];
}

describe('the lab', () => {
  it('becomes exactly its two definitions', () => {
    const definitions = attachmentsOf([lab1, lab2]).attachments.map(({ definition }) => definition);
    expect(
      definitions.map(({ metadata, spec }) => [metadata, JSON.parse(spec?.config ?? '')]),
    ).toEqual(
      [1, 2].map((network) => [
        {
          name: `ipvlan-conf-${network}`,
          namespace: 'default',
          labels: {
            'app.kubernetes.io/managed-by': 'eks-multus-actions',
            'eks-multus-actions/network': String(network),
          },
        },
        {
          cniVersion: '0.3.0',
          type: 'ipvlan',
          master: `eth${network}`,
          mode: 'l3',
          ipam: {
            type: 'host-local',
            subnet: `10.0.${2 + 2 * network}.0/24`,
            rangeStart: `10.0.${2 + 2 * network}.70`,
            rangeEnd: `10.0.${2 + 2 * network}.80`,
            gateway: `10.0.${2 + 2 * network}.1`,
          },
        },
      ]),
    );
  });

  it('gets one warning, because three nodes may allocate the same addresses', () => {
    const { warnings } = attachmentsOf([lab1, lab2]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/ipvlan-conf-1 \(10\.0\.4\.70-10\.0\.4\.80\), ipvlan-conf-2/);
    expect(warnings[0]).toMatch(/up to 3 nodes two pods can get the same address/);
  });

  it('gets no warning when there can be only one node', () => {
    expect(attachmentsOf([lab1], labEnvironment([1, 1, 1])).warnings).toEqual([]);
    expect(attachmentsOf([lab1], null).warnings[0]).toMatch(/several nodes/);
  });
});

describe('what a spec leaves open', () => {
  it('comes from the environment: interface, subnet in the zone of the nodes, gateway', () => {
    const [attachment] = attachmentsOf([lab2]).attachments;
    expect(attachment).toMatchObject({
      master: 'eth2',
      pools: [{ subnet: '10.0.6.0/24', gateway: '10.0.6.1' }],
    });
    const moved = labEnvironment();
    const other = {
      ...moved,
      nodeGroups: moved.nodeGroups.map((g) => ({ ...g, zone: 'ap-northeast-2b' })),
    };
    const spec = { ...lab2, range: '10.0.7.70-10.0.7.80' };
    expect(attachmentsOf([spec], other).attachments[0]?.pools[0]?.subnet).toBe('10.0.7.0/24');
    const empty = { ...moved, nodeGroups: [] };
    expect(attachmentsOf([lab2], empty).attachments[0]?.pools[0]?.subnet).toBe('10.0.6.0/24');
  });

  it('is also found by master', () => {
    const [attachment] = attachmentsOf([
      { ...lab1, network: undefined, master: 'eth1' },
    ]).attachments;
    expect(attachment).toMatchObject({ network: 1, master: 'eth1' });
  });

  it('defaults to addresses of the prefixes of the nodes', () => {
    const { attachments, warnings } = attachmentsOf([{ name: 'data', network: 2 }]);
    expect(attachments[0]).toMatchObject({ master: 'eth2', mode: 'l3', ipam: 'eni-prefix' });
    expect(configsOf([{ name: 'data', network: 2 }])).toEqual([
      {
        cniVersion: '0.3.0',
        type: 'ipvlan',
        master: 'eth2',
        mode: 'l3',
        ipam: { type: 'eni-prefix' },
      },
    ]);
    expect(warnings).toEqual([]);
  });

  it('needs no environment', () => {
    const [attachment] = attachmentsOf(
      [{ ...lab1, network: undefined, master: 'ens6' }],
      null,
    ).attachments;
    expect(attachment).toMatchObject({ network: undefined, master: 'ens6' });
    expect(attachmentsOf([lab1], null).attachments[0]?.master).toBe('eth1');
  });

  it('takes mtu, routes, mode and namespace as they are', () => {
    const routes = [{ dst: '10.20.0.0/16' }, { dst: '0.0.0.0/0', gw: '10.0.4.1' }];
    const spec = { ...lab1, mode: 'l2', mtu: 8900, namespace: 'telco', routes };
    const definitions = attachmentsOf([spec]).attachments.map(({ definition }) => definition);
    expect(definitions[0]?.metadata?.namespace).toBe('telco');
    expect(JSON.parse(definitions[0]?.spec?.config ?? '')).toMatchObject({
      mode: 'l2',
      mtu: 8900,
      ipam: { routes },
    });
  });

  it('default-route and source-routing become what the plugins read', () => {
    const [everywhere, bySource] = configsOf([
      { name: 'internet', network: 1, 'default-route': true },
      { name: 'core', network: 2, 'source-routing': true, routes: [{ dst: '10.20.0.0/16' }] },
    ]);
    expect(everywhere.ipam).toEqual({ type: 'eni-prefix', otherZones: true, defaultRoute: true });
    expect(bySource.plugins).toMatchObject([
      {
        type: 'ipvlan',
        ipam: { type: 'eni-prefix', sourceRouting: true, routes: [{ dst: '10.20.0.0/16' }] },
      },
      { type: 'sbr' },
    ]);
  });

  it('pod-addresses lets pods name an address of the node\u2019s prefixes', () => {
    const [config] = configsOf([{ name: 'fixed', network: 1, 'pod-addresses': true }]);
    expect(config).toMatchObject({ capabilities: { ips: true }, ipam: { type: 'eni-prefix' } });
  });

  it('a route to everywhere gets a warning, because the pod has one already', () => {
    const list = [{ name: 'all', network: 1, routes: [{ dst: '0.0.0.0/0' }] }];
    expect(attachmentsOf(list).warnings).toEqual([
      expect.stringContaining('all: a route to 0.0.0.0/0 is a second default route'),
    ]);
    expect(attachmentsOf([{ name: 'all', network: 1, 'default-route': true }]).warnings).toEqual(
      [],
    );
  });

  it('static leaves the address to the pod', () => {
    const definitions = attachmentsOf([
      { name: 'fixed', network: 1, ipam: 'static' },
    ]).attachments.map(({ definition }) => definition);
    expect(JSON.parse(definitions[0]?.spec?.config ?? '')).toMatchObject({
      capabilities: { ips: true },
      ipam: { type: 'static' },
    });
  });
});

describe('what cannot work', () => {
  it.each<[string, object[], string, RegExp]>([
    ['no interface', [{ name: 'a' }], 'a.network', /network .* or master/],
    [
      'a default route with addresses from elsewhere',
      [{ ...lab1, 'default-route': true }],
      'ipvlan-conf-1.default-route',
      /nothing with ipam host-local/,
    ],
    [
      'two ways for the same packets',
      [{ name: 'a', network: 1, 'default-route': true, 'source-routing': true }],
      'a.source-routing',
      /not with default-route/,
    ],
    [
      'a network that is not there',
      [{ ...lab1, network: 3 }],
      'ipvlan-conf-1.network',
      /1 \(eth1\), 2 \(eth2\)/,
    ],
    [
      'a master that is not there',
      [{ ...lab1, network: undefined, master: 'eth9' }],
      'ipvlan-conf-1.master',
      /1 \(eth1\)/,
    ],
    [
      'network and master that differ',
      [{ ...lab1, master: 'eth2' }],
      'ipvlan-conf-1.network',
      /1 \(eth1\)/,
    ],
    [
      'a subnet that is none',
      [{ ...lab1, subnet: '10.0.4.1/24' }],
      'ipvlan-conf-1.subnet',
      /without host bits/,
    ],
    [
      'a subnet too small',
      [{ ...lab1, subnet: '10.0.4.72/31' }],
      'ipvlan-conf-1.subnet',
      /IPv4 network/,
    ],
    [
      "another network's subnet",
      [{ ...lab1, subnet: '10.0.6.0/24', range: '10.0.6.70-10.0.6.80', gateway: '10.0.6.1' }],
      'ipvlan-conf-1.subnet',
      /10\.0\.4\.0\/24, 10\.0\.5\.0\/24/,
    ],
    [
      'no range',
      [{ ...lab1, range: undefined }],
      'ipvlan-conf-1.range',
      /from 10\.0\.4\.4-10\.0\.4\.254/,
    ],
    [
      'a range outside',
      [{ ...lab1, range: '10.0.5.70-10.0.5.80' }],
      'ipvlan-conf-1.range',
      /10\.0\.4\.4/,
    ],
    [
      'a range that starts in what AWS reserves',
      [{ ...lab1, range: '10.0.4.3-10.0.4.80' }],
      'ipvlan-conf-1.range',
      /reserves/,
    ],
    [
      'a range that ends in what AWS reserves',
      [{ ...lab1, range: '10.0.4.70-10.0.4.255' }],
      'ipvlan-conf-1.range',
      /reserves/,
    ],
    [
      'a range backwards',
      [{ ...lab1, range: '10.0.4.80-10.0.4.70' }],
      'ipvlan-conf-1.range',
      /lower first/,
    ],
    [
      'a range of no addresses',
      [{ ...lab1, range: '10.0.4.70-10.0.4.800' }],
      'ipvlan-conf-1.range',
      /two addresses/,
    ],
    [
      'a gateway outside',
      [{ ...lab1, gateway: '10.0.5.1' }],
      'ipvlan-conf-1.gateway',
      /10\.0\.4\.1/,
    ],
    [
      'a gateway that is none',
      [{ ...lab1, gateway: 'router' }],
      'ipvlan-conf-1.gateway',
      /address of the subnet/,
    ],
    [
      'a gateway that is the subnet itself',
      [{ ...lab1, gateway: '10.0.4.0' }],
      'ipvlan-conf-1.gateway',
      /address of the subnet/,
    ],
    [
      'a gateway in the range',
      [{ ...lab1, gateway: '10.0.4.75' }],
      'ipvlan-conf-1.gateway',
      /outside the range/,
    ],
    [
      'a route that is none',
      [{ ...lab1, routes: [{ dst: '10.20.0.1/16' }] }],
      'ipvlan-conf-1.routes.0.dst',
      /IPv4 network/,
    ],
    [
      'a next hop that is none',
      [{ ...lab1, routes: [{ dst: '10.20.0.0/16', gw: 'x' }] }],
      'ipvlan-conf-1.routes.0.gw',
      /IPv4 address/,
    ],
    ['the same name twice', [lab1, { ...lab2, name: 'ipvlan-conf-1' }], 'name', /once/],
    [
      'ranges that overlap',
      [lab1, { ...lab1, name: 'b', range: '10.0.4.80-10.0.4.90' }],
      'b.range',
      /clear of default\/ipvlan-conf-1, which has 10\.0\.4\.70-10\.0\.4\.80/,
    ],
    [
      'a range with eni-prefix',
      [{ name: 'eni-prefix-1', network: 1, range: '10.0.4.70-10.0.4.80' }],
      'eni-prefix-1.range',
      /nothing with ipam eni-prefix/,
    ],
    [
      'a range with static',
      [{ name: 's', network: 1, ipam: 'static', range: '10.0.4.70-10.0.4.80' }],
      's.range',
      /nothing with ipam static/,
    ],
  ])('%s', (_name, list, place, allowed) => {
    const problems = problemsOf(list);
    expect(problems.map((problem) => problem.place)).toContain(place);
    expect(problems.find((problem) => problem.place === place)?.allowed).toMatch(allowed);
  });

  it('is also refused without an environment', () => {
    const without = (list: object[]) => problemsOf(list, null).map(({ place }) => place);
    expect(without([{ ...lab1, master: 'eth2' }])).toEqual(['ipvlan-conf-1.master']);
    expect(without([lab2])).toEqual(['ipvlan-conf-2.subnet']);
    expect(without([{ ...lab1, range: '10.0.4.1-10.0.4.9' }])).toEqual([
      'ipvlan-conf-1.range',
      'ipvlan-conf-1.gateway',
    ]);
    expect(without([{ ...lab1, range: '10.0.4.1-10.0.4.9', gateway: undefined }])).toEqual([
      'ipvlan-conf-1.range',
    ]);
  });
});

describe('a range', () => {
  const addressAt = (place: number) =>
    formatAddress((parseAddress('10.0.4.0')?.first ?? 0n) + BigInt(place));
  const offset = fc.integer({ min: -20, max: 280 });

  it('passes exactly when it lies within what AWS leaves of the subnet', () => {
    fc.assert(
      fc.property(offset, offset, (first, last) => {
        const range = `${addressAt(first)}-${addressAt(last)}`;
        const places = problemsOf([{ ...lab1, range, gateway: undefined }]).map(
          ({ place }) => place,
        );
        const good = 4 <= first && first <= last && last <= 254;
        expect(places.includes('ipvlan-conf-1.range')).toBe(!good);
      }),
    );
  });

  it('in a part of a subnet may reach the ends of that part, but not of the subnet', () => {
    const part = (subnet: string, range: string) =>
      problemsOf([{ ...lab1, subnet, range, gateway: undefined }]).map(({ place }) => place);
    expect(part('10.0.4.64/28', '10.0.4.64-10.0.4.79')).toEqual([]);
    expect(part('10.0.4.0/28', '10.0.4.0-10.0.4.15')).toContain('ipvlan-conf-1.range');
    expect(part('10.0.4.240/28', '10.0.4.242-10.0.4.255')).toContain('ipvlan-conf-1.range');
  });

  it('that overlaps the part for prefixes gets a warning', () => {
    const { warnings } = attachmentsOf(
      [{ ...lab1, range: '10.0.4.120-10.0.4.140' }],
      labEnvironment([1, 1, 1]),
    );
    expect(warnings).toEqual([expect.stringMatching(/10\.0\.4\.128\/25.*belongs to another node/)]);
  });

  it('overlaps another exactly when they share an address', () => {
    fc.assert(
      fc.property(fc.tuple(offset, offset, offset, offset), (numbers) => {
        const [a = 0, b = 0, c = 0, d = 0] = numbers.map((n) => Math.min(Math.max(n, 4), 254));
        const spans = [
          [Math.min(a, b), Math.max(a, b)],
          [Math.min(c, d), Math.max(c, d)],
        ] as const;
        const list = spans.map(([first, last], index) => ({
          ...lab1,
          name: `n${index}`,
          gateway: '10.0.4.1',
          range: `${addressAt(first)}-${addressAt(last)}`,
        }));
        const shared = spans[0][0] <= spans[1][1] && spans[1][0] <= spans[0][1];
        expect(problemsOf(list).length > 0).toBe(shared);
      }),
    );
  });
});

describe('networks with IPv6', () => {
  const dual = {
    ...environment,
    networks: environment.networks.map((network) => ({
      ...network,
      subnets: network.subnets.map((subnet, index) => ({
        ...subnet,
        ipv6Cidr: `2600:1f13:1:a${network.network}${index}::/64`,
      })),
    })),
  };
  const plan = (list: object[]) => planAttachments(specs(...list), dual, 'default');
  const configOf = (spec: object) => {
    const [one] = attachmentsOf([spec], dual).attachments;
    return JSON.parse(one?.definition.spec?.config ?? '{}');
  };

  it('are in the mode that has both families, unless they name another', () => {
    expect(configOf({ name: 'data', network: 1 })).toMatchObject({ type: 'ipvlan', mode: 'l2' });
    expect(configOf({ name: 'data', network: 1, mode: 'l3' })).toMatchObject({ mode: 'l3' });
    expect(configOf(lab1)).toMatchObject({ mode: 'l3' });
    expect(configsOf([{ name: 'data', network: 1 }])[0]).toMatchObject({ mode: 'l3' });
  });

  it.each(['l3', 'l3s'])('warn that mode %s has IPv4 alone', (mode) => {
    const { warnings } = attachmentsOf([{ name: 'data', network: 1, mode }], dual);
    expect(warnings.join()).toContain('data: in the modes l3 and l3s of ipvlan, pods have an IPv4');
    expect(attachmentsOf([{ name: 'data', network: 1 }], dual).warnings).toEqual([]);
    expect(attachmentsOf([{ name: 'data', network: 1, mode }]).warnings).toEqual([]);
  });

  it('take routes of both families', () => {
    const routes = [
      { dst: '10.20.0.0/16' },
      { dst: '2600:1f13:2::/48' },
      { dst: 'fd00:1::/64', gw: 'fe80::1' },
    ];
    expect(configOf({ name: 'data', network: 1, routes })).toMatchObject({ ipam: { routes } });
  });

  it.each([
    [{ dst: '2600:1f13:2::1/48' }, 'data.routes.0.dst', 'IPv4 or IPv6 network without host bits'],
    [{ dst: '2600:1f13:2::/48', gw: '10.0.4.1' }, 'data.routes.0.gw', 'an IPv6 address'],
    [{ dst: '10.20.0.0/16', gw: 'fe80::1' }, 'data.routes.0.gw', 'an IPv4 address'],
  ])('refuse %j', (route, place, allowed) => {
    const result = plan([{ name: 'data', network: 1, routes: [route] }]);
    expect(result).toMatchObject({
      problems: [{ place, allowed: expect.stringContaining(allowed) }],
    });
  });

  it('refuse routes of IPv6 where the environment has IPv4 alone', () => {
    const spec = { name: 'data', network: 1, routes: [{ dst: '2600:1f13:2::/48' }] };
    expect(problemsOf([spec])).toMatchObject([{ place: 'data.routes.0.dst' }]);
  });
});
