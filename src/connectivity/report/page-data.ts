import type { CheckResult } from '../check.ts';
import type { Report } from '../report.ts';
import type { ReportedPair, ReportedPlace } from '../reported-pair.ts';
import { judgePairs, PAIR_STATES, type PairState, STATE_LEGEND } from './pair-state.ts';

/** What the page's scripts work on: the pairs, with places and failures by index so that nothing is said twice. */
export interface PageData {
  /** Worst first. */
  readonly states: readonly { readonly name: PairState; readonly words: string }[];
  readonly places: readonly PagePlace[];
  readonly pairs: readonly PagePair[];
  readonly failures: readonly PageFailure[];
}

export interface PagePlace extends ReportedPlace {
  readonly node: string;
  readonly zone: string;
}

export interface PagePair
  extends Pick<ReportedPair, 'scope' | 'expected' | 'because' | 'sent' | 'received' | 'attempts'> {
  readonly source: number;
  readonly target: number;
  readonly state: PairState;
  readonly milliseconds: ReportedPair['milliseconds'];
  readonly mtu: ReportedPair['mtu'];
  readonly megabitsPerSecond: number | null;
  readonly failures: readonly number[];
}

export type PageFailure = Pick<
  CheckResult,
  'check' | 'subject' | 'detail' | 'cause' | 'explanation' | 'nextStep'
>;

/** Makes the page's data from the report. */
export function pageData(report: Report): PageData {
  const pods = new Map(report.pods.map((pod) => [pod.name, pod]));
  const places = new Map<string, number>();
  const found: PagePlace[] = [];
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  const indexOf = new Map(failures.map((failure, index) => [failure, index]));
  const placeIndex = (place: ReportedPlace): number => {
    const key = `${place.pod} ${place.interface} ${place.address}`;
    const known = places.get(key);
    if (known !== undefined) return known;
    const pod = pods.get(place.pod);
    found.push({ ...place, node: pod?.node ?? 'no node', zone: pod?.zone ?? '' });
    places.set(key, found.length - 1);
    return found.length - 1;
  };
  const pairs = judgePairs(report).map(({ pair, state, failures: own }): PagePair => {
    const { scope, expected, because, sent, received, attempts } = pair;
    return {
      ...{ source: placeIndex(pair.source), target: placeIndex(pair.target), state },
      ...{ scope, expected, because, sent, received, attempts },
      ...{ milliseconds: pair.milliseconds, mtu: pair.mtu },
      megabitsPerSecond: pair.megabitsPerSecond,
      failures: own.flatMap((failure) => indexOf.get(failure) ?? []),
    };
  });
  const states = PAIR_STATES.map((name) => ({ name, words: STATE_LEGEND[name].words }));
  return {
    states,
    places: found,
    pairs,
    failures: failures.map(({ check, subject, detail, cause, explanation, nextStep }) => ({
      ...{ check, subject, detail },
      ...(cause === undefined ? {} : { cause }),
      ...(explanation === undefined ? {} : { explanation }),
      ...(nextStep === undefined ? {} : { nextStep }),
    })),
  };
}
