import { type CorpusDefinition, HEAD, nad } from './definition.ts';

const MULTUS = 'k8snetworkplumbingwg/multus-cni';
const WHEREABOUTS = 'k8snetworkplumbingwg/whereabouts';
const SRIOV = 'k8snetworkplumbingwg/sriov-cni';
const OVS = 'k8snetworkplumbingwg/ovs-cni';
const KUBEVIRT = 'kubevirt/user-guide';
const EKS = 'aws-samples/eks-install-guide-for-multus';

const version = { cniVersion: '0.3.1' };
const local = (subnet: string, more = {}) => ({ type: 'host-local', subnet, ...more });
const macvlan = (ipam: object, more = {}) => ({
  ...version,
  type: 'macvlan',
  master: 'eth1',
  mode: 'bridge',
  ipam,
  ...more,
});
const resource = (name: string) => `  annotations:\n    k8s.v1.cni.cncf.io/resourceName: ${name}\n`;

/** Definitions as the projects of the field publish them. */
export const UPSTREAM: readonly CorpusDefinition[] = [
  {
    source: `${MULTUS} e2e/templates/simple-macvlan1.yml.j2`,
    text: nad(
      'macvlan1-config',
      macvlan({ type: 'static' }, { capabilities: { ips: true } }),
      'quoted',
    ),
  },
  {
    source: `${MULTUS} e2e/static-pod-nad.yml`,
    text: nad(
      'bridge-nad',
      {
        ...version,
        name: 'testnet',
        type: 'bridge',
        bridge: 'testnet0',
        ipam: local('10.10.0.0/16'),
      },
      'flush',
    ),
  },
  {
    source: `${MULTUS} e2e/templates/default-route1.yml.j2`,
    text: nad(
      'macvlan-route',
      macvlan(
        local('10.1.1.0/24', {
          rangeStart: '10.1.1.50',
          rangeEnd: '10.1.1.100',
          routes: [{ dst: '192.168.5.0/24' }],
        }),
      ),
      'quoted',
    ),
  },
  {
    source: `${MULTUS} e2e/templates/subdirectory-chaining.yml.j2`,
    text: nad(
      'chained',
      {
        ...version,
        name: 'chained',
        plugins: [
          macvlan({ type: 'static' }),
          { type: 'tuning', sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
        ],
      },
      'block',
    ),
  },
  {
    source: `${MULTUS} e2e/kubeburner/templates/density-macvlan-nad.yml`,
    text: nad('density', macvlan(local('192.168.0.0/16')), 'line'),
  },
  {
    source: `${MULTUS} examples/macvlan-conf.yml`,
    text: nad(
      'macvlan-conf',
      macvlan(
        local('192.168.1.0/24', {
          rangeStart: '192.168.1.200',
          rangeEnd: '192.168.1.216',
          routes: [{ dst: '0.0.0.0/0' }],
          gateway: '192.168.1.1',
        }),
        { cniVersion: '0.3.0' },
      ),
      'quoted',
    ),
  },
  {
    source: `${MULTUS} examples/flannel-conf.yml`,
    text: nad(
      'flannel-conf',
      { ...version, type: 'flannel', delegate: { isDefaultGateway: true } },
      'flush',
    ),
  },
  {
    source: `${MULTUS} examples/sriov-net.yaml`,
    text: nad(
      'sriov-net-a',
      {
        type: 'sriov',
        cniVersion: '0.3.1',
        name: 'sriov-network',
        ipam: local('10.56.217.0/24', { routes: [{ dst: '0.0.0.0/0' }], gateway: '10.56.217.1' }),
      },
      'flush',
      resource('intel.com/sriov'),
    ),
  },
  {
    source: `${MULTUS} examples/npwg-demo-1/05_vlan1.yml`,
    text: nad(
      'vlan-conf-1',
      { cniVersion: '0.3.0', type: 'vlan', master: 'eth0', vlanId: 5, ipam: local('10.1.2.0/24') },
      'quoted',
    ),
  },
  {
    source: `${MULTUS} examples/npwg-demo-1/07_ptp_tuning_conflist.yml`,
    text: nad(
      'ptp-tuning',
      {
        cniVersion: '0.3.1',
        name: 'ptp-tuning',
        plugins: [
          { type: 'ptp', ipMasq: true, ipam: local('192.168.5.0/24') },
          { type: 'tuning', sysctl: { 'net.core.somaxconn': '512' } },
        ],
      },
      'tabs',
    ),
  },
  { source: `${MULTUS} docs/how-to-use.md`, text: `${HEAD}metadata:\n  name: on-each-node\n` },
  {
    source: `${MULTUS} docs/how-to-use.md`,
    text: nad(
      'bridge-vlan',
      { cniVersion: '0.3.1', type: 'bridge', bridge: 'mybr', vlan: 100, ipam: {} },
      'quoted',
    ),
  },
  {
    source: `${MULTUS} docs/configuration.md`,
    text: nad(
      'dual-stack',
      macvlan({
        type: 'host-local',
        ranges: [[{ subnet: '10.3.0.0/24' }], [{ subnet: 'fd00:3::/64' }]],
      }),
      'stripped',
    ),
  },
  {
    source: `${WHEREABOUTS} README.md`,
    text: nad(
      'whereabouts-conf',
      macvlan({ type: 'whereabouts', range: '192.168.2.225/28' }, { cniVersion: '0.3.0' }),
      'quoted',
    ),
  },
  {
    source: `${WHEREABOUTS} README.md`,
    text: nad(
      'whereabouts-range',
      macvlan({ type: 'whereabouts', range: '192.168.2.225-192.168.2.230/28' }),
      'flush',
    ),
  },
  {
    source: `${WHEREABOUTS} README.md`,
    text: nad(
      'whereabouts-exclude',
      macvlan({
        type: 'whereabouts',
        range: '192.168.2.225/28',
        exclude: ['192.168.2.229/30', '192.168.2.236/32'],
      }),
      'quoted',
    ),
  },
  {
    source: `${WHEREABOUTS} README.md`,
    text: nad(
      'whereabouts-routes',
      macvlan({
        type: 'whereabouts',
        range: '192.168.5.0/24',
        gateway: '192.168.10.1',
        routes: [{ dst: '10.9.8.7/16' }],
      }),
      'tabs',
    ),
  },
  {
    source: `${WHEREABOUTS} doc/extended-configuration.md`,
    text: nad(
      'whereabouts-dual',
      macvlan({
        type: 'whereabouts',
        ipRanges: [{ range: '192.168.10.0/24' }, { range: 'abcd::/64' }],
      }),
      'quoted',
    ),
  },
  {
    source: `${WHEREABOUTS} doc/extended-configuration.md`,
    text: nad(
      'whereabouts-named',
      macvlan({ type: 'whereabouts', range: '192.168.2.0/24', network_name: 'red' }),
      'line',
    ),
  },
  {
    source: `${WHEREABOUTS} doc/proposals/fast_ipam_by_node.md`,
    text: nad(
      'whereabouts-slices',
      macvlan({ type: 'whereabouts', range: '10.5.0.0/16', node_slice_size: '/22' }),
      'stripped',
    ),
  },
  {
    source: `${WHEREABOUTS} doc/persistent-ips.md`,
    text: nad(
      'whereabouts-kept',
      {
        ...version,
        type: 'ipvlan',
        master: 'eth1',
        ipam: {
          type: 'whereabouts',
          range: '10.6.0.0/24',
          range_start: '10.6.0.10',
          range_end: '10.6.0.20',
        },
      },
      'block',
    ),
  },
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
    source: 'cilium/cilium plugins/cilium-cni',
    text: nad(
      'cilium-net',
      { cniVersion: '0.3.1', name: 'cilium', type: 'cilium-cni', 'enable-debug': false },
      'block',
    ),
  },
];
