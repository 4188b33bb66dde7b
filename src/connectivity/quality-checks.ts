import { othersAt } from './address-holders.ts';
import { type CheckResult, failed, passed, type Reason } from './check.ts';
import type { Limits } from './evidence.ts';
import type { LargePing, Ping } from './observation.ts';
import { answered, type ProbedPair, pairSubject } from './probed-pair.ts';
import type { Surroundings } from './surroundings.ts';

/** How good is the connection of a pair that talks: size, loss and time. Nothing for a pair that does not. */
export function checkQuality(
  pair: ProbedPair,
  limits: Limits,
  surroundings: Surroundings,
): CheckResult[] {
  const { ping } = pair;
  if (ping === undefined || pair.expected !== 'answer' || !answered(pair)) return [];
  if (othersAt(pair.target, surroundings.holders).length > 0) return [];
  return [
    ...(ping.large === undefined ? [] : [checkSize(pair, ping.large, surroundings)]),
    checkLoss(pair, ping, limits, surroundings),
    ...checkTime(pair, ping, limits),
  ];
}

function checkSize(pair: ProbedPair, large: LargePing, surroundings: Surroundings): CheckResult {
  const question = { check: 'mtu', subject: pairSubject(pair) } as const;
  const { bytes, pathMtu } = large;
  const smaller = smallerMtu(pair, bytes, surroundings);
  if (large.answered && smaller === undefined) {
    return passed(question, `${bytes} bytes pass in one piece`);
  }
  const told = pathMtu === undefined ? '' : `; a router says ${pathMtu}`;
  const seen = large.answered
    ? `${bytes} bytes are answered, in pieces of ${smaller}`
    : `${bytes} bytes do not pass in one piece${told}`;
  return failed(question, seen, explainSize(pair, large, smaller));
}

/**
 * The MTU of the other end, when it is on the same network and takes less than was sent. Some interfaces accept what is
 * larger than their MTU, and some do not, so an answer does not make it right.
 */
function smallerMtu({ source, target }: ProbedPair, bytes: number, { pods }: Surroundings) {
  if (source.network !== target.network) return undefined;
  const other = pods.get(target.pod)?.probe?.mtu[target.interface];
  return other !== undefined && other < bytes ? other : undefined;
}

function explainSize(
  { source, target }: ProbedPair,
  { bytes, answered: large }: LargePing,
  smaller: number | undefined,
): Reason {
  const ends = `${target.pod} on ${target.node} has MTU ${smaller}, and ${source.pod} on ${source.node} has ${bytes}`;
  const effect = large
    ? 'its answers come in pieces, and what does not fit its interface may be dropped there'
    : 'large packets are lost on the way to it, small ones are not';
  return {
    cause: 'mtu',
    explanation:
      smaller === undefined
        ? `Small packets pass, so the way between ${source.node} and ${target.node} takes less than the interfaces say.`
        : `${ends}: ${effect}.`,
    nextStep:
      'give the master interface the same MTU on all nodes (9001 in a VPC, 1500 across a gateway), or set mtu in the configuration of the network',
  };
}

/** Lost packets, in percent of those that were sent. */
export function lossPercent({ sent, received }: Pick<Ping, 'sent' | 'received'>): number {
  return sent === 0 ? 100 : Math.round(((sent - received) / sent) * 1000) / 10;
}

function checkLoss(
  pair: ProbedPair,
  ping: Ping,
  limits: Limits,
  { losesWithinNode }: Surroundings,
): CheckResult {
  const question = { check: 'packet-loss', subject: pairSubject(pair) } as const;
  const lost = lossPercent(ping);
  const detail = `${lost} % of ${ping.sent} packets lost`;
  if (lost <= limits.lossPercent) return passed(question, detail);
  const within = losesWithinNode(pair.source.network);
  const where =
    pair.scope !== 'same-node' && within === false
      ? ` Between pods on one node no more are lost than may be, so it is the way between ${pair.source.node} and ${pair.target.node}.`
      : '';
  return failed(question, detail, {
    cause: 'packet-loss',
    explanation: `Some packets pass and some do not (${limits.lossPercent} % may be lost): the way is open, but it is overloaded or faulty.${where}`,
    nextStep: `look at the allowances that were exceeded on ${pair.source.node} and ${pair.target.node} (ethtool -S: bw_in, bw_out, pps, conntrack), and at other traffic`,
  });
}

function checkTime(pair: ProbedPair, ping: Ping, limits: Limits): CheckResult[] {
  const { averageMilliseconds: most } = limits;
  if (most === undefined || ping.milliseconds === undefined) return [];
  const question = { check: 'latency', subject: pairSubject(pair) } as const;
  const { avg } = ping.milliseconds;
  if (avg <= most) return [passed(question, `${avg} ms on average`)];
  const reason: Reason = {
    cause: 'slow',
    explanation: `Answers take ${avg} ms on average, and ${most} ms are allowed.`,
    nextStep: 'look at the load of both nodes, and at the distance between their zones',
  };
  return [failed(question, `${avg} ms on average`, reason)];
}
