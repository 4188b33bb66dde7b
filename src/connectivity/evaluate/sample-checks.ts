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
  return [
    ...pods.flatMap((pod) => askPod(DUPLICATES, pod, evidence)),
    ...sampled.flatMap((pair) =>
      sampling === undefined ? [] : judgePair(pair, sampling, evidence.pods),
    ),
  ];
}

const DUPLICATES: readonly PodQuestion[] = [
  {
    check: 'duplicate-answers',
    well: 'no request has more than one answer',
    find: ({ probe }) =>
      probe.pings
        .filter(({ sent, received }) => received > sent)
        .map(({ address, sent, received }) => ({
          detail: `${address}: ${received} answers to ${sent} requests`,
          reason: generalReason('duplicate-answers', 'duplicate-answers'),
        })),
  },
];

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
    return (['jitter', 'throughput'] as const).map((check) =>
      skipped({ check, subject }, 'no sample was taken'),
    );
  }
  return [judgeJitter(subject, sample, limits), judgeThroughput(subject, sample, limits)];
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
