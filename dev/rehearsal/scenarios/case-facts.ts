import { type Inventory, leftovers } from '../../stand-ins/aws/inventory.ts';
import type { WorkflowResult } from '../../stand-ins/github/act-log.ts';
import type { Finding } from '../../tools/table.ts';

/** The expected results of a case, each with whether it came true. */
export type Facts = Readonly<Record<string, boolean>>;

/** The fact that an event started exactly one run, which succeeded. Pure. */
export function oneSuccess(runs: readonly WorkflowResult[]): Facts {
  return { 'one run, which succeeds': runs.length === 1 && runs[0]?.succeeded === true };
}

/** One line of the table, from facts and the runs that led to them. Pure. */
export function finding(what: string, facts: Facts, runs: readonly WorkflowResult[]): Finding {
  const wrong = Object.entries(facts).filter(([, holds]) => !holds);
  const told = Object.entries(facts).map(([fact, holds]) => (holds ? fact : `NOT: ${fact}`));
  const errors = wrong.length === 0 ? [] : runs.flatMap((run) => run.errors);
  return { what, found: [...told, ...errors].join('\n'), ok: wrong.length === 0 };
}

/** The fact that an account holds no more than before, from two inventories. It begins with `what`. Pure. */
export function noMoreThan(before: Inventory, after: Inventory, what: string): Facts {
  const more = Object.entries(leftovers(before, after)).map(([kind, n]) => `${kind} ${n}`);
  return { [`${what} ${more.join(', ') || '0'}`]: more.length === 0 };
}
