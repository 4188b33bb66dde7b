import { type CheckName, type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import { type Limits, othersAt, type Surroundings } from './evidence.ts';
import { explainAnswer, explainSilence } from './explain-pair.ts';
import { type LargePing, lossPercent, type Ping } from './observation.ts';

import { answered, type ProbedPair, pairSubject } from './pairs.ts';

/** Do both pods of a pair talk as they should, or stay apart as they should? */
export function checkPair(pair: ProbedPair, surroundings: Surroundings): CheckResult {
  const check: CheckName = pair.expected === 'answer' ? 'reachability' : 'isolation';
  const question = { check, subject: pairSubject(pair) };
  if (pair.ping === undefined) return skipped(question, pair.unprobed ?? 'not probed');
  const detail = describePing(pair.ping);
  if (pair.source.address === pair.target.address) {
    const same = `both have ${pair.source.address}, so the answer is ${pair.source.pod}'s own`;
    return failed(question, same, explainSilence(pair, surroundings));
  }
  if (pair.ping.problem?.kind === 'broken') return failed(question, detail, BROKEN_PING);
  const [other] = othersAt(pair.target, surroundings.holders);
  if (answered(pair) && pair.expected === 'answer' && other !== undefined) {
    const whose = `${other.pod} has ${pair.target.address}, too, so the answer may be its`;
    return skipped(question, `${detail}; ${whose}`);
  }
  if (answered(pair) === (pair.expected === 'answer')) return passed(question, detail);
  const reason = pair.expected === 'answer' ? explainSilence : explainAnswer;
  return failed(question, detail, reason(pair, surroundings));
}

const BROKEN_PING = {
  cause: 'probe-failed',
  explanation:
    'The image has no ping that takes -q, -c, -i, -W and -I, or the container may not use it (capability NET_RAW).',
  nextStep: 'choose another image with the input image',
} as const;

function describePing(ping: Ping): string {
  if (ping.problem !== undefined) return `${ping.address}: ${ping.problem.text}`;
  const times = ping.milliseconds === undefined ? '' : `, ${ping.milliseconds.avg} ms on average`;
  const tries = ping.attempts === undefined ? '' : `, try ${ping.attempts}`;
  return `${ping.address}: ${ping.received} of ${ping.sent} answered${times}${tries}`;
}

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
