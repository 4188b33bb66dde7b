import type { Fault } from './fault.ts';
import type { Site } from './site.ts';
import { untilTrue } from './until.ts';

/** Faults of addresses and interfaces, by EC2's calls and the node's own programs. */
const ADDRESS_FAULTS: readonly Fault[] = [
  {
    name: 'unassigned address',
    cause: 'unassigned-address',
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
    also: ['pod-network-setup', 'missing-route', 'traffic-dropped'],
    inject: ({ onNode, far }) => onNode(far, 'ip link set eth1 down'),
    heal: ({ onNode, far }) => onNode(far, 'ip link set eth1 up'),
  },
  {
    name: 'MTU 1400 on one node',
    cause: 'mtu',
    inject: ({ onNode, far }) =>
      onNode(far, 'cat /sys/class/net/eth1/mtu >/run/eth1.mtu; ip link set eth1 mtu 1400'),
    heal: ({ onNode, far }) => onNode(far, 'ip link set eth1 mtu "$(cat /run/eth1.mtu)"'),
  },
  {
    name: 'pod on the wrong network',
    cause: 'wrong-network',
    // Both files are read by the node's IPAM plugin at each pod.
    inject: ({ onNode, far }) =>
      onNode(
        far,
        'cd /etc/cni/multus/eni-prefix; cp eth1.json /run/eth1.json; cp eth2.json eth1.json',
      ),
    heal: ({ onNode, far }) =>
      onNode(far, 'mv /run/eth1.json /etc/cni/multus/eni-prefix/eth1.json'),
  },
];

/** Faults of the way between nodes, by the VPC's packet filter. */
const PATH_FAULTS: readonly Fault[] = [
  {
    name: 'one-way drop',
    cause: 'one-way',
    inject: (site) => filter(site, '-I', ['-s', site.near.prefix]),
    heal: (site) => filter(site, '-D', ['-s', site.near.prefix]),
  },
  {
    name: '30 % loss',
    cause: 'packet-loss',
    inject: (site) => filter(site, '-I', THIRTY_PERCENT),
    heal: (site) => filter(site, '-D', THIRTY_PERCENT),
  },
];

const THIRTY_PERCENT = ['-m', 'statistic', '--mode', 'random', '--probability', '0.3'];

/** Faults of Multus and its networks, by Kubernetes and the node's CNI folder. */
const MULTUS_FAULTS: readonly Fault[] = [
  {
    name: "duplicate address: the lab's own networks on two nodes",
    cause: 'duplicate-address',
    also: ['unassigned-address'],
    inputs: { networks: 'lab-1' },
    inject: ({ kubectl }) => kubectl('apply', '-f', `${import.meta.dirname}/lab-1.yaml`),
    heal: ({ kubectl }) => kubectl('delete', '-f', `${import.meta.dirname}/lab-1.yaml`),
  },
  {
    name: 'wrong master',
    cause: 'wrong-master',
    inputs: { networks: 'wrong-master' },
    inject: ({ kubectl }) => kubectl('apply', '-f', `${import.meta.dirname}/wrong-master.yaml`),
    heal: ({ kubectl }) => kubectl('delete', '-f', `${import.meta.dirname}/wrong-master.yaml`),
  },
  {
    name: 'pod without its second interface',
    cause: 'predates-multus',
    // As on a node whose Multus came after its pods: the container runtime knows the VPC CNI only.
    async inject({ onNode, far }) {
      await onNode(far, 'mv /etc/cni/net.d/00-multus.conf /run/00-multus.conf');
    },
    heal: ({ onNode, far }) => onNode(far, 'mv /run/00-multus.conf /etc/cni/net.d/00-multus.conf'),
  },
  {
    name: 'Multus down',
    cause: 'multus-down',
    async inject({ kubectl, near }) {
      await kubectl('label', 'node', near.name, 'rehearsal/multus=up', '--overwrite');
      // Not by a rollout: the node that keeps Multus must keep its very pod.
      await patchMultus(kubectl, { type: 'OnDelete' }, { 'rehearsal/multus': 'up' });
      await untilTrue(async () => (await multusPods(kubectl)) === 1);
    },
    async heal({ kubectl }) {
      await patchMultus(kubectl, { type: 'RollingUpdate' }, { 'rehearsal/multus': null });
      await kubectl(
        'rollout',
        'status',
        '-n',
        'kube-system',
        'daemonset/kube-multus-ds',
        '--timeout=180s',
      );
    },
  },
];

export const FAULTS: readonly Fault[] = [...ADDRESS_FAULTS, ...PATH_FAULTS, ...MULTUS_FAULTS];

/** Drops what goes to the far node's prefix of network 1. */
function filter({ inVpc, far }: Site, action: '-I' | '-D', match: readonly string[]) {
  return inVpc('iptables', '-w', action, 'FORWARD', '-d', far.prefix, ...match, '-j', 'DROP');
}

async function routed({ inVpc, far }: Site): Promise<boolean> {
  return (await inVpc('ip', 'route', 'show', far.prefix)).trim() !== '';
}

async function patchMultus(
  kubectl: Site['kubectl'],
  updateStrategy: { readonly type: 'OnDelete' | 'RollingUpdate' },
  nodeSelector: Readonly<Record<string, string | null>>,
): Promise<void> {
  const patch = { spec: { updateStrategy, template: { spec: { nodeSelector } } } };
  await kubectl(
    ...['patch', 'daemonset', '-n', 'kube-system', 'kube-multus-ds', '--type', 'merge'],
    ...['-p', JSON.stringify(patch)],
  );
}

async function multusPods(kubectl: Site['kubectl']): Promise<number> {
  const names = await kubectl(
    'get',
    'pods',
    '-n',
    'kube-system',
    '-l',
    'name=multus',
    '-o',
    'name',
  );
  return names.split('\n').filter((line) => line !== '').length;
}
