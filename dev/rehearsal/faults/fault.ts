import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import type { Site } from './site.ts';

/** A fault of real networks, caused by the same means as there. */
export interface Fault {
  readonly name: string;
  /** The cause that verify must name. */
  readonly cause: Cause;
  /** What the explanation of that cause must contain. */
  readonly says: RegExp;
  /** Other causes that verify may name, because one fault can show in several ways. */
  readonly also?: readonly Cause[];
  /** Inputs of verify for this fault, in addition to those of all runs. */
  readonly inputs?: Readonly<Record<string, string>>;
  inject(site: Site): Promise<unknown>;
  /** Repairs the fault. */
  heal(site: Site): Promise<unknown>;
}
