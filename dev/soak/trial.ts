/** One long trial: prints what it does, ends with a table, resolves with whether all of it held. */
export type Soak = (options: SoakOptions) => Promise<boolean>;

export interface SoakOptions {
  /** Makes the trial repeatable; printed by every trial. */
  readonly seed: number;
  /** How much of it: `small` for every change, `full` by hand. */
  readonly size: 'small' | 'full';
}
