import type { CheckResult } from '../check.ts';
import type { Report } from '../report.ts';
import type { ReportedPair } from '../reported-pair.ts';

/** What a reader wants to know of a pair at one look, worst first. */
export const PAIR_STATES = [
  'silent',
  'leaks',
  'impaired',
  'not-probed',
  'answers',
  'apart',
] as const;

export type PairState = (typeof PAIR_STATES)[number];

/** A pair, its state, and the checks that it failed. */
export interface JudgedPair {
  readonly pair: ReportedPair;
  readonly state: PairState;
  readonly failures: readonly CheckResult[];
}

/** Legend of matrices: a sign that also reads without colour, and words. */
export const STATE_LEGEND: Readonly<Record<PairState, { sign: string; words: string }>> = {
  silent: { sign: '❌', words: 'silent, but should answer' },
  leaks: { sign: '⚠️', words: 'answers, but should be apart' },
  impaired: { sign: '🟠', words: 'answers, with loss, delay or a smaller MTU' },
  'not-probed': { sign: '❔', words: 'not probed' },
  answers: { sign: '✅', words: 'answers' },
  apart: { sign: '🔒', words: 'apart, as it should be' },
};

/** Puts each pair of the matrix together with the checks that it failed. */
export function judgePairs({ matrix, checks }: Report): readonly JudgedPair[] {
  const failed = checks.filter(({ outcome }) => outcome === 'failed');
  const bySubject = Map.groupBy(failed, ({ subject }) => subject);
  return matrix.map((pair) => {
    const failures = bySubject.get(pairName(pair)) ?? [];
    return { pair, state: stateOf(pair, failures), failures };
  });
}

/** The worst state among pairs; undefined when there are none. */
export function worst(pairs: readonly JudgedPair[]): PairState | undefined {
  const present = new Set(pairs.map(({ state }) => state));
  return PAIR_STATES.find((state) => present.has(state));
}

/** How a pair is called, also as the subject of its checks. */
export function pairName({ source, target }: ReportedPair): string {
  return `${source.pod} ${source.interface} → ${target.pod} ${target.interface}`;
}

function stateOf(pair: ReportedPair, failures: readonly CheckResult[]): PairState {
  if (pair.seen === 'not-probed') return 'not-probed';
  if (pair.expected === 'silence') return pair.seen === 'silence' ? 'apart' : 'leaks';
  if (pair.seen === 'silence') return 'silent';
  return failures.length > 0 ? 'impaired' : 'answers';
}
