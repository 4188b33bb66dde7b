import type { Reason } from './check.ts';
import { answered, type ProbedPair } from './probed-pair.ts';
import type { Surroundings } from './surroundings.ts';

/** Why a pair that should talk is silent, from what was seen around it. */
export function explainSilence(pair: ProbedPair, surroundings: Surroundings): Reason {
  const { source, target } = pair;
  if (pair.ping?.problem?.kind === 'unreachable') {
    return {
      cause: 'missing-route',
      explanation: `${source.pod} has no way to ${target.address} through ${source.interface}.`,
      nextStep: `look at the routes of ${source.pod}`,
    };
  }
  const reverse = surroundings.reverseOf(pair);
  if (reverse !== undefined && answered(reverse)) {
    return {
      cause: 'one-way',
      explanation: 'The other direction answers, so one way drops.',
      nextStep: 'look at the security group of the Multus interfaces and at rp_filter on the nodes',
    };
  }
  return pair.scope === 'same-node' ? withinNode(pair) : betweenNodes(pair, surroundings);
}

function withinNode({ source }: ProbedPair): Reason {
  return {
    cause: 'wrong-master',
    explanation: `Both pods run on ${source.node ?? 'the same node'}, so the VPC is not involved.`,
    nextStep: 'look at the master interface of the network and at its CNI type and mode',
  };
}

function betweenNodes({ source, target }: ProbedPair, { within }: Surroundings): Reason {
  const near = within(source.network).filter(({ scope }) => scope === 'same-node');
  const contrast = near.some(answered) ? 'Pods on the same node do reach each other. ' : '';
  return {
    cause: 'unassigned-address',
    explanation: `${contrast}Between nodes the VPC delivers only to addresses that are assigned to the network interface of the node: ${target.address} on ${target.node ?? 'its node'} probably is not.`,
    nextStep: 'use ipam: eni-prefix, and check the security group of the Multus interfaces',
  };
}

/** Why a pair that should stay apart talks. */
export function explainAnswer({ source, target, because }: ProbedPair): Reason {
  return {
    cause: 'not-isolated',
    explanation: `${source.network} and ${target.network} should be apart (${because}), but traffic passes between them: by a route through the VPC between the two subnets, or because both use one master interface.`,
    nextStep: 'look at the security group and the network ACLs of the Multus subnets',
  };
}
