import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import type { Site } from './site.ts';

/** One thing that goes wrong in real networks, done by the means by which it happens there. */
export interface Fault {
  readonly name: string;
  /** What verify must call it. */
  readonly cause: Cause;
  /** What an explanation of that cause must say. */
  readonly says: RegExp;
  /** What else it may say: one fault can have more than one face. */
  readonly also?: readonly Cause[];
  /** Inputs of verify, besides those that all runs have. */
  readonly inputs?: Readonly<Record<string, string>>;
  inject(site: Site): Promise<unknown>;
  /** Undoes it. */
  heal(site: Site): Promise<unknown>;
}
