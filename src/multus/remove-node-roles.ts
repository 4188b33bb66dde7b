import { isDeepStrictEqual } from 'node:util';
import { type Document, isNode, isSeq, stringify } from 'yaml';
import {
  arnOf,
  isNodeRow,
  PLAIN,
  parseRows,
  type Row,
  rowsIn,
  rowsOf,
  withoutPath,
} from './aws-auth.ts';

export interface AwsAuthRemoval {
  /** The new text of `data.mapRoles`; the very text given when there was nothing to remove. */
  readonly mapRoles: string;
  /** The role ARNs whose rows were removed, as they stood in the text. */
  readonly removed: readonly string[];
}

/**
 * Removes the rows by which the `mapRoles` text of aws-auth admits nodes of these roles. All else stays as it is:
 * other rows, also those that map one of the roles to something else, and comments. Pure.
 *
 * @throws ClusterError when the text is not a list of rows.
 */
export function removeNodeRoles(text: string, roleArns: readonly string[]): AwsAuthRemoval {
  const gone = new Set(roleArns.map((arn) => withoutPath(arn).toLowerCase()));
  const goes = (row: Row) => isNodeRow(row) && gone.has(arnOf(row).toLowerCase());
  if (![...gone].some((arn) => text.toLowerCase().includes(arn))) {
    return { mapRoles: text, removed: [] };
  }
  const document = parseRows(text);
  const rows = rowsOf(document);
  const removed = rows.filter(goes).map(arnOf);
  if (removed.length === 0) return { mapRoles: text, removed };
  const indices = rows.flatMap((row, index) => (goes(row) ? [index] : []));
  const kept = rows.filter((row) => !goes(row));
  const cut = withoutLines(text, document, indices);
  const mapRoles = [() => cut, () => rewritten(document, indices)].find((way) =>
    readsAs(way, kept),
  );
  return { mapRoles: mapRoles?.() ?? stringify(kept, { ...PLAIN, lineWidth: 0 }), removed };
}

/** Without the lines of some rows, which is right for a list with a row or more on lines of their own. */
function withoutLines(
  text: string,
  { contents }: Document.Parsed,
  rows: readonly number[],
): string {
  const lines = text.split('\n');
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length - 1;
  for (const index of rows.toReversed()) {
    const item = isSeq(contents) ? contents.items[index] : undefined;
    const range = isNode(item) ? item.range : undefined;
    if (range == null) continue;
    const [from, to] = range;
    const first = lineAt(from);
    const last = lineAt(from + text.slice(from, to).trimEnd().length);
    lines.splice(first, last - first + 1);
  }
  return lines.join('\n');
}

/** A text that was made by cutting may not be what was meant, or no YAML at all. */
function readsAs(text: () => string, rows: readonly Row[]): boolean {
  try {
    return isDeepStrictEqual(rowsIn(text()) ?? [], rows);
  } catch {
    return false;
  }
}

function rewritten(document: Document.Parsed, rows: readonly number[]): string {
  for (const index of rows.toReversed()) document.deleteIn([index]);
  return document.toString({ lineWidth: 0 });
}
