import { inNetwork, isNetwork } from '../../core/ip.ts';
import type { Reason } from './check.ts';
import { othersAt, type Surroundings } from './evidence.ts';

import { assignmentOf, explainAssignment } from './explain-address.ts';
import { answered, type Endpoint, type ProbedPair } from './pairs.ts';

type Explainer = (pair: ProbedPair, surroundings: Surroundings) => Reason | undefined;

/** Why a pair that should talk is silent, from what was seen around it. The first that the evidence fits counts. */
export function explainSilence(pair: ProbedPair, surroundings: Surroundings): Reason {
  const explainers: readonly Explainer[] = [
    downInterface,
    noWay,
    sharedAddress,
    badAssignment,
    noRoute,
    oneWay,
    withinNode,
  ];
  for (const explain of explainers) {
    const reason = explain(pair, surroundings);
    if (reason !== undefined) return reason;
  }
  return betweenNodes(pair, surroundings);
}

/** A driver that does not tell its carrier leaves the pod's interface up, and its packets are dropped there. */
function downInterface({ source, target }: ProbedPair, surroundings: Surroundings) {
  for (const [place, other] of [
    [source, target],
    [target, source],
  ] as const) {
    const { pod, interface: device, network, node } = place;
    const state = surroundings.pods.get(pod)?.probe?.state?.[device];
    const down = state === 'down' || state === 'lowerlayerdown';
    if (!down && surroundings.requests(network, node, other.node) !== 'kept') continue;
    const master = surroundings.networks.get(network)?.master ?? 'the master interface';
    const seen = down ? `is ${state}` : 'drops what it should send to other nodes';
    return {
      cause: 'interface-down',
      explanation: `${device} of ${pod} ${seen}: it is as dead as ${master} on ${node} below it.`,
      nextStep: `look at ${master} on ${node} (ip link) and at its network interface in EC2; replace the node when it does not come up`,
    } as const;
  }
  return undefined;
}

function noWay({ source, target, ping }: ProbedPair): Reason | undefined {
  if (ping?.problem?.kind !== 'unreachable') return undefined;
  return {
    cause: 'missing-route',
    explanation: `${source.pod} has no way to ${target.address} through ${source.interface}.`,
    nextStep: `look at the routes of ${source.pod}`,
  };
}

function sharedAddress({ source, target, scope }: ProbedPair, surroundings: Surroundings) {
  for (const place of [target, source]) {
    const [other] = othersAt(place, surroundings.holders);
    if (other === undefined) continue;
    const more = scope === 'same-node' ? undefined : explainAssignment(place, surroundings);
    return {
      cause: 'duplicate-address',
      explanation: `${place.address} is that of ${place.pod} on ${place.node} and of ${other.pod} on ${other.node ?? 'no node'}: packets reach at most one of them.${more === undefined ? '' : ` ${more.explanation}`}`,
      nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
    } as const;
  }
  return undefined;
}

/** On one node the VPC is not involved, whoever has the address. */
function badAssignment(pair: ProbedPair, surroundings: Surroundings): Reason | undefined {
  if (pair.scope === 'same-node') return undefined;
  return (
    explainAssignment(pair.target, surroundings) ?? explainAssignment(pair.source, surroundings)
  );
}

/** Bound to an interface, a ping leaves without any route; the answer then has no way back, or goes another way. */
function noRoute({ source, target }: ProbedPair, { pods }: Surroundings): Reason | undefined {
  for (const [from, to] of [
    [source, target],
    [target, source],
  ] as const) {
    const routes = pods.get(from.pod)?.probe?.routes ?? [];
    const own = routes.filter((route) => route.interface === from.interface);
    const { address = '' } = to;
    const leads = own.some(
      ({ destination }) =>
        destination === 'default' || (isNetwork(destination) && inNetwork(address, destination)),
    );
    if (leads || own.length === 0) continue;
    return {
      cause: 'missing-route',
      explanation: `${from.pod} has no route to ${address} through ${from.interface}: only to ${own.map(({ destination }) => destination).join(', ')}.`,
      nextStep: `add a route to the network ${from.network} (other-zones: true gives those to its subnets in other zones), or say with expect that these pairs stay apart`,
    };
  }
  return undefined;
}

function oneWay(pair: ProbedPair, { reverseOf, requests }: Surroundings): Reason | undefined {
  const { source, target } = pair;
  const reverse = reverseOf(pair);
  // One pair of each two nodes was looked into, for all alike.
  const there = requests(source.network, source.node, target.node);
  const back = requests(source.network, target.node, source.node);
  if (reverse !== undefined && answered(reverse)) {
    const explanation = `The other direction answers, so what ${source.pod} sends to ${target.pod} is dropped, and answers are not.`;
    const nextStep =
      pair.scope === 'same-node'
        ? `look at iptables on ${source.node}: what remembers connections lets answers pass`
        : `look at the security groups of the Multus interfaces and at iptables on ${source.node} and ${target.node}: what remembers connections lets answers pass`;
    return { cause: 'one-way', explanation, nextStep };
  }
  const nextStep = `look at the network ACLs between ${source.node} and ${target.node}, and at iptables and rp_filter on both; a security group would let answers pass`;
  if (there === 'arrived' && back === 'lost') {
    const explanation = `Requests from ${source.node} reach ${target.node}, and the answers do not come back: the way from ${target.node} to ${source.node} drops.`;
    return { cause: 'one-way', explanation, nextStep };
  }
  if (there === 'lost' && back === 'arrived') {
    const explanation = `Requests from ${source.node} do not reach ${target.node}, and those from ${target.node} do reach ${source.node}: the way from ${source.node} to ${target.node} drops.`;
    return { cause: 'one-way', explanation, nextStep };
  }
  return undefined;
}

function withinNode({ source, scope }: ProbedPair, { networks }: Surroundings): Reason | undefined {
  if (scope !== 'same-node') return undefined;
  return {
    cause: 'traffic-dropped',
    explanation: `Both pods run on ${source.node ?? 'the same node'}, so the VPC is not involved: something on the node drops it.`,
    nextStep: `look at the type and mode of ${source.network} (${networks.get(source.network)?.kind ?? 'unknown'}), and at iptables on the node`,
  };
}

function betweenNodes(pair: ProbedPair, surroundings: Surroundings): Reason {
  const { source, target } = pair;
  const near = surroundings.talksWithinNode(source.network);
  const contrast = near ? 'Pods on the same node do reach each other. ' : '';
  const assigned = [source, target].every(
    (place: Endpoint) => assignmentOf(place, surroundings).kind === 'right',
  );
  if (assigned) {
    return {
      cause: 'traffic-dropped',
      explanation: `${contrast}Both addresses are assigned to the right network interfaces, so something on the way drops it.`,
      nextStep: `look at the security group of the Multus interfaces, at the network ACLs, and at rp_filter and iptables on ${source.node} and ${target.node}`,
    };
  }
  return {
    cause: 'unassigned-address',
    explanation: `${contrast}Between nodes the VPC delivers only to addresses that are assigned to the network interface of the node: ${target.address} on ${target.node ?? 'its node'} probably is not.`,
    nextStep: 'use ipam: eni-prefix, and check the security group of the Multus interfaces',
  };
}

/** Why a pair that should stay apart talks. */
export function explainAnswer(
  { source, target, because }: ProbedPair,
  { networks }: Surroundings,
): Reason {
  const [one, other] = [source, target].map(({ network }) => networks.get(network)?.master);
  const how =
    one !== undefined && one === other
      ? `both have the master interface ${one}`
      : 'by a route through the VPC between the two subnets';
  return {
    cause: 'not-isolated',
    explanation: `${source.network} and ${target.network} should be apart (${because}), but traffic passes between them: ${how}.`,
    nextStep:
      'give each network a master interface of its own, and look at the security group and the network ACLs of the Multus subnets',
  };
}
