import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAddress } from '../core/ip.ts';
import { checkFields } from './check-fields.ts';
import { cniConfig, toDefinition } from './cni-config.ts';
import { networkSpecSchema } from './network-spec.ts';
import { readAttachment } from './read-attachment.ts';
import { resolveSpec } from './resolve-spec.ts';

const address = fc.bigInt(0n, 0xffff_ffffn).map((value) => formatAddress(value));
const network = fc
  .tuple(fc.bigInt(0n, 0xff_ffffn), fc.integer({ min: 8, max: 24 }))
  .map(([base, prefix]) => `${formatAddress(base << 8n)}/${prefix}`);
const routes = fc.array(fc.record({ dst: network, gw: address }, { requiredKeys: ['dst'] }));
const anyOf = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined });

const names = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
const range = fc.tuple(address, address).map(([first, last]) => `${first}-${last}`);
const tuning = fc.record({ mtu: fc.integer({ min: 576, max: 9001 }), promisc: fc.boolean() });
const resource = fc.constant('intel.com/sriov_net');
const common = {
  namespace: anyOf(fc.constant('telco')),
  tuning: anyOf(tuning),
};
const mtu = anyOf(fc.integer({ min: 576, max: 9001 }));
const eth = fc.integer({ min: 1, max: 15 });

const ofType = fc.oneof(
  fc.record({
    type: fc.constant('ipvlan'),
    network: eth,
    mtu,
    mode: anyOf(fc.constantFrom('l2', 'l3s')),
  }),
  fc.record({
    type: fc.constant('macvlan'),
    network: eth,
    mtu,
    mode: anyOf(fc.constant('private')),
  }),
  fc.record({ type: fc.constant('host-device'), network: eth, 'resource-name': anyOf(resource) }),
  fc.record({ type: fc.constant('bridge'), mtu, bridge: anyOf(fc.constant('br0')) }),
  fc.record({ type: fc.constant('sriov'), network: eth, 'resource-name': resource }),
);
const counted = {
  subnet: network,
  range: anyOf(range),
  gateway: anyOf(address),
  routes: anyOf(routes),
};
const ofIpam = fc.oneof(
  fc.record({
    ipam: fc.constant('eni-prefix'),
    routes: anyOf(routes),
    'other-zones': anyOf(fc.boolean()),
    'default-route': anyOf(fc.boolean()),
    'source-routing': anyOf(fc.boolean()),
    'pod-addresses': anyOf(fc.boolean()),
  }),
  fc.record({ ipam: fc.constant('host-local'), ...counted }),
  fc.record({
    ipam: fc.constant('whereabouts'),
    ...counted,
    exclude: anyOf(fc.array(network, { minLength: 1 })),
  }),
  fc.record({ ipam: fc.constant('static'), routes: anyOf(routes) }),
  fc.record({ ipam: fc.constant('none') }),
);

/** The routes of a network with `default-route`. */
const EVERYWHERE = [{ dst: '0.0.0.0/1' }, { dst: '128.0.0.0/1' }];

/** Any network in short form without fields that its type or IPAM does not use. */
const specs = fc
  .tuple(names, fc.record(common), ofType, ofIpam)
  .map(([name, ...parts]) => networkSpecSchema.parse(Object.assign({ name }, ...parts)))
  .filter((spec) => checkFields(spec).length === 0)
  .map((spec) => resolveSpec(spec, undefined, 'default'));

describe('the configuration of any network', () => {
  it('is JSON of one plugin, or of a chain with sbr before tuning', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const config = JSON.parse(JSON.stringify(cniConfig(spec)));
        const plugins = config.plugins ?? [config];
        expect(plugins.map(({ type }: { type: string }) => type)).toEqual([
          spec.type,
          ...(spec['source-routing'] === true ? ['sbr'] : []),
          ...(spec.tuning === undefined ? [] : ['tuning']),
        ]);
        expect(config.cniVersion).toBe('0.3.0');
        expect(JSON.stringify(config)).not.toContain('null');
      }),
    );
  });

  it('reads back as the network that was asked for', () => {
    fc.assert(
      fc.property(specs, (spec) => {
        const read = readAttachment(toDefinition(spec));
        if (typeof read === 'string') throw new Error(read);
        expect(read).toMatchObject({
          name: spec.name,
          namespace: spec.namespace,
          network: spec.network,
          type: spec.type,
          mode: spec.mode,
          ipam: spec.ipam,
          routes: [...(spec.routes ?? []), ...(spec['default-route'] === true ? EVERYWHERE : [])],
          chained: [
            ...(spec['source-routing'] === true ? ['sbr'] : []),
            ...(spec.tuning === undefined ? [] : ['tuning']),
          ],
          bridge: spec.bridge,
          resourceName: spec['resource-name'],
          otherZones: spec['other-zones'] ?? spec['default-route'] ?? false,
        });
        if (spec.subnet !== undefined) {
          const { subnet, range, exclude = [], gateway } = spec;
          expect(read.pools).toMatchObject([{ range, exclude, gateway }]);
          if (spec.ipam === 'host-local') expect(read.pools[0]?.subnet).toBe(subnet);
        } else expect(read.pools).toEqual([]);
      }),
    );
  });

  it('names the interface where the eni-prefix plugin looks for it', () => {
    fc.assert(
      fc.property(
        specs.filter(({ ipam }) => ipam === 'eni-prefix'),
        (spec) => {
          const config = JSON.parse(JSON.stringify(cniConfig(spec)));
          const [plugin] = config.plugins ?? [config];
          expect(plugin.ipam.interface ?? plugin.master).toBe(`eth${spec.network}`);
        },
      ),
    );
  });
});
