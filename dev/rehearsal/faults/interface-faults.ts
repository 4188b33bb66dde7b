import type { Fault } from './fault.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

/** Faults of a node's interface and its addresses, caused by EC2 calls and programs on the node. */
export const INTERFACE_FAULTS: readonly Fault[] = [
  {
    name: 'unassigned address',
    cause: 'unassigned-address',
    says: /is assigned to no network interface/,
    async inject(site) {
      await site.unassign(site.far);
      await untilTrue(async () => !(await routed(site)));
    },
    async heal(site) {
      await site.assign(site.far);
      await untilTrue(() => routed(site));
    },
  },
  {
    name: 'ENI down',
    cause: 'interface-down',
    says: /because its parent interface eth1 on \S+ is down/,
    // The kernel forgets the routes of an interface that goes down.
    inject: ({ onNode, far }) =>
      onNode(far, 'ip route show dev eth1 proto boot >/run/eth1.routes; ip link set eth1 down'),
    heal: ({ onNode, far }) =>
      onNode(
        far,
        'ip link set eth1 up; while read -r route; do ip route replace $route dev eth1; done </run/eth1.routes; rm /run/eth1.routes',
      ),
  },
  {
    name: 'MTU 1400 on one node',
    cause: 'mtu',
    says: /has MTU 1400/,
    inject: ({ onNode, far }) => onNode(far, 'ip link set eth1 mtu 1400'),
    // At boot, the interface gets the MTU of the primary interface again. User-mode-linux cannot set another
    // MTU above 1500.
    heal: ({ reboot, far }) => reboot(far),
  },
  {
    name: 'pod on the wrong network',
    cause: 'wrong-network',
    says: /this node allocates addresses of another network/,
    // The node's IPAM plugin reads both files for each pod.
    inject: ({ onNode, far }) =>
      onNode(
        far,
        'cd /etc/cni/multus/eni-prefix; cp eth1.json /run/eth1.json; cp eth2.json eth1.json',
      ),
    heal: ({ onNode, far }) =>
      onNode(far, 'mv /run/eth1.json /etc/cni/multus/eni-prefix/eth1.json'),
  },
];

async function routed({ inVpc, far }: Site): Promise<boolean> {
  return (await inVpc('ip', 'route', 'show', far.prefix)).trim() !== '';
}
