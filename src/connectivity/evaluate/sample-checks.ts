import { expectedAnswers } from '../probe/echo-counters.ts';
import { type CheckResult, failed, passed, skipped } from './check.ts';
import type { Evidence, EvidenceIndex, SampleLimits } from './evidence.ts';
import type { Sample } from './observation.ts';
import { matchesName, type Pair, type ProbedPair, pairSubject } from './pairs.ts';
import { askPod, generalReason, type PodQuestion } from './pod-question.ts';

/**
 * The pairs whose jitter and throughput are measured: on each network that is asked for, the first pair that should talk of each
 * distance. The same pairs give the same choice. Pure.
 */
export function sampledPairs<P extends Pair>(
  pairs: readonly P[],
  networks: readonly string[],
): readonly P[] {
  if (networks.length === 0) return [];
  const wanted = pairs.filter(
    ({ source, target, expected }) =>
      expected === 'answer' &&
      source.network === target.network &&
      target.address !== undefined &&
      networks.some((pattern) => matchesName(pattern, source.network)),
  );
  const firsts = new Map(
    wanted.toReversed().map((pair) => [`${pair.source.network} ${pair.scope}`, pair] as const),
  );
  return wanted.filter((pair) => firsts.get(`${pair.source.network} ${pair.scope}`) === pair);
}

/** Checks that no request of a pod has several answers, and judges the samples. */
export function checkSamples(
  { sampling, pods }: Evidence,
  matrix: readonly ProbedPair[],
  evidence: EvidenceIndex,
): CheckResult[] {
  const sampled = sampling === undefined ? [] : sampledPairs(matrix, sampling.networks);
  const duplicates = duplicateQuestion(matrix);
  return [
    ...pods.flatMap((pod) => askPod([duplicates], pod, evidence)),
    ...sampled.flatMap((pair) =>
      sampling === undefined ? [] : judgePair(pair, sampling, evidence.pods),
    ),
  ];
}

/** The pod's counters see what a ping may miss: one packet of an interface with jumbo frames can fill its socket. */
function duplicateQuestion(matrix: readonly ProbedPair[]): PodQuestion {
  const rows = Map.groupBy(matrix, ({ source }) => source.pod);
  return {
    check: 'duplicate-answers',
    well: 'no request has more than one answer',
    find: ({ pod, probe: { pings, echoes } }) => {
      const counts = pings.map(({ address, sent, received, duplicates = 0 }) => ({
        of: address,
        requests: sent,
        answers: received + duplicates,
      }));
      if (echoes !== undefined) {
        const requests = expectedAnswers(rows.get(pod.name) ?? [], echoes);
        counts.push({ of: 'all pings', requests, answers: echoes.answers });
      }
      return counts
        .filter(({ requests, answers }) => answers > requests)
        .map(({ of, requests, answers }) => ({
          detail: `${of}: ${answers} answers to ${requests} requests`,
          reason: generalReason('duplicate-answers', 'duplicate-answers'),
        }));
    },
  };
}

/** The sample of a pair. */
export function sampleOf(
  { source, target }: Pair,
  pods: EvidenceIndex['pods'],
): Sample | undefined {
  return pods
    .get(source.pod)
    ?.probe?.samples?.find(
      (one) => one.interface === source.interface && one.address === target.address,
    );
}

function judgePair(
  pair: ProbedPair,
  limits: SampleLimits,
  pods: EvidenceIndex['pods'],
): CheckResult[] {
  const sample = sampleOf(pair, pods);
  const subject = pairSubject(pair);
  if (sample === undefined) {
    return (['jitter', 'order', 'throughput'] as const).map((check) =>
      skipped({ check, subject }, 'no sample was taken'),
    );
  }
  return [
    judgeJitter(subject, sample, limits),
    judgeOrder(subject, sample),
    judgeThroughput(subject, sample, limits),
  ];
}

/** Requests are 0.2 s apart, so nothing but the path lets an answer overtake another one. */
function judgeOrder(subject: string, { order = [] }: Sample): CheckResult {
  const question = { check: 'order', subject } as const;
  if (order.length < 2) return skipped(question, 'fewer than two answers');
  const late = lateAnswers(order);
  const detail = `${late} of ${order.length} answers came after one to a later request`;
  if (late === 0) return passed(question, `${order.length} answers in the order of the requests`);
  return failed(question, detail, generalReason('order', 'reordered'));
}

/** How many answers came after one to a later request, as RFC 4737 counts packets that are reordered. */
export function lateAnswers(order: readonly number[]): number {
  let latest = Number.NEGATIVE_INFINITY;
  let late = 0;
  for (const number of order) {
    if (number < latest) late += 1;
    latest = Math.max(latest, number);
  }
  return late;
}

function judgeJitter(
  subject: string,
  sample: Sample,
  { jitterMilliseconds: most }: SampleLimits,
): CheckResult {
  const question = { check: 'jitter', subject } as const;
  const jitter = jitterOf(sample);
  if (jitter === undefined) return skipped(question, 'fewer than two answers');
  const detail = `${jitter} ms between ${sample.roundTrips.length} answers`;
  if (most === undefined || jitter <= most) return passed(question, detail);
  return failed(
    question,
    `${detail}, and at most ${most} ms are allowed`,
    generalReason('jitter', 'uneven'),
  );
}

function judgeThroughput(
  subject: string,
  sample: Sample,
  { megabitsPerSecond: least }: SampleLimits,
): CheckResult {
  const question = { check: 'throughput', subject } as const;
  const { megabitsPerSecond: seen, problem } = sample;
  if (seen === undefined) return skipped(question, problem ?? 'it was not measured');
  const detail = `${seen} Mbit/s over one TCP connection`;
  if (least === undefined || seen >= least) return passed(question, detail);
  return failed(
    question,
    `${detail}, and at least ${least} are asked for`,
    generalReason('throughput', 'low-throughput'),
  );
}

/** The mean difference of consecutive round trips in milliseconds; undefined with fewer than two. */
export function jitterOf({ roundTrips }: Sample): number | undefined {
  if (roundTrips.length < 2) return undefined;
  const differences = roundTrips
    .slice(1)
    .map((time, index) => Math.abs(time - (roundTrips[index] ?? time)));
  const mean = differences.reduce((sum, one) => sum + one, 0) / differences.length;
  return Math.round(mean * 1000) / 1000;
}
