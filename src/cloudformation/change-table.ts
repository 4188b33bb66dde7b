import type { Change, ChangeDetail } from './stack-api.ts';

export const CHANGE_HEADER = ['Action', 'Resource', 'Type', 'Replacement', 'What changes'] as const;

type Texts = Readonly<Record<string, string>>;

/** The parameters of a stack that get another value: what it has, and what it is to have. */
export interface ParameterValues {
  readonly before: Texts;
  readonly after: Texts;
}

/** A change as the cells of a table's row, below `CHANGE_HEADER`. */
export function changeCells(change: Change, parameters: ParameterValues): readonly string[] {
  return [
    change.action,
    change.logicalId,
    change.type,
    replacementOf(change),
    whatChanges(change.details, parameters),
  ];
}

/** Changes as lines of text, in columns: for the log. */
export function changeLines(
  changes: readonly Change[],
  parameters: ParameterValues,
): readonly string[] {
  const rows = [[...CHANGE_HEADER], ...changes.map((change) => changeCells(change, parameters))];
  const widths = CHANGE_HEADER.map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** `yes` and `perhaps` cost what the resource holds; everything else is changed in place. */
function replacementOf({ action, replacement }: Change): string {
  if (action !== 'Modify') return '';
  if (replacement === 'True') return 'yes';
  return replacement === 'Conditional' ? 'perhaps' : 'no';
}

/** `MaxSize (MaxSize 3 → 4); Tags`: the properties, each with what it follows from. */
function whatChanges(details: readonly ChangeDetail[], parameters: ParameterValues): string {
  const targets = [...new Set(details.map(({ target }) => target))];
  return targets
    .map((target) => {
      const causes = details.flatMap((detail) =>
        detail.target === target && detail.cause !== undefined
          ? [causeText(detail.cause, parameters)]
          : [],
      );
      return causes.length === 0 ? target : `${target} (${[...new Set(causes)].join(', ')})`;
    })
    .join('; ');
}

function causeText(cause: string, { before, after }: ParameterValues): string {
  const [from, to] = [before[cause], after[cause]];
  return from === undefined || to === undefined || from === to
    ? cause
    : `${cause} ${shown(from)} → ${shown(to)}`;
}

function shown(value: string): string {
  if (value === '') return '(empty)';
  return value.length > 40 ? `${value.slice(0, 40)}…` : value;
}
