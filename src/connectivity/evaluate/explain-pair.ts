import { inNetwork, isIpv6, isNetwork } from '../../core/ip.ts';
import type { Reason } from './check.ts';
import { type EvidenceIndex, othersAt } from './evidence.ts';
import { assignmentOf, explainAssignment } from './explain-address.ts';
import { answered, type Endpoint, type ProbedPair } from './pairs.ts';
import { filtersStrictly, isOnSameMaster, strayRoute } from './route-lookup.ts';

type Explainer = (pair: ProbedPair, evidence: EvidenceIndex) => Reason | undefined;

/** Why a pair that should talk is silent. The first explanation that fits the evidence counts. */
export function explainSilence(pair: ProbedPair, evidence: EvidenceIndex): Reason {
  const explainers: readonly Explainer[] = [
    downInterface,
    unreachable,
    sharedAddress,
    sharedMac,
    badAssignment,
    noRoute,
    strayAnswer,
    explainPolicy,
    oneWay,
    withinNode,
  ];
  for (const explain of explainers) {
    const reason = explain(pair, evidence);
    if (reason !== undefined) return reason;
  }
  return betweenNodes(pair, evidence);
}

/** A driver that does not report its carrier leaves the pod's interface up, and the interface drops the packets. */
function downInterface({ source, target }: ProbedPair, evidence: EvidenceIndex) {
  for (const [place, other] of [
    [source, target],
    [target, source],
  ] as const) {
    const { pod, interface: device, network, node } = place;
    const state = evidence.pods.get(pod)?.probe?.state?.[device];
    const down = state === 'down' || state === 'lowerlayerdown';
    if (!down && evidence.requests(place, other) !== 'kept') continue;
    const master = evidence.networks.get(network)?.master ?? 'the master interface';
    const symptom = down ? `is ${state}` : 'drops packets to other nodes';
    return {
      cause: 'interface-down',
      explanation: `${device} of ${pod} ${symptom}: it cannot send because its parent interface ${master} on ${node} is down.`,
      nextStep: `look at ${master} on ${node} (ip link) and at its network interface in EC2; replace the node if it does not come up`,
    } as const;
  }
  return undefined;
}

function unreachable({ source, target, ping }: ProbedPair): Reason | undefined {
  if (ping?.problem?.kind !== 'unreachable') return undefined;
  return {
    cause: 'missing-route',
    explanation: `${source.pod} cannot reach ${target.address} through ${source.interface}: it has no route.`,
    nextStep: `look at the routes of ${source.pod}`,
  };
}

function sharedAddress({ source, target, scope }: ProbedPair, evidence: EvidenceIndex) {
  for (const place of [target, source]) {
    const [other] = othersAt(place, evidence.holders);
    if (other === undefined) continue;
    const more = scope === 'same-node' ? undefined : explainAssignment(place, evidence);
    return {
      cause: 'duplicate-address',
      explanation: `${place.address} belongs to ${place.pod} on ${place.node} and to ${other.pod} on ${other.node ?? 'no node'}: packets reach at most one of them.${more === undefined ? '' : ` ${more.explanation}`}`,
      nextStep: 'use ipam: eni-prefix, or a range that only one node uses',
    } as const;
  }
  return undefined;
}

/** An ipvlan interface has the MAC address of its master, as all others on that master. */
function sharedMac({ source, target }: ProbedPair, evidence: EvidenceIndex): Reason | undefined {
  for (const { network, pod, interface: device } of [target, source]) {
    if (evidence.networks.get(network)?.type === 'ipvlan') continue;
    const mac = evidence.pods.get(pod)?.probe?.mac?.[device];
    if (mac === undefined) continue;
    const twin = evidence.sharingMac(network, mac).find((other) => other.pod !== pod);
    if (twin === undefined) continue;
    return {
      cause: 'duplicate-mac',
      explanation: `${pod} and ${twin.pod} both have the MAC address ${mac}: switches and bridges deliver frames to one of them only.`,
      nextStep: 'remove the fixed MAC address from the pods (annotation or plugin tuning)',
    };
  }
  return undefined;
}

/** Pods on one node talk without the VPC, so the assignment of addresses does not matter. */
function badAssignment(pair: ProbedPair, evidence: EvidenceIndex): Reason | undefined {
  if (pair.scope === 'same-node') return undefined;
  return explainAssignment(pair.target, evidence) ?? explainAssignment(pair.source, evidence);
}

/** A ping that is bound to an interface leaves without a route. Its answer then finds no route back, or takes another one. */
function noRoute({ source, target }: ProbedPair, { pods }: EvidenceIndex): Reason | undefined {
  for (const [from, to] of [
    [source, target],
    [target, source],
  ] as const) {
    const routes = pods.get(from.pod)?.probe?.routes ?? [];
    const own = routes.filter((route) => route.interface === from.interface);
    const { address = '' } = to;
    const found = own.some(
      ({ destination }) =>
        destination === 'default' || (isNetwork(destination) && inNetwork(address, destination)),
    );
    if (found || own.length === 0) continue;
    return {
      cause: 'missing-route',
      explanation: `${from.pod} has no route to ${address} through ${from.interface}. It has routes only to ${own.map(({ destination }) => destination).join(', ')}.`,
      nextStep: `add a route to the network ${from.network} (other-zones: true adds routes to its subnets in other zones), or declare with expect that these pairs stay isolated`,
    };
  }
  return undefined;
}

/**
 * The target answers by its own routes, whatever interface the request came by. Where it filters strictly by reverse
 * path, it does not even take the request; the source then does not take the answer.
 */
function strayAnswer({ source, target }: ProbedPair, evidence: EvidenceIndex): Reason | undefined {
  for (const [from, to] of [
    [target, source],
    [source, target],
  ] as const) {
    const probe = evidence.pods.get(from.pod)?.probe;
    const route = probe === undefined ? undefined : strayRoute(probe, from, to.address ?? '');
    if (probe === undefined || route === undefined) continue;
    const way = `The route of ${from.pod} to ${to.address} leads through ${route.interface}, not through ${from.interface}`;
    if (filtersStrictly(probe, from.interface)) {
      return {
        cause: 'rp-filter',
        explanation: `${way}, and rp_filter of ${from.interface} is strict: the pod drops what ${to.pod} sends.`,
        nextStep: `remove the route to ${route.destination} from the pod, or set rp_filter to 2 (the plugin tuning can)`,
      };
    }
    if (from === source || isOnSameMaster(route.interface, from, evidence)) continue;
    return {
      cause: 'asymmetric-path',
      explanation: `${way}: requests arrive on ${from.interface}, and their answers leave elsewhere with an address of ${from.interface}, so the VPC drops them.`,
      nextStep: `remove the route to ${route.destination} from the pod (look at the routes of the cluster's own network and of the pod's other networks), or use the plugin sbr`,
    };
  }
  return undefined;
}

/** Why packets of a pair are filtered inside the pods. Undefined without a policy for their networks. */
export function explainPolicy(
  { source, target }: ProbedPair,
  { policiesOf }: EvidenceIndex,
): Reason | undefined {
  const policies = policiesOf(target.network) ?? policiesOf(source.network);
  if (policies === undefined) return undefined;
  return {
    cause: 'network-policy',
    explanation: `The MultiNetworkPolicy ${policies} selects the test pods, so it probably drops these packets.`,
    nextStep:
      'look at the policy (kubectl get multi-networkpolicies -A), and let it allow them or declare with expect that these pairs stay isolated',
  };
}

function oneWay(pair: ProbedPair, { reverseOf, requests }: EvidenceIndex): Reason | undefined {
  const { source, target } = pair;
  const reverse = reverseOf(pair);
  // Requests were traced for one pair between these nodes. The result holds for the others.
  const there = requests(source, target);
  const back = requests(target, source);
  if (reverse !== undefined && answered(reverse)) {
    const explanation = `The other direction answers, so requests from ${source.pod} to ${target.pod} are dropped, but answers pass.`;
    const nextStep =
      pair.scope === 'same-node'
        ? `look at iptables on ${source.node}: a stateful filter lets answers pass`
        : `look at the security groups of the Multus interfaces and at iptables on ${source.node} and ${target.node}: a stateful filter lets answers pass`;
    return { cause: 'one-way', explanation, nextStep };
  }
  const nextStep = `look at the network ACLs between ${source.node} and ${target.node}, and at iptables and rp_filter on both; it is not a security group, which would let answers pass`;
  if (there === 'arrived' && back === 'lost') {
    const explanation = `Requests from ${source.node} reach ${target.node}, but the answers do not come back: packets from ${target.node} to ${source.node} are dropped.`;
    return { cause: 'one-way', explanation, nextStep };
  }
  if (there === 'lost' && back === 'arrived') {
    const explanation = `Requests from ${source.node} do not reach ${target.node}, but those from ${target.node} reach ${source.node}: packets from ${source.node} to ${target.node} are dropped.`;
    return { cause: 'one-way', explanation, nextStep };
  }
  return undefined;
}

function withinNode(
  { source, scope }: ProbedPair,
  { networks }: EvidenceIndex,
): Reason | undefined {
  if (scope !== 'same-node') return undefined;
  return {
    cause: 'traffic-dropped',
    explanation: `Both pods run on ${source.node ?? 'the same node'}, so the VPC is not involved: something on the node drops the packets.`,
    nextStep: `look at the type and mode of ${source.network} (${networks.get(source.network)?.kind ?? 'unknown'}), and at iptables on the node`,
  };
}

function betweenNodes(pair: ProbedPair, evidence: EvidenceIndex): Reason {
  const { source, target } = pair;
  const near = evidence.talksWithinNode(source.network);
  const contrast = near ? 'Pods on the same node reach each other. ' : '';
  const assigned = [source, target].every(
    (place: Endpoint) => assignmentOf(place, evidence).kind === 'right',
  );
  if (assigned) {
    return {
      cause: 'traffic-dropped',
      explanation: `${contrast}${ofOneFamily(pair, evidence)}Both addresses are assigned to the right network interfaces, so something between them drops the packets.`,
      nextStep: `look at the security group of the Multus interfaces, at the network ACLs, and at rp_filter and iptables on ${source.node} and ${target.node}`,
    };
  }
  return {
    cause: 'unassigned-address',
    explanation: `${contrast}Between nodes the VPC delivers only to addresses that are assigned to the network interface of the node, and ${target.address} on ${target.node ?? 'its node'} probably is not.`,
    nextStep: 'use ipam: eni-prefix, and check the security group of the Multus interfaces',
  };
}

/** Groups and ACLs have rules of their own for each family. */
function ofOneFamily(pair: ProbedPair, { talksInOtherFamily }: EvidenceIndex): string {
  if (!talksInOtherFamily(pair)) return '';
  const [silent, other] = isIpv6(pair.source.address) ? ['IPv6', 'IPv4'] : ['IPv4', 'IPv6'];
  return `The same interfaces talk over ${other}, so it is a rule for ${silent} alone. `;
}

/** Why a pair that should be isolated talks. */
export function explainAnswer(
  { source, target, because }: ProbedPair,
  { networks }: EvidenceIndex,
): Reason {
  const [one, other] = [source, target].map(({ network }) => networks.get(network)?.master);
  const how =
    one !== undefined && one === other
      ? `both use the master interface ${one}`
      : 'the VPC routes between the two subnets';
  return {
    cause: 'not-isolated',
    explanation: `${source.network} and ${target.network} should be isolated (${because}), but traffic passes between them: ${how}.`,
    nextStep:
      'give each network a master interface of its own, and look at the security group and the network ACLs of the Multus subnets',
  };
}
