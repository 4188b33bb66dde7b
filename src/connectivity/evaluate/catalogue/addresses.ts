import type { CatalogueEntry } from './entry.ts';

/** Checks of networks, addresses, neighbours and routes. */
export const ADDRESS_CHECKS = {
  'network-readable': {
    tags: ['network'],
    meaning: 'Can the configuration of each network be read?',
    evidence: 'the NetworkAttachmentDefinition',
    explanation: 'Multus cannot read it either, or each node has its own file for it.',
    nextStep: 'correct the JSON of the NetworkAttachmentDefinition',
  },
  'network-unchanged': {
    tags: ['network'],
    meaning: 'Is the definition of each network the same after the test as before?',
    evidence: 'the NetworkAttachmentDefinition, read again when all pods were probed',
    explanation:
      'Somebody deleted or changed the network while its pods ran. They keep what they have, and pods that start now get something else or do not start.',
    nextStep: 'make the network again (configure-multus), then create its pods again',
  },
  'networks-apart': {
    tags: ['network', 'address'],
    meaning: 'Do networks on different master interfaces have different subnets?',
    evidence: 'the subnets of the configurations',
    explanation:
      'A pod on both has two routes to one subnet, and one address may belong to two networks.',
    nextStep: 'give each network a subnet of its own',
  },
  'gateway-in-subnet': {
    tags: ['network', 'route'],
    meaning: "Is each network's gateway in its subnet?",
    evidence: 'the configuration of the network',
    explanation: 'Pods cannot use the gateway.',
    nextStep: 'correct gateway in the NetworkAttachmentDefinition',
  },
  'mtu-alike': {
    tags: ['network', 'mtu'],
    meaning: 'Do all pods of a network have one MTU?',
    evidence: '/sys/class/net in the pods',
    explanation:
      'Packets of the larger MTU are lost or fragmented on their way to the smaller one.',
    nextStep:
      'give the master interface the same MTU on all nodes, or set mtu in the configuration of the network',
  },
  'prefix-length-alike': {
    tags: ['network', 'address'],
    meaning: 'Do all addresses of a network in one zone have one prefix length?',
    evidence: '`ip addr` in the pods',
    explanation: 'Some pods take others for neighbours that these reach through a router.',
    nextStep:
      "compare the networks' files on the nodes (/etc/cni/multus/net.d), and create the pods again",
  },
  'families-alike': {
    tags: ['network', 'address'],
    meaning: 'Do all pods of a network have addresses of the same families?',
    evidence: '`network-status`',
    explanation: 'Pods without one of the families cannot be reached over it.',
    nextStep:
      'look at the IPAM of the network: with two ranges, each pod gets an address of both; with eni-prefix, the interface of each node must have a prefix of both',
  },
  'address-in-range': {
    tags: ['address'],
    meaning:
      "Is the address in the range that the network's configuration names (`host-local`, `whereabouts` without its excluded networks, `static`), or, with `ipam: eni-prefix`, one that EC2 has assigned to the network's interface on the node? Skipped where neither is known",
    evidence: 'the configuration; EC2: the prefixes of the interface',
    explanation:
      'The network changed after the pod was created, or the VPC does not deliver to the address.',
    nextStep: "create the pod again, or assign the prefix to the node's interface again",
  },
  'address-unique': {
    tags: ['address'],
    meaning:
      'Does only one pod have the address? The layout matrix also compares with all other pods of the cluster',
    evidence: '`network-status` of all pods',
    explanation: 'Packets to the address reach one of the pods, and nobody knows which.',
    nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
  },
  'address-listed': {
    tags: ['address', 'interface'],
    meaning: 'Does each interface have only the addresses that Multus reports?',
    evidence: '`network-status` and `ip addr` in the pod',
    explanation:
      'A program or a router advertisement added an address that the IPAM does not know.',
    nextStep: 'look at what else configures interfaces in the pod, and at accept_ra',
  },
  'address-confirmed': {
    tags: ['address', 'neighbour'],
    meaning: 'IPv6: did duplicate address detection find nobody else with the address?',
    evidence: 'the flag dadfailed of `ip addr` in the pod',
    explanation: 'Another machine on the link has the address, so the kernel does not use it.',
    nextStep: 'find the other owner by its MAC address (ip neigh), and keep the range free of it',
  },
  'node-address': {
    tags: ['address', 'aws'],
    meaning: "Is no pod's address the primary one of a node's interface?",
    evidence: 'EC2: the primary addresses of the interfaces of the nodes',
    explanation: 'The VPC delivers packets for the pod to the node itself.',
    nextStep:
      "keep the nodes' own addresses out of the range of the network; ipam eni-prefix does it",
  },
  'usable-address': {
    tags: ['address'],
    meaning: "Is no pod's address that of the subnet, its broadcast or its gateway?",
    evidence: 'the subnets and gateways of the configuration',
    explanation: 'The address means something else on the network.',
    nextStep: 'correct range and exclude in the NetworkAttachmentDefinition',
  },
  'mac-unique': {
    tags: ['interface', 'neighbour'],
    meaning: 'On networks other than ipvlan: does only one pod have the MAC address?',
    evidence: '/sys/class/net in the pods',
    explanation: 'Switches and bridges deliver frames to one of them only.',
    nextStep: 'remove the fixed MAC address from the pods (annotation or plugin tuning)',
  },
  'neighbour-complete': {
    tags: ['neighbour'],
    meaning:
      'On networks with ARP or ND: did every other pod that was asked answer with its MAC address?',
    evidence: '`ip neigh` in the pod, after the pings',
    explanation: 'The link does not carry the requests, or a security feature of it drops them.',
    nextStep:
      'look at the type of the network: a VPC delivers no frames between nodes for MAC addresses that it does not know',
  },
  'neighbour-mac': {
    tags: ['neighbour', 'address'],
    meaning: 'On networks with ARP or ND: does the right pod answer for each address?',
    evidence: '`ip neigh` in the pod, beside the MAC addresses of the other pods',
    explanation:
      'Another machine answers for the address: it has the address too, or it is a proxy.',
    nextStep: 'find the machine by its MAC address, and look at its addresses and at proxy_arp',
  },
  gateway: {
    tags: ['neighbour', 'route'],
    meaning: "On networks with ARP or ND: is the network's gateway there?",
    evidence: 'a ping to the gateway, and `ip neigh` after it',
    explanation: 'Packets to other networks have no way out.',
    nextStep: 'correct gateway in the NetworkAttachmentDefinition, or look at the router',
  },
  'route-present': {
    tags: ['route'],
    meaning: "Does the route to the network's subnet go through its own interface?",
    evidence: '`ip route` in the pod',
    explanation: "The network's IPAM sets the routes of the pod, and this one is not among them.",
    nextStep: 'look at subnet and routes in the configuration of the network',
  },
  'route-source': {
    tags: ['route', 'address'],
    meaning: "Do the routes of each secondary interface send from the interface's own address?",
    evidence: '`src` in `ip route` in the pod',
    explanation:
      'Packets leave with an address of another network, and their answers go elsewhere.',
    nextStep:
      'look at routes in the configuration of the network, and at what else sets routes in the pod',
  },
  'routes-configured': {
    tags: ['route'],
    meaning: "Does the pod have each route of the networks' configurations?",
    evidence: '`ip route` in the pod; ipam.routes of the configuration',
    explanation: 'Packets to these destinations leave through another interface.',
    nextStep: 'look at the log of the plugin, and whether two networks have the same route',
  },
  'default-route': {
    tags: ['route'],
    meaning: 'Does the default route lead through eth0, unless a network of the pod has one?',
    evidence: '`ip route` in the pod; ipam.routes of the configuration',
    explanation: 'A secondary network took over the traffic of the pod to everywhere else.',
    nextStep:
      'remove the default route from the IPAM of the network, or the annotation default-route from the pod',
  },
  'default-route-once': {
    tags: ['route'],
    meaning: 'Does the pod have at most one default route?',
    evidence: '`ip route` in the pod',
    explanation: 'Which of them counts depends on the order in which they were made.',
    nextStep: 'let one network have a default route',
  },
  'source-routing': {
    tags: ['route'],
    meaning: 'With the plugin sbr: is there a rule for packets from each address of the network?',
    evidence: '`ip rule` in the pod',
    explanation: 'Answers leave through the main table, so through another interface.',
    nextStep: "look at the plugins of the network's configuration and at the log of Multus",
  },
} as const satisfies Record<string, CatalogueEntry>;
