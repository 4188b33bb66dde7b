import type { CatalogueEntry } from './entry.ts';

/** Checks of a pod as a whole and of its interfaces. */
export const POD_CHECKS = {
  'pod-scheduled': {
    tags: ['pod'],
    meaning: 'Does the pod have a node?',
    evidence: 'the node in the specification of the pod',
    explanation: 'No node can run the pod.',
    nextStep: 'look at taints, free resources and the input placement',
  },
  'pod-ready': {
    tags: ['pod'],
    meaning: 'Is the pod Ready? If not: what do its containers and events say?',
    evidence: 'conditions and events of the pod',
    explanation: 'The image, the network or the node of the pod keeps it from starting.',
    nextStep: 'look at the events of the pod and at the state of its node',
  },
  'probe-ran': {
    tags: ['pod'],
    meaning: 'Did the one command in the pod end, with all of its output?',
    evidence: 'the last line of its output',
    explanation: 'Nothing that is seen from inside the pod is known.',
    nextStep:
      'choose an image with sh, ip and ping, or look at the way from the API server to the kubelet',
  },
  clock: {
    tags: ['pod', 'node'],
    meaning: "Does the node's clock agree with that of the runner, within a minute?",
    evidence: '`date` in the pod, beside the times at which the command began and ended',
    explanation:
      'Certificates and tokens seem to be expired or not valid yet, and logs cannot be compared.',
    nextStep: 'look at the time service of the node (chronyc tracking)',
  },
  loopback: {
    tags: ['pod', 'interface'],
    meaning: 'Does the pod have its loopback interface with 127.0.0.1?',
    evidence: '`ip addr` in the pod',
    explanation:
      'The plugin loopback did not run, so programs in the pod cannot talk to each other.',
    nextStep: "look at /opt/cni/bin/loopback on the node, and at the runtime's log",
  },
  'cluster-interface': {
    tags: ['pod', 'interface'],
    meaning: 'Does the pod still have an address of the cluster network on eth0?',
    evidence: '`ip addr` in the pod',
    explanation:
      'Multus replaced the cluster network, so Services and probes of the kubelet do not reach the pod.',
    nextStep: 'look at the annotation v1.multus-cni.io/default-network and at the log of Multus',
  },
  'interface-present': {
    tags: ['interface'],
    meaning:
      "Is each network's interface in Multus's `network-status` annotation **and** in the pod, with the same address?",
    evidence: '`network-status` and `ip addr` in the pod',
    explanation: 'Multus did not attach the network, or the interface changed afterwards.',
    nextStep:
      "look at the events of the pod and at the network's configuration, then create the pod again",
  },
  'interface-name': {
    tags: ['interface'],
    meaning:
      'Are the interfaces net1, net2, … in the order in which the pod asks for its networks?',
    evidence: '`network-status`',
    explanation: 'A program that relies on the names uses the wrong network.',
    nextStep: 'look at the annotation with the networks, which may name interfaces (network@name)',
  },
  'interface-requested': {
    tags: ['interface'],
    meaning: 'Does the pod have only those secondary interfaces that it asks for?',
    evidence: '`network-status`',
    explanation:
      'Another network is attached to the pod, so it is connected to what it should not know.',
    nextStep: 'look at admission webhooks that add networks to pods',
  },
  'interface-up': {
    tags: ['interface'],
    meaning: 'Is each secondary interface up?',
    evidence: '/sys/class/net in the pod',
    explanation: 'The interface cannot send: its master interface on the node is down.',
    nextStep: 'look at the master interface on the node (ip link) and at its ENI',
  },
  'interface-errors': {
    tags: ['interface', 'quality'],
    meaning: 'Has no secondary interface counted errors?',
    evidence: 'rx_errors and tx_errors of /sys/class/net in the pod',
    explanation: 'The driver discards broken packets or cannot send some.',
    nextStep:
      "look at the counters of the master interface on the node (ethtool -S), and at the instance's health",
  },
  'proxy-arp': {
    tags: ['interface', 'neighbour'],
    meaning: 'Does the pod answer ARP for its own addresses only?',
    evidence: 'the setting proxy_arp of each secondary interface',
    explanation: 'The pod answers for addresses of others, so their packets come to it.',
    nextStep: 'look at sysctls of the pod and at the plugin tuning of the network',
  },
  'reverse-path': {
    tags: ['interface', 'route'],
    meaning:
      'Where the kernel filters strictly by reverse path: do answers to all pods of the network leave through its interface?',
    evidence: 'the setting rp_filter and the routes of the pod',
    explanation:
      'The kernel drops packets that arrive on an interface to which it has no route back.',
    nextStep: 'add the route to the network, or set rp_filter to 2 (the plugin tuning can)',
  },
  'return-path': {
    tags: ['interface', 'route'],
    meaning:
      'Where the kernel does not filter strictly: do answers to all pods of the network leave through its interface, or through one on the same master?',
    evidence: 'the routes of the pod',
    explanation:
      'Requests arrive on one interface and their answers leave through another one, where the VPC drops them.',
    nextStep:
      "look at the routes of the pod's other networks, also of the cluster's own one, or use the plugin sbr",
  },
} as const satisfies Record<string, CatalogueEntry>;
