import type { Fault } from './fault.ts';
import { applyNetwork, deleteNetwork, forgetBridge, ON_ETH1, onBridge, onNear } from './network.ts';
import type { Site } from './site.ts';

/** Faults of networks with ARP, and of the addresses that a network hands out. */
export const LINK_FAULTS: readonly Fault[] = [
  bridgeFault({
    name: 'duplicate MAC address',
    cause: 'duplicate-mac',
    says: /both have the MAC address 02:00:00:00:77:77/,
    plugins: [onBridge(), { type: 'tuning', mac: '02:00:00:00:77:77' }],
  }),
  bridgeFault({
    name: 'proxy ARP',
    cause: 'proxy-arp',
    says: /proxy_arp of net1 is 1/,
    plugins: [onBridge(), { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.proxy_arp': '1' } }],
  }),
  bridgeFault({
    name: 'wrong gateway: nobody has its address',
    cause: 'gateway-silent',
    says: /nobody answers for 192\.168\.77\.254/,
    plugins: [onBridge({ gateway: '192.168.77.254' })],
  }),
  bridgeFault({
    name: 'wrong gateway: outside of its subnet',
    cause: 'wrong-gateway',
    says: /the gateway 192\.168\.78\.1 is not in 192\.168\.77\.0/,
    plugins: [onBridge({ gateway: '192.168.78.1' })],
  }),
  bridgeFault({
    name: 'kernel without a module',
    cause: 'kernel-unsupported',
    says: /lacks what the network's plugin asks it for/,
    inputs: { 'timeout-minutes': '1' },
    // Neither the nodes' own kernel nor Debian's has MPTCP.
    plugins: [onBridge(), { type: 'tuning', sysctl: { 'net.mptcp.enabled': '1' } }],
  }),
  {
    name: "address of a node's own",
    cause: 'node-address',
    says: /is an address of \S+ itself/,
    inputs: onNear('conflict'),
    inject: (site) => {
      const { primary } = site.near;
      const range = { subnet: site.near.subnet, rangeStart: primary, rangeEnd: next(primary) };
      return applyNetwork(site, 'conflict', [
        { ...ON_ETH1, ipam: { type: 'host-local', ...range } },
      ]);
    },
    heal: (site) => endNetwork(site, 'conflict'),
  },
];

interface BridgeFault extends Omit<Fault, 'inject' | 'heal' | 'inputs'> {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly plugins: readonly object[];
}

/** A fault of a network on a bridge, whose pods all run on the near node. */
function bridgeFault({ plugins, inputs, ...fault }: BridgeFault): Fault {
  const name = 'linked';
  return {
    ...fault,
    inputs: (site) => ({ ...onNear(name)(site), ...inputs }),
    inject: (site) => applyNetwork(site, name, plugins),
    heal: (site) => endNetwork(site, name),
  };
}

/** Removes a network, and what its plugins leave on the near node. */
async function endNetwork(site: Site, name: string): Promise<void> {
  await deleteNetwork(site, name);
  await forgetBridge(site, name);
}

/** The next IPv4 address within a /24. */
function next(address: string): string {
  const [, net, host] = /^(.*\.)(\d+)$/.exec(address) ?? [];
  return `${net}${Number(host) + 1}`;
}
