import { ServiceError } from '../gateway/query-protocol.ts';

/** When a schedule invokes its target. Times are in milliseconds since 1970. */
export type Recurrence =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'rate'; readonly everyMs: number };

const UNITS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
const RATE = /^rate\((\d+) (minute|hour|day)(s?)\)$/;
const AT = /^at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)$/;

/** Reads the expression of a schedule in UTC. @throws ServiceError for one that is invalid, or that nobody here needs. */
export function readRecurrence(expression: string): Recurrence {
  const [, at] = AT.exec(expression) ?? [];
  const time = Date.parse(`${at}Z`);
  if (!Number.isNaN(time)) return { kind: 'once', at: time };
  const [, count = '', unit = '', plural] = RATE.exec(expression) ?? [];
  const value = Number(count);
  // A value of 1 takes the singular: https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based
  if (value > 0 && (value === 1) === (plural === '')) {
    return { kind: 'rate', everyMs: value * UNITS[unit as keyof typeof UNITS] };
  }
  throw new ServiceError('ValidationException', `Invalid Schedule Expression ${expression}.`);
}

export interface Period {
  /** When a rate begins; the time of the last change where the schedule has no start. */
  readonly start: number;
  readonly end: number | undefined;
}

/** The times after `after` and until `now` at which a schedule invokes its target, oldest first. */
export function occurrences(
  recurrence: Recurrence,
  { start, end }: Period,
  after: number,
  now: number,
): readonly number[] {
  if (recurrence.kind === 'once') {
    return recurrence.at > after && recurrence.at <= now ? [recurrence.at] : [];
  }
  const { everyMs } = recurrence;
  const last = Math.min(now, end ?? now);
  const found: number[] = [];
  const skipped = Math.max(0, Math.ceil((after + 1 - start) / everyMs));
  for (let time = start + skipped * everyMs; time <= last; time += everyMs) found.push(time);
  return found;
}
