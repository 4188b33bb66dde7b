import { CHANGE_HEADER, changeCells } from '../cloudformation/change-table.ts';
import { planTitle, type StackPlan } from '../cloudformation/stack-plan.ts';
import { table } from '../github/summary.ts';

/** More rows than this are folded away. */
const LONG = 12;

/** The plan of one stack for the job's summary page. */
export function planMarkdown(plan: StackPlan): string {
  const rows = plan.changes.map((change) => changeCells(change, plan.parameters));
  const changes = rows.length === 0 ? '' : table(CHANGE_HEADER, rows);
  const folded =
    rows.length > LONG
      ? `<details><summary>${rows.length} resources</summary>\n\n${changes}\n\n</details>`
      : changes;
  return [`### ${planTitle(plan)}`, plan.note ?? '', folded]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** A stack's plan as the output `plan` has it. */
export interface PlannedStack {
  readonly stack: string;
  readonly action: StackPlan['action'];
  readonly basis: StackPlan['basis'];
  readonly note?: string;
  readonly changes: readonly PlannedChange[];
}

export interface PlannedChange {
  readonly action: string;
  readonly logicalId: string;
  readonly type: string;
  /** `yes`, `perhaps`, `no`, or empty for what is added or removed. */
  readonly replacement: string;
  readonly what: string;
}

export function plannedStack(plan: StackPlan): PlannedStack {
  const changes = plan.changes.map((change) => {
    const [action = '', logicalId = '', type = '', replacement = '', what = ''] = changeCells(
      change,
      plan.parameters,
    );
    return { action, logicalId, type, replacement, what };
  });
  const { name: stack, action, basis, note } = plan;
  return { stack, action, basis, ...(note === undefined ? {} : { note }), changes };
}
