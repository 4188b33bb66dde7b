/**
 * Networks as people write them: YAML of the input `networks`, and what becomes of it in the lab's environment, which is
 * either a description of the networks or the problem.
 */
export type NetworkInput = readonly [name: string, yaml: string, outcome: string | RegExp];

const hostLocal = 'network: 1, ipam: host-local';
/** A definition with this configuration, as people write it for `raw`. */
const nad = (name: string, config: string) =>
  `{ apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition, metadata: { name: ${name} }, spec: { config: '${config}' } }`;

/** Networks that the action takes, and their descriptions. */
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

/** Networks that the action refuses, and the problem that it reports. */
export const badNetworks: readonly NetworkInput[] = [
  ['no list', 'name: a', /a YAML list of networks/],
  ['an empty list', '[]', /at least one network/],
  ['an item that is none', '- eth1', /0: a network, such as \{ name: data, network: 1 \}/],
  ['no name', '- { network: 1 }', /0\.name: a DNS label/],
  ['a name in capitals', '- { name: Data, network: 1 }', /0\.name: a DNS label/],
  [
    'an unknown field',
    '- { name: a, network: 1, vlan: 7 }',
    /0: no vlan; a network has the fields name, namespace, network/,
  ],
  [
    'a type that is none',
    '- { name: a, network: 1, type: vlan }',
    /0\.type: one of ipvlan, macvlan/,
  ],
  ['an IPAM that is none', '- { name: a, network: 1, ipam: dhcp }', /0\.ipam: one of eni-prefix/],
  ['network 0', '- { name: a, network: 0 }', /0\.network: a number from 1 to 15/],
  ['a network in words', '- { name: a, network: eth1 }', /0\.network: a number: 1 for eth1/],
  ['frames that are too large', '- { name: a, network: 1, mtu: 9216 }', /0\.mtu: at most 9001/],
  ['no interface', '- { name: a }', /a\.network: network \(1 for eth1, …\) or master/],
  [
    'a network that is not there',
    '- { name: a, network: 3 }',
    /a\.network: .*1 \(eth1\), 2 \(eth2\)/,
  ],
  ['an interface that is not there', '- { name: a, master: eth7 }', /a\.master: .*2 \(eth2\)/],
  ['a contradiction', '- { name: a, network: 1, master: eth2 }', /a\.network: .*1 \(eth1\)/],
  [
    'a mode of another type',
    '- { name: a, network: 1, mode: bridge }',
    /a\.mode: one of l3, l2, l3s/,
  ],
  [
    'a range of the node',
    '- { name: a, network: 1, range: 10.0.4.70-10.0.4.80 }',
    /a\.range: nothing with ipam eni-prefix/,
  ],
  ['no range', `- { name: a, ${hostLocal} }`, /a\.range: .*from 10\.0\.4\.4-10\.0\.4\.254/],
  [
    'a range outside',
    `- { name: a, ${hostLocal}, range: 10.0.6.70-10.0.6.80 }`,
    /a\.range: .*10\.0\.4\.4/,
  ],
  [
    'the router',
    `- { name: a, ${hostLocal}, range: 10.0.4.1-10.0.4.80 }`,
    /a\.range: .*AWS reserves/,
  ],
  [
    'a range backwards',
    `- { name: a, ${hostLocal}, range: 10.0.4.80-10.0.4.70 }`,
    /a\.range: two addresses, lower first/,
  ],
  [
    "another network's subnet",
    `- { name: a, ${hostLocal}, subnet: 10.0.6.0/24, range: 10.0.6.70-10.0.6.80 }`,
    /a\.subnet: .*network 1: 10\.0\.4\.0\/24/,
  ],
  [
    'host bits',
    `- { name: a, ${hostLocal}, subnet: 10.0.4.7/24, range: 10.0.4.70-10.0.4.80 }`,
    /a\.subnet: .*without host bits/,
  ],
  [
    'a gateway in the range',
    `- { name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.80, gateway: 10.0.4.75 }`,
    /a\.gateway: an address outside the range/,
  ],
  [
    'a route with host bits',
    '- { name: a, network: 1, routes: [{ dst: 10.20.0.1/16 }] }',
    /a\.routes\.0\.dst: an IPv4 network/,
  ],
  [
    'an address twice',
    `[{ name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.80 }, { name: b, ${hostLocal}, range: 10.0.4.80-10.0.4.90 }]`,
    /b\.range: a range clear of default\/a/,
  ],
  ['a name twice', '[{ name: a, network: 1 }, { name: a, network: 2 }]', /name: each name once/],
  [
    'more pods than addresses',
    `- { name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.80, pods-per-node: 12 }`,
    /a\.pods-per-node: at most 11/,
  ],
  [
    'more pods than addresses on all nodes',
    '- { name: a, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.99, exclude: [10.0.4.80/29], pods-per-node: 8 }',
    /a\.pods-per-node: at most 7, as whereabouts has 22 addresses, for up to 3 nodes/,
  ],
  [
    'what to leave out, in words',
    '- { name: a, network: 1, ipam: whereabouts, range: 10.0.4.70-10.0.4.99, exclude: [x] }',
    /a\.exclude\.0: an IPv4 network/,
  ],
  [
    'no addresses on ipvlan',
    '- { name: a, network: 1, ipam: none }',
    /a\.ipam: another one with type ipvlan/,
  ],
  [
    'prefixes on a bridge',
    '- { name: a, type: bridge }',
    /a\.ipam: host-local, static, whereabouts or none/,
  ],
  [
    'a bridge on an interface',
    '- { name: a, type: bridge, network: 1, ipam: none }',
    /a\.network: nothing with type bridge/,
  ],
  [
    'a bridge without a subnet',
    '- { name: a, type: bridge, ipam: host-local }',
    /a\.subnet: an IPv4 network/,
  ],
  [
    'a bridge with a long name',
    '- { name: a-long-network-name, type: bridge, ipam: none }',
    /a-long-network-name\.bridge: .*15 characters/,
  ],
  [
    'a virtual function of nothing',
    '- { name: a, network: 1, type: sriov }',
    /a\.resource-name: the resource/,
  ],
  [
    'frames of a device',
    '- { name: a, network: 1, type: host-device, mtu: 1500 }',
    /a\.mtu: nothing with type host-device/,
  ],
  [
    'a setting that is none',
    '- { name: a, network: 1, tuning: { mac: x } }',
    /0\.tuning\.mac: such as 02:00/,
  ],
  [
    'other zones by a range',
    `- { name: a, ${hostLocal}, range: 10.0.4.70-10.0.4.80, other-zones: true }`,
    /a\.other-zones: nothing with ipam host-local/,
  ],
  ['raw and more', '- { raw: x, name: a }', /0: Unrecognized key: "name"/],
  ['raw that is not YAML', "- raw: '{'", /0\.raw: YAML \(/],
  ['raw that is empty', "- raw: ''", /0\.raw: a NetworkAttachmentDefinition/],
  [
    'raw of another kind',
    '- raw: { apiVersion: v1, kind: Pod, metadata: { name: a } }',
    /0\.raw: apiVersion: a NetworkAttachmentDefinition of k8s/,
  ],
  [
    'raw without a name',
    '- raw: { apiVersion: k8s.cni.cncf.io/v1, kind: NetworkAttachmentDefinition }',
    /0\.raw: metadata: metadata with a name/,
  ],
  [
    'raw configuration that is not JSON',
    `- raw: ${nad('a', '{type: x}')}`,
    /a\.spec\.config: JSON: a CNI configuration/,
  ],
  [
    'raw configuration without a plugin',
    `- raw: ${nad('a', '{"plugins":[]}')}`,
    /a\.spec\.config: plugins: at least one plugin/,
  ],
  [
    'raw configuration without a type',
    `- raw: ${nad('a', '{"name":"a"}')}`,
    /a\.spec\.config: type: a field "type"/,
  ],
  [
    'raw range of another subnet',
    `- raw: ${nad('a', '{"type":"ipvlan","master":"eth1","ipam":{"type":"host-local","subnet":"10.0.9.0/24","rangeStart":"10.0.9.9"}}')}`,
    /a\.subnet: .*network 1/,
  ],
  [
    'raw interface that is not there',
    `- raw: ${nad('a', '{"type":"macvlan","master":"eth5"}')}`,
    /a\.master: .*1 \(eth1\)/,
  ],
];
