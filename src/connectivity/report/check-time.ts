import type { CheckResult } from '../evaluate/check.ts';

/** How long the probes of some checks ran, in seconds. Probes run side by side, so this is more than the time that passed. */
export function probeSeconds(checks: readonly CheckResult[]): number {
  const milliseconds = checks.reduce((sum, { tookMs = 0 }) => sum + tookMs, 0);
  return Math.round(milliseconds / 10) / 100;
}

/** Seconds for people; nothing for checks that need no probe. */
export function secondsText(seconds: number): string {
  return seconds === 0 ? '' : `${seconds} s`;
}
