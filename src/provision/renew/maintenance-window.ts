import { text } from '../../github/inputs.ts';

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;
const DAY = `(?:${DAYS.join('|')})`;
const TIME = '([01]\\d|2[0-3]):([0-5]\\d)';
const WINDOW = new RegExp(`^(?:(${DAY}(?:,${DAY})*) )?${TIME}-${TIME} UTC$`);
const ALWAYS = 'always';
const ALLOWED = `always, or days (by default all) and times such as Sun 02:00-05:00 UTC or Sat,Sun 22:00-02:00 UTC`;

/** When nodes may be renewed. */
export interface MaintenanceWindow {
  /** As people wrote it. */
  readonly text: string;
  /** The days on which it opens; 0 is Sunday. */
  readonly days: readonly number[];
  /** Minutes after midnight UTC. */
  readonly from: number;
  /** Minutes after midnight UTC. Before `from`, it is on the next day. */
  readonly to: number;
}

/** A field for a maintenance window. */
export function windowField() {
  const pattern = new RegExp(`^${ALWAYS}$|${WINDOW.source}`);
  return text(pattern, ALLOWED).refine((raw) => {
    const { from, to } = parseWindow(raw);
    return raw === ALWAYS || from !== to;
  }, ALLOWED);
}

/** Reads a window that the field has let through. Pure. */
export function parseWindow(raw: string): MaintenanceWindow {
  const [, days, ...times] = WINDOW.exec(raw) ?? [];
  const [fromHour = 0, fromMinute = 0, toHour = 24, toMinute = 0] = times.map(Number);
  const names: readonly string[] = DAYS;
  return {
    text: raw,
    days: days === undefined ? [...DAYS.keys()] : days.split(',').map((day) => names.indexOf(day)),
    from: fromHour * 60 + fromMinute,
    to: toHour * 60 + toMinute,
  };
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * Whether a window is open. Pure.
 *
 * @param time in milliseconds since 1970
 */
export function isOpen({ days, from, to }: MaintenanceWindow, time: number): boolean {
  const date = new Date(time);
  const today = date.getUTCDay();
  const minute = Math.floor((time / MINUTE_MS) % DAY_MINUTES);
  if (from < to) return days.includes(today) && from <= minute && minute < to;
  const yesterday = (today + 6) % 7;
  return (days.includes(today) && minute >= from) || (days.includes(yesterday) && minute < to);
}
