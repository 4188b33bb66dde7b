import { hostLocal, type NetworkInput, nad } from './network-inputs.ts';

/** What is taken, and what comes of it. */
export const goodNetworks: readonly NetworkInput[] = [
  ['the least', '- { name: a, network: 1 }', 'ipvlan l3 on eth1, eni-prefix'],
  ['by interface', '- { name: a, master: eth2 }', 'ipvlan l3 on eth2, eni-prefix'],
  [
    'both, when they agree',
    '- { name: a, network: 2, master: eth2 }',
    'ipvlan l3 on eth2, eni-prefix',
  ],
  [
    'another namespace',
    '- { name: a, network: 1, namespace: telco }',
    'ipvlan l3 on eth1, eni-prefix',
  ],
  ['ipvlan l2', '- { name: a, network: 1, mode: l2 }', 'ipvlan l2 on eth1, eni-prefix'],
  ['ipvlan l3s', '- { name: a, network: 1, mode: l3s }', 'ipvlan l3s on eth1, eni-prefix'],
  ['jumbo frames', '- { name: a, network: 1, mtu: 9001 }', 'ipvlan l3 on eth1, eni-prefix'],
  [
    'routes to other zones',
    '- { name: a, network: 1, other-zones: true }',
    'ipvlan l3 on eth1, eni-prefix',
  ],
  [
    'a route of its own',
    '- { name: a, network: 1, routes: [{ dst: 10.20.0.0/16 }] }',
    'ipvlan l3 on eth1, eni-prefix',
  ],
  [
    "the lab's network",
    `- { name: ipvlan-conf-1, ${hostLocal}, range: 10.0.4.70-10.0.4.80 }`,
    'ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80',
  ],
  [
    'a subnet in the other zone',
    `- { name: a, ${hostLocal}, subnet: 10.0.5.0/24, range: 10.0.5.70-10.0.5.80 }`,
    'ipvlan l3 on eth1, host-local 10.0.5.70-10.0.5.80',
  ],
  [
    'spaces in a range',
    `- { name: a, ${hostLocal}, range: 10.0.4.70 - 10.0.4.80 }`,
    'ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80',
  ],
  [
    'a range for the pods of a node',
    `- { name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.79, pods-per-node: 10 }`,
    'ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.79',
  ],
  [
    'two ranges side by side',
    `[{ name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.80 }, { name: b, ${hostLocal}, range: 10.0.4.81-10.0.4.90 }]`,
    'ipvlan l3 on eth1, host-local 10.0.4.70-10.0.4.80; ipvlan l3 on eth1, host-local 10.0.4.81-10.0.4.90',
  ],
  ['addresses of the pods', '- { name: a, network: 1, ipam: static }', 'ipvlan l3 on eth1, static'],
  [
    'one book for all nodes',
    '- { name: a, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.99, exclude: [10.0.4.80/29] }',
    'ipvlan l3 on eth1, whereabouts 10.0.4.70-10.0.4.99',
  ],
  [
    'two networks on one book',
    '[{ name: a, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.99 }, { name: b, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.99 }]',
    'ipvlan l3 on eth1, whereabouts 10.0.4.70-10.0.4.99; ipvlan l3 on eth1, whereabouts 10.0.4.70-10.0.4.99',
  ],
  ['macvlan', '- { name: a, network: 1, type: macvlan }', 'macvlan bridge on eth1, eni-prefix'],
  [
    'macvlan without addresses',
    '- { name: a, network: 1, type: macvlan, mode: private, ipam: none }',
    'macvlan private on eth1, no addresses',
  ],
  [
    'the interface itself',
    '- { name: a, network: 2, type: host-device }',
    'host-device on eth2, eni-prefix',
  ],
  [
    'a device of a device plugin',
    '- { name: a, type: host-device, resource-name: amazon.com/eni, ipam: none }',
    'host-device on amazon.com/eni, no addresses',
  ],
  [
    'a bridge',
    '- { name: a, type: bridge, ipam: host-local, subnet: 192.168.7.0/24 }',
    'bridge on br-a, host-local 192.168.7.0/24',
  ],
  [
    'a bridge by name',
    '- { name: a-long-network-name, type: bridge, bridge: br0, ipam: none, mtu: 1400 }',
    'bridge on br0, no addresses',
  ],
  [
    'a virtual function',
    '- { name: a, network: 1, type: sriov, resource-name: intel.com/sriov_net }',
    'sriov on eth1, eni-prefix',
  ],
  [
    'settings in the pod',
    '- { name: a, network: 1, tuning: { sysctl: { net.core.somaxconn: 512 }, mac: "02:00:00:00:00:01" } }',
    'ipvlan l3 on eth1 + tuning, eni-prefix',
  ],
  [
    'a definition as it is',
    `- raw: ${nad('a', '{"cniVersion":"1.0.0","type":"ipvlan","master":"eth1","mode":"l2","ipam":{"type":"dhcp"}}')}`,
    'ipvlan l2 on eth1, dhcp',
  ],
  [
    'a definition without configuration',
    '- raw: { apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: { name: a } }',
    'configured on each node',
  ],
  [
    'several documents',
    `- raw: |\n    ---\n    ${nad('a', '{"type":"ptp"}')}\n    ---\n    ${nad('b', '{"plugins":[{"type":"bridge"},{"type":"sbr"}]}')}\n`,
    'ptp, no addresses; bridge on cni0 + sbr, no addresses',
  ],
  [
    'several ranges in a definition',
    `- raw: ${nad('a', '{"type":"ipvlan","master":"eth1","ipam":{"type":"host-local","ranges":[[{"subnet":"10.0.4.0/24","rangeStart":"10.0.4.70","rangeEnd":"10.0.4.71"}],[{"subnet":"10.0.5.0/24","rangeStart":"10.0.5.70","rangeEnd":"10.0.5.71"}]]}}')}`,
    'ipvlan on eth1, host-local 10.0.4.70-10.0.4.71 10.0.5.70-10.0.5.71',
  ],
  [
    'a definition with both families of addresses',
    `- raw: ${nad('a', '{"type":"ipvlan","master":"eth1","ipam":{"type":"host-local","ranges":[[{"subnet":"10.0.4.0/24","rangeStart":"10.0.4.70","rangeEnd":"10.0.4.71"}],[{"subnet":"fd00:4::/64","rangeStart":"fd00:4::70","rangeEnd":"fd00:4::71"}]],"routes":[{"dst":"10.20.0.0/16"},{"dst":"fd00:20::/48"}]}}')}`,
    'ipvlan on eth1, host-local 10.0.4.70-10.0.4.71 fd00:4::70-fd00:4::71',
  ],
  [
    "whereabouts' own way to write a range",
    `- raw: ${nad('a', '{"type":"ipvlan","master":"eth1","ipam":{"type":"whereabouts","range":"10.0.4.70-10.0.4.90/24"}}')}`,
    'ipvlan on eth1, whereabouts 10.0.4.70-10.0.4.90',
  ],
];
