import { type CorpusDefinition, local, nad, resource, version } from './definition.ts';

const KUBEVIRT = 'kubevirt/user-guide';
const EKS = 'aws-samples/eks-install-guide-for-multus';

/** Definitions as the guides of platforms have them: KubeVirt, and EKS with Multus. */
export const BY_PLATFORMS: readonly CorpusDefinition[] = [
  {
    source: `${KUBEVIRT} docs/network/interfaces_and_networks.md`,
    text: nad('ovs-vlan-100', { ...version, type: 'ovs', bridge: 'br1', vlan: 100 }, 'quoted'),
  },
  {
    source: `${KUBEVIRT} docs/network/interfaces_and_networks.md`,
    text: nad(
      'linux-bridge',
      { ...version, name: 'mynet', plugins: [{ type: 'bridge', bridge: 'mynet0', ipam: {} }] },
      'quoted',
    ),
  },
  {
    source: `${KUBEVIRT} docs/network/net_binding_plugins/macvtap.md`,
    text: nad(
      'macvtapnetwork',
      { cniVersion: '0.3.1', name: 'macvtapnetwork', type: 'macvtap', mtu: 1500 },
      'flush',
      resource('macvtap.network.kubevirt.io/dataplane'),
    ),
  },
  {
    source: `${KUBEVIRT} docs/network/net_binding_plugins/passt.md`,
    text: nad(
      'netbindingpasst',
      {
        cniVersion: '1.0.0',
        name: 'netbindingpasst',
        plugins: [{ type: 'kubevirt-passt-binding' }],
      },
      'quoted',
    ),
  },
  {
    source: `${KUBEVIRT} docs/network/hotplug_interfaces.md`,
    text: nad('secondary', { cniVersion: '0.3.1', type: 'bridge', bridge: 'br10' }, 'flush'),
  },
  {
    source: `${EKS} examples/multus-ipvlan-1.yaml`,
    text: nad(
      'ipvlan-1',
      {
        cniVersion: '0.3.0',
        type: 'ipvlan',
        master: 'eth1',
        mode: 'l3',
        ipam: local('10.0.4.0/24', {
          rangeStart: '10.0.4.70',
          rangeEnd: '10.0.4.80',
          gateway: '10.0.4.1',
        }),
      },
      'quoted',
    ),
  },
  {
    source: `${EKS} cfn/templates/nodegroup/README.md`,
    text: nad(
      'ipvlan-whereabouts',
      {
        cniVersion: '0.3.1',
        type: 'ipvlan',
        master: 'eth2',
        mode: 'l2',
        ipam: {
          type: 'whereabouts',
          range: '10.0.6.0/24',
          range_start: '10.0.6.70',
          range_end: '10.0.6.80',
          gateway: '10.0.6.1',
        },
      },
      'tabs',
    ),
  },
];
