import type { CatalogueEntry } from './entry.ts';

/** Checks of nodes, and of their network interfaces in EC2. */
export const NODE_CHECKS = {
  'node-ready': {
    tags: ['node'],
    meaning: 'Layout matrix: is each node that should be tested Ready?',
    evidence: 'conditions and taints of the node',
    explanation: 'No test pod runs on the node, so nothing is known about its networks.',
    nextStep: 'look at the conditions of the node and at its instance',
  },
  'multus-running': {
    tags: ['node'],
    meaning: 'Layout matrix: does Multus run on each node?',
    evidence: "the pods of Multus's DaemonSet that are Ready",
    explanation: 'Pods on the node get no secondary interfaces, or do not start.',
    nextStep: 'look at the pod of kube-multus-ds on the node and at its log',
  },
  'connection-table': {
    tags: ['node'],
    meaning: 'Layout matrix: is the connection table of each node less than 95 % full?',
    evidence: 'nf_conntrack_count and nf_conntrack_max, read in the pod of Multus on the node',
    explanation:
      'When the table is full, the kernel drops the first packet of each new connection, and keeps the others.',
    nextStep:
      'raise net.netfilter.nf_conntrack_max on the nodes (kube-proxy sets it: conntrack.maxPerCore), and look for what opens so many connections',
  },
  'eni-attached': {
    tags: ['aws', 'node'],
    meaning: 'Has EC2 attached an interface to each node for each network of its pods?',
    evidence: 'EC2: the device numbers of the interfaces of the instance',
    explanation: 'The interface that the network names does not exist on the node.',
    nextStep: 'replace the node, and look at the log of its launch hook',
  },
  'eni-in-use': {
    tags: ['aws', 'node'],
    meaning: "Are the node's interfaces in use?",
    evidence: 'EC2: the status of each interface',
    explanation: 'The interface is being attached or detached, so it carries no packets for sure.',
    nextStep: 'look at the interface in EC2, and replace the node when the status stays',
  },
  'eni-prefix': {
    tags: ['aws', 'node', 'address'],
    meaning:
      'With ipam eni-prefix: does the interface of each network have a prefix, and one of IPv6 where other nodes or pods have IPv6?',
    evidence: 'EC2: the prefixes of each interface, of both families',
    explanation: 'The node has no addresses for pods on the network.',
    nextStep:
      'assign a prefix (aws ec2 assign-private-ip-addresses --ipv4-prefix-count 1), or replace the node',
  },
  'eni-subnet': {
    tags: ['aws', 'network'],
    meaning: 'Are the interfaces of one number in one zone all in one subnet?',
    evidence: 'EC2: device number, zone and subnet of each interface',
    explanation: 'The nodes of a zone have interfaces of different networks under one name.',
    nextStep:
      'compare the node groups that the nodes belong to, and replace the nodes with the wrong subnet',
  },
  'eni-security-groups': {
    tags: ['aws', 'network'],
    meaning: 'Do the interfaces of one number have the same security groups on all nodes?',
    evidence: 'EC2: the security groups of each interface',
    explanation: 'The same packet passes on some nodes and is dropped on others.',
    nextStep:
      'give the interfaces the same security groups (aws ec2 modify-network-interface-attribute --groups)',
  },
  'eni-mac': {
    tags: ['aws', 'interface'],
    meaning:
      'On ipvlan: does the interface of the pod have the MAC address of the ENI that the network names?',
    evidence: '/sys/class/net in the pod; EC2: the MAC address of each interface',
    explanation:
      "The node's name for the interface belongs to another ENI, so packets leave through the wrong one.",
    nextStep:
      "look at the node's boot script, which names the interfaces (journalctl -u cloud-final), or replace the node",
  },
} as const satisfies Record<string, CatalogueEntry>;
