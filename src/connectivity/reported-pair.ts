import type { Expected } from './expectation.ts';
import type { LargePing } from './observation.ts';
import type { Endpoint } from './pairs.ts';
import { answered, type ProbedPair } from './probed-pair.ts';
import { lossPercent } from './quality-checks.ts';
import type { Scope } from './scope.ts';

/** One cell of the matrix, as the report has it. */
export interface ReportedPair {
  readonly source: ReportedPlace;
  readonly target: ReportedPlace;
  readonly scope: Scope;
  readonly expected: Expected;
  /** The rule that says so: `one network`, `different networks`, or a line of the input `expect`. */
  readonly because: string;
  readonly seen: 'answer' | 'silence' | 'not-probed';
  readonly sent: number;
  readonly received: number;
  /** Null when nothing was sent. */
  readonly lossPercent: number | null;
  readonly milliseconds: {
    readonly min: number;
    readonly avg: number;
    readonly max: number;
  } | null;
  /** How often it was tried: more than once after silence or loss. 0 when not probed. */
  readonly attempts: number;
  /** What became of a packet of the interface's MTU, in one piece; null when none was sent. */
  readonly mtu: {
    readonly bytes: number;
    readonly passed: boolean;
    /** What a router on the path told; null when none did. */
    readonly pathMtu: number | null;
  } | null;
  /** A throughput sample; null when none was taken. */
  readonly megabitsPerSecond: number | null;
}

export interface ReportedPlace {
  readonly pod: string;
  readonly interface: string;
  readonly network: string;
  readonly address: string | null;
}

/** Puts a pair and its ping into the report's words. Pure. */
export function reportPair(pair: ProbedPair): ReportedPair {
  const { ping, scope, expected, because } = pair;
  const unprobed = ping === undefined || ping.problem?.kind === 'broken';
  return {
    source: reportPlace(pair.source),
    target: reportPlace(pair.target),
    ...{ scope, expected, because },
    seen: unprobed ? 'not-probed' : answered(pair) ? 'answer' : 'silence',
    sent: ping?.sent ?? 0,
    received: ping?.received ?? 0,
    lossPercent: ping === undefined || ping.sent === 0 ? null : lossPercent(ping),
    milliseconds: ping?.milliseconds ?? null,
    attempts: ping === undefined ? 0 : (ping.attempts ?? 1),
    mtu: reportMtu(ping?.large),
    megabitsPerSecond: ping?.megabitsPerSecond ?? null,
  };
}

function reportMtu(large: LargePing | undefined): ReportedPair['mtu'] {
  if (large === undefined) return null;
  return { bytes: large.bytes, passed: large.answered, pathMtu: large.pathMtu ?? null };
}

function reportPlace(place: Endpoint): ReportedPlace {
  const { pod, interface: device, network, address } = place;
  return { pod, interface: device, network, address: address ?? null };
}
