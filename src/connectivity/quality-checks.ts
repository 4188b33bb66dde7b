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
  return [
    ...(ping.large === undefined ? [] : [checkSize(pair, ping.large, surroundings)]),
    checkLoss(pair, ping, limits),
    ...checkTime(pair, ping, limits),
  ];
}

function checkSize(pair: ProbedPair, large: LargePing, surroundings: Surroundings): CheckResult {
  const question = { check: 'mtu', subject: pairSubject(pair) } as const;
  const { bytes, pathMtu } = large;
  if (large.answered) return passed(question, `${bytes} bytes pass in one piece`);
  const told = pathMtu === undefined ? '' : `; a router says ${pathMtu}`;
  return failed(
    question,
    `${bytes} bytes do not pass in one piece${told}`,
    explainSize(pair, large, surroundings),
  );
}

function explainSize({ source, target }: ProbedPair, large: LargePing, { pods }: Surroundings) {
  const other = pods.get(target.pod)?.probe?.mtu[target.interface];
  const where =
    other !== undefined && other < large.bytes
      ? `${target.pod} on ${target.node} has MTU ${other}, and ${source.pod} on ${source.node} has ${large.bytes}: large packets are lost on the way to it, small ones are not.`
      : `Small packets pass, so the way between ${source.node} and ${target.node} takes less than the interfaces say.`;
  return {
    cause: 'mtu',
    explanation: where,
    nextStep:
      'give the master interface the same MTU on all nodes (9001 in a VPC, 1500 across a gateway), or set mtu in the configuration of the network',
  } as const satisfies Reason;
}

/** Lost packets, in percent of those that were sent. */
export function lossPercent({ sent, received }: Pick<Ping, 'sent' | 'received'>): number {
  return sent === 0 ? 100 : Math.round(((sent - received) / sent) * 1000) / 10;
}

function checkLoss(pair: ProbedPair, ping: Ping, limits: Limits): CheckResult {
  const question = { check: 'packet-loss', subject: pairSubject(pair) } as const;
  const lost = lossPercent(ping);
  const detail = `${lost} % of ${ping.sent} packets lost`;
  if (lost <= limits.lossPercent) return passed(question, detail);
  return failed(question, detail, {
    cause: 'packet-loss',
    explanation: `Some packets pass and some do not (${limits.lossPercent} % may be lost): the way is open, but it is overloaded or faulty.`,
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
