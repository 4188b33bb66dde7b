import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import type { Site } from './site.ts';

type Inputs = Readonly<Record<string, string>>;

/** A fault of real networks, caused by the same means as there. */
export interface Fault {
  readonly name: string;
  /** The cause that verify must name. */
  readonly cause: Cause;
  /** What a failed check of that cause must say: in what was seen, or in what it means. */
  readonly says: RegExp;
  /** Other causes that verify may name, because one fault can show in several ways. */
  readonly also?: readonly Cause[];
  /** Inputs of verify for this fault, in addition to those of all runs. */
  readonly inputs?: Inputs | ((site: Site) => Inputs);
  inject(site: Site): Promise<unknown>;
  /** Runs beside verify, for a fault that comes while pods run. */
  during?(site: Site): Promise<unknown>;
  /** Repairs the fault. */
  heal(site: Site): Promise<unknown>;
}
