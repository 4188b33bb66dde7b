import { type CorpusDefinition, local, macvlan, nad, resource, version } from './definition.ts';

const SRIOV = 'k8snetworkplumbingwg/sriov-cni';
const OVS = 'k8snetworkplumbingwg/ovs-cni';

/** Definitions as the projects of CNI plugins publish them, or for plugins without an example, with their fields. */
export const BY_PLUGINS: readonly CorpusDefinition[] = [
  {
    source: `${SRIOV} README.md`,
    text: nad(
      'sriov-net1',
      {
        ...version,
        type: 'sriov',
        name: 'sriov-network',
        ipam: local('10.56.206.0/24', { routes: [{ dst: '0.0.0.0/0' }], gateway: '10.56.206.1' }),
      },
      'flush',
      resource('intel.com/intel_sriov_netdevice'),
    ),
  },
  {
    source: `${SRIOV} docs/configuration-reference.md`,
    text: nad(
      'sriov-advanced',
      {
        cniVersion: '0.3.1',
        name: 'sriov-advanced',
        type: 'sriov',
        vlan: 1000,
        vlanQoS: 4,
        spoofchk: 'off',
        trust: 'on',
        ipam: {},
      },
      'quoted',
      resource('intel.com/sriov'),
    ),
  },
  {
    source: `${SRIOV} docs/configuration-reference.md`,
    text: nad(
      'sriov-dpdk',
      { cniVersion: '0.3.1', name: 'sriov-dpdk', type: 'sriov', vlan: 1000 },
      'flush',
      resource('intel.com/dpdk'),
    ),
  },
  {
    source: `${OVS} README.md`,
    text: nad(
      'ovs-conf',
      { ...version, type: 'ovs', bridge: 'br1', vlan: 100 },
      'quoted',
      resource('ovs-cni.network.kubevirt.io/br1'),
    ),
  },
  {
    source: `${OVS} docs/cni-plugin.md`,
    text: nad(
      'ovs-trunk',
      { ...version, type: 'ovs', bridge: 'br1', trunk: [{ id: 42 }, { minID: 1000, maxID: 1010 }] },
      'flush',
    ),
  },
  {
    source: `${OVS} docs/ovs-offload.md`,
    text: nad(
      'ovs-offload',
      { ...version, type: 'ovs', bridge: 'br1', vlan: 100 },
      'double',
      resource('mellanox.com/cx5_sriov'),
    ),
  },
  {
    source: `${OVS} docs/traffic-mirroring.md`,
    text: nad(
      'ovs-mirror',
      {
        ...version,
        type: 'ovs-mirror-producer',
        bridge: 'br1',
        mirrors: [{ name: 'm1', ingress: true }],
      },
      'stripped',
    ),
  },
  {
    source: 'containernetworking/plugins plugins/main/host-device/host-device.go',
    text: nad(
      'host-device',
      {
        cniVersion: '1.1.0',
        type: 'host-device',
        device: 'eth3',
        ipam: { type: 'static', addresses: [{ address: '10.9.0.5/24' }] },
      },
      'escaped',
    ),
  },
  {
    source: 'containernetworking/plugins plugins/main/dummy/dummy.go',
    text: nad(
      'dummy',
      {
        cniVersion: '1.0.0',
        type: 'dummy',
        ipam: { type: 'static', addresses: [{ address: '192.168.77.1/32' }] },
      },
      'folded',
    ),
  },
  {
    source: 'containernetworking/plugins plugins/main/ptp/ptp.go',
    text: nad(
      'ptp',
      { cniVersion: '0.4.0', type: 'ptp', ipMasq: true, mtu: 1400, ipam: local('10.1.1.0/24') },
      'stripped',
    ),
  },
  {
    source: 'containernetworking/plugins plugins/ipam/dhcp/main.go',
    text: nad('dhcp', macvlan({ type: 'dhcp' }), 'block'),
  },
  {
    source: 'containernetworking/plugins plugins/meta/vrf/main.go',
    text: nad(
      'vrf',
      {
        cniVersion: '0.3.1',
        name: 'vrf',
        plugins: [macvlan(local('10.10.10.0/24')), { type: 'vrf', vrfname: 'blue' }],
      },
      'quoted',
    ),
  },
  {
    source: 'ovn-org/ovn-kubernetes docs/features/multiple-networks/multi-homing.md',
    text: nad(
      'ovn-l2',
      {
        cniVersion: '0.3.1',
        name: 'l2-network',
        type: 'ovn-k8s-cni-overlay',
        topology: 'layer2',
        subnets: '10.100.200.0/24',
        mtu: 1300,
        netAttachDefName: 'default/ovn-l2',
      },
      'stripped',
    ),
  },
  {
    source: 'k8snetworkplumbingwg/bond-cni README.md',
    text: nad(
      'bond',
      {
        type: 'bond',
        cniVersion: '0.3.1',
        name: 'bond-net1',
        mode: 'active-backup',
        failOverMac: 1,
        linksInContainer: true,
        miimon: '100',
        mtu: 1500,
        links: [{ name: 'net1' }, { name: 'net2' }],
        ipam: local('10.56.217.0/24'),
      },
      'quoted',
    ),
  },
  {
    source: 'Mellanox/ipoib-cni README.md',
    text: nad(
      'ipoib',
      {
        cniVersion: '0.3.1',
        type: 'ipoib',
        name: 'mynet',
        master: 'ib0',
        ipam: local('192.168.2.0/24'),
      },
      'flush',
    ),
  },
  {
    source: 'cilium/cilium plugins/cilium-cni/05-cilium-cni.conf',
    text: nad(
      'cilium-net',
      { cniVersion: '0.3.1', name: 'cilium', type: 'cilium-cni', 'enable-debug': false },
      'block',
    ),
  },
];
