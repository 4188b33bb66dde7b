import type { CatalogueEntry } from './entry.ts';

/** Checks of what passes between two pods, and between pods and given targets. */
export const PAIR_CHECKS = {
  reachability: {
    tags: ['pair', 'icmp'],
    meaning:
      'Does each pod of a network answer each other one? Pings are bound to the secondary interface',
    evidence: '`ping -I` in the pod',
    explanation:
      'The address, the interface, the route or the path between the pods is wrong; the cause says which.',
    nextStep: 'do what the failed check says for its cause',
  },
  isolation: {
    tags: ['pair', 'icmp'],
    meaning: 'Does nothing answer across networks?',
    evidence: '`ping -I` in the pod',
    explanation: 'Traffic passes between networks that should not know each other.',
    nextStep:
      'give each network a master interface of its own, and look at security groups and network ACLs',
  },
  symmetry: {
    tags: ['network', 'icmp'],
    meaning: 'Do pods that answer also get answers?',
    evidence: 'the pings of both directions of each pair',
    explanation: 'Packets pass in one direction only.',
    nextStep: 'look at network ACLs, iptables and rp_filter on the nodes of the pair',
  },
  mtu: {
    tags: ['pair', 'icmp', 'mtu'],
    meaning:
      "Layout matrix: does a packet of the interface's MTU pass in one piece, and does the target have the same MTU?",
    evidence: '`ping -s` with that size, and the MTU that the kernel learned for the path',
    explanation: 'The path has a smaller MTU than the interfaces.',
    nextStep:
      'give the master interface the same MTU on all nodes (9001 in a VPC, 1500 across a gateway)',
  },
  'packet-loss': {
    tags: ['pair', 'icmp', 'quality'],
    meaning: 'Layout matrix: is packet loss at most `max-loss-percent`?',
    evidence: 'packets sent and answered',
    explanation: 'The path works, but it is overloaded or faulty.',
    nextStep: 'look at the load of the nodes and at the counters of their interfaces (ethtool -S)',
  },
  latency: {
    tags: ['pair', 'icmp', 'quality'],
    meaning: 'Layout matrix, with `max-latency-ms`: is the average time of an answer short enough?',
    evidence: 'the times of the pings',
    explanation: 'The path is slower than allowed.',
    nextStep:
      'look at the load of the nodes, at the distance of their zones, and at the limit itself',
  },
  'duplicate-answers': {
    tags: ['pod', 'icmp', 'quality'],
    meaning: 'Does each request get one answer?',
    evidence:
      'packets sent and answered, by ping and by the counters of the pod (/proc/net/snmp and snmp6)',
    explanation: 'Two machines answer, or the path duplicates packets.',
    nextStep:
      'look for a second owner of the address, and at queueing disciplines on the nodes (tc qdisc)',
  },
  jitter: {
    tags: ['sample', 'icmp', 'quality'],
    meaning: 'With `samples` and `max-jitter-ms`: are the times of consecutive answers alike?',
    evidence: 'the mean difference of consecutive times among 20 pings (as in RFC 3550)',
    explanation: 'The path delays packets unevenly.',
    nextStep: 'look at the load of the nodes and at the network performance of their instance type',
  },
  order: {
    tags: ['sample', 'icmp', 'quality'],
    meaning: 'With `samples`: do the answers come in the order of the requests?',
    evidence: 'the numbers of 20 pings, 0.2 s apart (counted as in RFC 4737)',
    explanation:
      'Packets overtake each other, which costs TCP its speed and confuses real-time protocols.',
    nextStep:
      'look at queueing disciplines on the nodes (tc qdisc), and at middleboxes that spread packets of one flow over several paths',
  },
  throughput: {
    tags: ['sample', 'tcp', 'quality'],
    meaning: 'With `samples` and `min-throughput-mbps`: does one TCP connection carry enough?',
    evidence: 'iperf with at most 32 MiB in at most eight seconds',
    explanation: 'The path carries less than asked for.',
    nextStep:
      'look at the network performance of the instance type (5 Gbit/s for one flow outside of a placement group), and at the MTU',
  },
  'tcp-service': {
    tags: ['pod', 'tcp'],
    meaning: "With TCP: does the pod's own service answer on its loopback interface?",
    evidence: 'an HTTP request to 127.0.0.1',
    explanation:
      'Others cannot reach what does not run: their checks say nothing about the network.',
    nextStep: 'look at the log of the pod and at its memory limit',
  },
  'udp-service': {
    tags: ['pod', 'udp'],
    meaning: "With UDP: does the pod's own service answer on its loopback interface?",
    evidence: 'a datagram to 127.0.0.1 and its answer',
    explanation:
      'Others cannot reach what does not run: their checks say nothing about the network.',
    nextStep: 'look at the log of the pod and at its memory limit',
  },
  'sctp-service': {
    tags: ['pod', 'sctp', 'node'],
    meaning: "With SCTP: does the pod's own service answer on its loopback interface?",
    evidence: 'an association to 127.0.0.1 and its answer',
    explanation: "The node's kernel has no SCTP, or may not load it for a pod.",
    nextStep:
      'load the module on the nodes (modprobe sctp), also after a reboot (/etc/modules-load.d)',
  },
  'tcp-echo': {
    tags: ['pair', 'tcp'],
    meaning:
      'With TCP: does each pod of a network accept a connection from each other one, and answer?',
    evidence: 'an HTTP request, and the name of the pod that answers it',
    explanation: 'Pings pass and TCP does not: a filter on the way drops or resets it.',
    nextStep: 'look at security groups, network ACLs and iptables for TCP',
  },
  'tcp-peer': {
    tags: ['pair', 'tcp', 'address'],
    meaning: 'With TCP: does the pod that has the address answer, and no other?',
    evidence: 'the name that the answer has',
    explanation: 'Another pod has the address as well, or something translates addresses.',
    nextStep: 'look for a second owner of the address, and at NAT on the nodes',
  },
  'tcp-mtu': {
    tags: ['pair', 'tcp', 'mtu'],
    meaning:
      "Layout matrix, with TCP: does a request pass that fills segments of the interface's MTU?",
    evidence: 'an HTTP request of that size',
    explanation:
      'Connections come up and then hang: the path drops large segments and does not say so.',
    nextStep:
      'let ICMP "fragmentation needed" pass, or set mtu in the configuration of the network',
  },
  'udp-echo': {
    tags: ['pair', 'udp'],
    meaning: 'With UDP: does each pod of a network answer a datagram from each other one?',
    evidence: 'a datagram and its answer, in three tries',
    explanation: 'Pings pass and UDP does not: a filter on the way drops it.',
    nextStep: 'look at security groups, network ACLs and iptables for UDP',
  },
  'udp-mtu': {
    tags: ['pair', 'udp', 'mtu'],
    meaning: "Layout matrix, with UDP: does a datagram pass that fills the interface's MTU?",
    evidence: 'a datagram of that size and its answer',
    explanation: 'The path drops large datagrams, or fragments of them.',
    nextStep: 'set mtu in the configuration of the network, or send smaller datagrams',
  },
  'sctp-echo': {
    tags: ['pair', 'sctp'],
    meaning:
      'With SCTP: does each pod of a network accept an association from each other one, and answer in it?',
    evidence: 'an association, a message and its answer',
    explanation: 'Pings pass and SCTP does not: a filter on the way does not know it.',
    nextStep:
      'allow IP protocol 132 in security groups, network ACLs and iptables; NAT needs the module nf_conntrack_proto_sctp',
  },
  'sctp-mtu': {
    tags: ['pair', 'sctp', 'mtu'],
    meaning:
      "Layout matrix, with SCTP: does a message pass that fills packets of the interface's MTU?",
    evidence: 'a message of that size and its answer',
    explanation: 'Associations come up, and large messages are lost.',
    nextStep:
      'let ICMP "fragmentation needed" pass, or set mtu in the configuration of the network',
  },
  'target-reached': {
    tags: ['target'],
    meaning: 'Do pods reach each target that they must reach, through the network that it is for?',
    evidence: 'a ping or a connection; the routes of the pod',
    explanation:
      'The target is down, a filter on the way drops the packets, or the pod has no route to it.',
    nextStep: 'look at the routes of the network, and at the filters between it and the target',
  },
  'target-blocked': {
    tags: ['target'],
    meaning: 'Is each target out of reach that pods must not reach?',
    evidence: 'a ping or a connection; the routes of the pod',
    explanation: 'Traffic passes that should not.',
    nextStep: 'look at security groups, network ACLs and routes of the network',
  },
} as const satisfies Record<string, CatalogueEntry>;
