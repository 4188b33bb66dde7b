import type { Switches } from '../stand-ins/aws/faults/switches.ts';

/** One long trial. It prints its steps, ends with a table and resolves with whether everything held. */
export type Soak = (options: SoakOptions) => Promise<boolean>;

export interface SoakOptions {
  /** Makes the trial repeatable. Every trial prints it. */
  readonly seed: number;
  /** The size: `small` for every change, `full` by hand. */
  readonly size: 'small' | 'full';
  /** Switches of the AWS stand-in beside those of the trial. Only kill, faults and long-deploy take them. */
  readonly switches: Partial<Switches>;
}
