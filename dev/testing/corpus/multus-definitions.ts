import {
  type CorpusDefinition,
  HEAD,
  local,
  macvlan,
  nad,
  resource,
  version,
} from './definition.ts';

const MULTUS = 'k8snetworkplumbingwg/multus-cni';
const WHEREABOUTS = 'k8snetworkplumbingwg/whereabouts';

/** Definitions as Multus and whereabouts publish them. */
export const BY_MULTUS: readonly CorpusDefinition[] = [
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
];
