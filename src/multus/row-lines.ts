/** A row of aws-auth, every scalar as the text that it stands for. */
export type TextRow = Readonly<Record<string, string | readonly string[]>>;

/** What looks like the text that it stands for: a word, or quoted text without escapes. */
const WORD = String.raw`[A-Za-z0-9][\w./@+={}-]*(?::+[\w./@+={}-]+)*`;
const SCALAR = String.raw`(?:${WORD}|"[ !#-\[\]-~]*"|'[ -&(-~]*')`;
const KEY = String.raw`(?:[A-Za-z]\w*|"[A-Za-z]\w*"|'[A-Za-z]\w*')`;
const REST = ` *(?: #[ -~]*)?`;
const NOTHING = /^ *(?:#[ -~]*)?$/;
const ENTRY = new RegExp(`^( *)(- )?(${KEY}):(?: +(${SCALAR}))?${REST}$`);
const ITEM = new RegExp(`^( *)- (${SCALAR})${REST}$`);

/**
 * Reads a YAML list of rows as the usual tools write it: each row a mapping, each entry on a line of its own, values
 * that are scalars or lists of them. It is a small part of YAML, read many times as fast as all of it.
 *
 * @returns undefined when any line is something else, which may be YAML or not.
 */
export function rowsFromLines(text: string): readonly TextRow[] | undefined {
  const rows: Record<string, string | string[]>[] = [];
  let column = -1;
  let list: string[] | undefined;
  let listColumn = -1;
  for (const line of text.split('\n')) {
    if (NOTHING.test(line)) continue;
    const item = list === undefined ? null : ITEM.exec(line);
    const depth = item?.[1]?.length ?? 0;
    if (list !== undefined && item !== null && depth >= column + 2) {
      if (list.length > 0 && depth !== listColumn) return undefined;
      listColumn = depth;
      list.push(unquoted(item[2]));
      continue;
    }
    const entry = ENTRY.exec(line);
    if (entry === null || list?.length === 0) return undefined;
    const [, { length: indent } = '', dash, key, value] = entry;
    if (column < 0) column = indent;
    if (indent !== (dash === undefined ? column + 2 : column)) return undefined;
    if (dash !== undefined) rows.push({});
    const row = rows.at(-1);
    if (row === undefined || Object.hasOwn(row, unquoted(key))) return undefined;
    list = value === undefined ? [] : undefined;
    row[unquoted(key)] = list ?? unquoted(value);
  }
  return list?.length === 0 ? undefined : rows;
}

function unquoted(scalar = ''): string {
  return /^["']/.test(scalar) ? scalar.slice(1, -1) : scalar;
}
