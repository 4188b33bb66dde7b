import type { CheckResult } from '../evaluate/check.ts';
import { judgePairs, PAIR_STATES, type PairState, STATE_LEGEND } from './pair-state.ts';
import type { Report, ReportedPair, ReportedPlace } from './report.ts';

/** What the script of the page reads: the pairs, which name places and failures by their index. */
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

export interface PagePair extends Omit<ReportedPair, 'source' | 'target' | 'seen' | 'lossPercent'> {
  readonly source: number;
  readonly target: number;
  readonly state: PairState;
  readonly failures: readonly number[];
}

export type PageFailure = Omit<CheckResult, 'outcome'>;

/** The data of the page, from the report. Pure. */
export function pageData(report: Report): PageData {
  const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
  const failureIndex = new Map(failures.map((failure, index) => [failure, index]));
  const judged = judgePairs(report);
  const places = new Map(
    judged.flatMap(({ pair }) => [pair.source, pair.target]).map((place) => [keyOf(place), place]),
  );
  const placeIndex = new Map([...places.keys()].map((key, index) => [key, index]));
  const pods = new Map(report.pods.map((pod) => [pod.name, pod]));
  return {
    states: PAIR_STATES.map((name) => ({ name, words: STATE_LEGEND[name].words })),
    places: [...places.values()].map((place) => {
      const { node, zone } = pods.get(place.pod) ?? {};
      return { ...place, node: node ?? 'no node', zone: zone ?? '' };
    }),
    pairs: judged.map(({ pair, state, failures: own }) => {
      const { seen: _, lossPercent: __, ...shown } = pair;
      return {
        ...shown,
        source: placeIndex.get(keyOf(pair.source)) ?? 0,
        target: placeIndex.get(keyOf(pair.target)) ?? 0,
        state,
        failures: own.flatMap((failure) => failureIndex.get(failure) ?? []),
      };
    }),
    failures: failures.map(({ outcome: _, ...failure }) => failure),
  };
}

function keyOf({ pod, interface: device, address }: ReportedPlace): string {
  return `${pod} ${device} ${address}`;
}
