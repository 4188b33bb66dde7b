import type { Fault } from './fault.ts';

/** Faults of filters at the ends of a path: the security group of the interfaces, and the firewall of a node. */
export const FILTER_FAULTS: readonly Fault[] = [
  {
    name: 'SCTP blocked',
    cause: 'protocol-blocked',
    says: /SCTP does not: a filter between them drops it/,
    inputs: { protocols: 'icmp,sctp' },
    // As when somebody narrows the group to the protocols that AWS's console offers by name.
    inject: (site) => site.allow(['icmp', 'tcp', 'udp']),
    heal: (site) => site.allow(['-1']),
  },
  {
    name: 'UDP blocked',
    cause: 'protocol-blocked',
    says: /UDP does not: a filter between them drops it/,
    inputs: { protocols: 'icmp,udp' },
    // What ipvlan interfaces of mode l3 send to other nodes passes the chain OUTPUT of their node.
    inject: ({ onNode, far }) => onNode(far, 'iptables -I OUTPUT -o eth1 -p udp -j DROP'),
    heal: ({ onNode, far }) => onNode(far, 'iptables -D OUTPUT -o eth1 -p udp -j DROP'),
  },
];
