/** One measured value and the limit that it must not exceed. Without a target, it is for information only. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly target?: number;
  readonly ok: boolean;
}

/** A measurement that must be at most `target`, before it is rounded. */
export function atMost(name: string, value: number, unit: string, target: number): Measurement {
  return { name, value: round(value), unit, target, ok: value <= target };
}

/** A measurement without a target. */
export function noted(name: string, value: number, unit: string): Measurement {
  return { name, value: round(value), unit, ok: true };
}

/**
 * The smallest of the values that at least `share` of them do not exceed (nearest rank).
 *
 * @throws Error when there are no values.
 */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const value = sorted[Math.max(Math.ceil(sorted.length * share) - 1, 0)];
  if (value === undefined) throw new Error('no values');
  return value;
}

/** The measurements as an aligned table with failures marked. */
export function renderMeasurements(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ name, value, unit, target, ok }) => [
    ok ? '✔' : '✘',
    name,
    `${value} ${unit}`,
    target === undefined ? '' : `≤ ${target} ${unit}`,
  ]);
  const widths = [0, 1, 2].map((column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  const lines = rows.map((row) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '),
  );
  const missed = measurements.filter(({ ok }) => !ok).length;
  return [...lines.map((line) => line.trimEnd()), '', `${missed} of ${rows.length} missed`].join(
    '\n',
  );
}

/** Two digits after the point, and three of a small share. */
function round(value: number): number {
  return Number(value.toFixed(value < 1 ? 3 : 2));
}

/** One benchmark. It measures, and says meanwhile what it does. */
export type Bench = (options: BenchOptions) => Promise<readonly Measurement[]>;

export interface BenchOptions {
  /** The checkout whose bundles are measured: this one, or a folder that `dev/tools/build.ts` built into. */
  readonly root: string;
  readonly say: (line: string) => void;
}
