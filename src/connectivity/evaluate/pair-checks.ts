import type { CheckName } from './catalogue/catalogue.ts';
import { type CheckResult, failed, passed, type Reason, skipped } from './check.ts';
import { type EvidenceIndex, type Limits, othersAt } from './evidence.ts';
import { explainAnswer, explainSilence } from './explain-pair.ts';
import { type LargePing, lossPercent, type Ping } from './observation.ts';
import { answered, type ProbedPair, pairSubject } from './pairs.ts';

/** Checks that a pair answers or is silent, as expected. */
export function checkPair(pair: ProbedPair, evidence: EvidenceIndex): CheckResult {
  const result = judgePing(pair, evidence);
  const tookMs = pair.ping?.tookMs;
  return tookMs === undefined ? result : { ...result, tookMs };
}

function judgePing(pair: ProbedPair, evidence: EvidenceIndex): CheckResult {
  const check: CheckName = pair.expected === 'answer' ? 'reachability' : 'isolation';
  const question = { check, subject: pairSubject(pair) };
  if (pair.ping === undefined) return skipped(question, pair.unprobed ?? 'not probed');
  const detail = describePing(pair.ping);
  if (pair.source.address === pair.target.address) {
    const same = `both have ${pair.source.address}, so ${pair.source.pod} answers itself`;
    return failed(question, same, explainSilence(pair, evidence));
  }
  if (pair.ping.problem?.kind === 'broken') return failed(question, detail, BROKEN_PING);
  const [other] = othersAt(pair.target, evidence.holders);
  if (answered(pair) && pair.expected === 'answer' && other !== undefined) {
    const whose = `${other.pod} also has ${pair.target.address}, so the answer may come from it`;
    return skipped(question, `${detail}; ${whose}`);
  }
  if (answered(pair) === (pair.expected === 'answer')) return passed(question, detail);
  const reason = pair.expected === 'answer' ? explainSilence : explainAnswer;
  return failed(question, detail, reason(pair, evidence));
}

const BROKEN_PING = {
  cause: 'probe-failed',
  explanation:
    'The image has no ping with the options -q, -c, -i, -W and -I, or the container may not use it (capability NET_RAW).',
  nextStep: 'choose another image with the input image',
} as const;

function describePing(ping: Ping): string {
  if (ping.problem !== undefined) return `${ping.address}: ${ping.problem.text}`;
  const times = ping.milliseconds === undefined ? '' : `, ${ping.milliseconds.avg} ms on average`;
  const tries = ping.attempts === undefined ? '' : `, try ${ping.attempts}`;
  return `${ping.address}: ${ping.received} of ${ping.sent} answered${times}${tries}`;
}

/** Checks packet size, packet loss and latency of a pair that answers. No checks for a pair that does not. */
export function checkQuality(
  pair: ProbedPair,
  limits: Limits,
  evidence: EvidenceIndex,
): CheckResult[] {
  const { ping } = pair;
  if (ping === undefined || pair.expected !== 'answer' || !answered(pair)) return [];
  if (othersAt(pair.target, evidence.holders).length > 0) return [];
  return [
    ...(ping.large === undefined ? [] : [checkSize(pair, ping.large, evidence)]),
    checkLoss(pair, ping, limits, evidence),
    ...checkTime(pair, ping, limits),
  ];
}

function checkSize(pair: ProbedPair, large: LargePing, evidence: EvidenceIndex): CheckResult {
  const question = { check: 'mtu', subject: pairSubject(pair) } as const;
  const { bytes, pathMtu } = large;
  const smaller = smallerMtu(pair, bytes, evidence);
  if (large.answered && smaller === undefined) {
    return passed(question, `${bytes} bytes pass in one piece`);
  }
  const reported = pathMtu === undefined ? '' : `; a router reported MTU ${pathMtu}`;
  const seen = large.answered
    ? `${bytes} bytes are answered in fragments of ${smaller}`
    : `${bytes} bytes do not pass in one piece${reported}`;
  return failed(question, seen, explainSize(pair, large, smaller));
}

/**
 * The MTU of the target, when it is on the same network and smaller than the packet. Some interfaces accept packets that
 * are larger than their MTU and some do not, so an answer does not prove that the MTU is right.
 */
function smallerMtu({ source, target }: ProbedPair, bytes: number, { pods }: EvidenceIndex) {
  if (source.network !== target.network) return undefined;
  const other = pods.get(target.pod)?.probe?.mtu[target.interface];
  return other !== undefined && other < bytes ? other : undefined;
}

function explainSize(
  { source, target }: ProbedPair,
  { bytes, answered: large }: LargePing,
  smaller: number | undefined,
): Reason {
  const ends = `${target.pod} on ${target.node} has MTU ${smaller}, but ${source.pod} on ${source.node} has MTU ${bytes}`;
  const effect = large
    ? 'its answers are fragmented, and its interface may drop larger packets'
    : 'large packets to it are lost, small ones pass';
  return {
    cause: 'mtu',
    explanation:
      smaller === undefined
        ? `Small packets pass, so the path between ${source.node} and ${target.node} has a smaller MTU than the interfaces.`
        : `${ends}: ${effect}.`,
    nextStep:
      'give the master interface the same MTU on all nodes (9001 in a VPC, 1500 across a gateway), or set mtu in the configuration of the network',
  };
}

function checkLoss(
  pair: ProbedPair,
  ping: Ping,
  limits: Limits,
  { losesWithinNode }: EvidenceIndex,
): CheckResult {
  const question = { check: 'packet-loss', subject: pairSubject(pair) } as const;
  const lost = lossPercent(ping);
  const detail = `${lost} % of ${ping.sent} packets lost`;
  if (lost <= limits.lossPercent) return passed(question, detail);
  const within = losesWithinNode(pair.source.network);
  const where =
    pair.scope !== 'same-node' && within === false
      ? ` Pods on one node do not lose more than that, so the path between ${pair.source.node} and ${pair.target.node} loses them.`
      : '';
  return failed(question, detail, {
    cause: 'packet-loss',
    explanation: `Some packets pass and some do not (${limits.lossPercent} % may be lost): the path works, but it is overloaded or faulty.${where}`,
    nextStep: `look for exceeded allowances on ${pair.source.node} and ${pair.target.node} (ethtool -S: bw_in, bw_out, pps, conntrack), and at other traffic`,
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
    explanation: `Answers take ${avg} ms on average, but only ${most} ms are allowed.`,
    nextStep: 'look at the load of both nodes, and at the distance between their zones',
  };
  return [failed(question, `${avg} ms on average`, reason)];
}
