import { type CheckResult, failed, passed, skipped } from './check.ts';
import type { Ping, PodObservation } from './observation.ts';
import type { Pair } from './pairs.ts';

/** A pair and what its ping said; no ping when it could not be sent. */
export interface ProbedPair extends Pair {
  readonly ping?: Ping;
  /** Why there is no ping. */
  readonly unprobed?: string;
}

/** Puts each pair together with its ping from the observations. */
export function probedPairs(pairs: readonly Pair[], pods: readonly PodObservation[]): ProbedPair[] {
  const observed = new Map(pods.map((pod) => [pod.name, pod]));
  return pairs.map((pair) => {
    const { source, target } = pair;
    for (const end of [source, target]) {
      if (end.address === undefined) {
        return { ...pair, unprobed: `${end.pod} has no address on ${end.interface}` };
      }
    }
    const pod = observed.get(source.pod);
    const ping = pod?.probe?.pings.find(
      (one) => one.interface === source.interface && one.address === target.address,
    );
    if (ping !== undefined) return { ...pair, ping };
    return { ...pair, unprobed: pod?.probeError ?? pod?.notReady ?? 'the probe did not send it' };
  });
}

/** True when at least one answer came. */
export function answered(pair: ProbedPair): boolean {
  return (pair.ping?.received ?? 0) > 0;
}

/** Do both pods of a pair talk as they should, or stay apart as they should? */
export function checkPair(pair: ProbedPair, all: readonly ProbedPair[]): CheckResult {
  const { source, target } = pair;
  const question = {
    check: pair.expected === 'answer' ? ('reachability' as const) : ('isolation' as const),
    subject: `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`,
  };
  if (pair.ping === undefined) return skipped(question, pair.unprobed ?? 'not probed');
  const detail = describePing(pair.ping);
  if (pair.ping.problem?.kind === 'broken') {
    return failed(
      question,
      detail,
      'The image has no ping that takes -q, -c, -i, -W and -I, or the container may not use it (capability NET_RAW). Choose another image with the input image.',
    );
  }
  if (answered(pair) === (pair.expected === 'answer')) return passed(question, detail);
  return failed(
    question,
    detail,
    pair.expected === 'answer' ? explainSilence(pair, all) : explainAnswer(pair),
  );
}

function describePing(ping: Ping): string {
  if (ping.problem !== undefined) return `${ping.address}: ${ping.problem.text}`;
  const times = ping.milliseconds === undefined ? '' : `, ${ping.milliseconds.avg} ms on average`;
  return `${ping.address}: ${ping.received} of ${ping.sent} answered${times}`;
}

/** What the other pairs tell about one that got no answer. */
function explainSilence(pair: ProbedPair, all: readonly ProbedPair[]): string {
  const { source, target } = pair;
  if (pair.ping?.problem?.kind === 'unreachable') {
    return `${source.pod} has no way to ${target.address} through ${source.interface}: look at its routes.`;
  }
  const reverse = all.find(
    (other) =>
      other.source.pod === target.pod &&
      other.target.pod === source.pod &&
      sameNetwork(other, pair),
  );
  if (reverse !== undefined && answered(reverse)) {
    return 'The other direction answers, so one way drops: look at the security group of the Multus interfaces and at rp_filter on the nodes.';
  }
  if (source.node === target.node) {
    return `Both pods run on ${source.node ?? 'the same node'}, so the VPC is not involved: look at the master interface of the network and at its CNI type and mode.`;
  }
  const near = all.filter(
    (other) => sameNetwork(other, pair) && other.source.node === other.target.node,
  );
  const contrast = near.some(answered) ? 'Pods on the same node do reach each other. ' : '';
  return `${contrast}Between nodes the VPC delivers only to addresses that are assigned to the network interface of the node: ${target.address} on ${target.node ?? 'its node'} probably is not. Use ipam: eni-prefix, and check the security group of the Multus interfaces.`;
}

function sameNetwork(one: Pair, other: Pair): boolean {
  return one.source.network === other.source.network && one.target.network === other.target.network;
}

function explainAnswer({ source, target }: Pair): string {
  return `${source.network} and ${target.network} should be apart, but traffic passes between them: by a route through the VPC between the two subnets (look at the security group and the network ACLs), or because both use one master interface.`;
}
