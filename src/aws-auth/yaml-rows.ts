import { isDeepStrictEqual } from 'node:util';
import {
  type Document,
  isCollection,
  isNode,
  isSeq,
  parseAllDocuments,
  parseDocument,
  stringify,
  visit,
} from 'yaml';
import { ClusterError, messageOf } from '../core/errors.ts';

/** The ConfigMap with the rows, for messages. */
export const CONFIG_MAP = 'configmap kube-system/aws-auth';

/** An entry of the list; a row that is not a mapping has no fields. */
export type Row = Readonly<Record<string, unknown>>;

interface Parts {
  /** A byte order mark. */
  readonly head: string;
  readonly body: string;
  /** Further documents. */
  readonly tail: string;
}

/** The first document of a text, which is all that the authenticator reads, and what stands around it. Pure. */
export function firstDocument(text: string): Parts {
  const head = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  const body = text.slice(head.length);
  if (!/^---/m.test(body)) return { head, body, tail: '' };
  const [first, second] = parseAllDocuments(body, FAITHFUL);
  if (first === undefined || second === undefined) return { head, body, tail: '' };
  const marker = /^---(?=\s|$)/gm;
  marker.lastIndex = first.contents?.range?.[1] ?? 1;
  const end = marker.exec(body)?.index ?? body.length;
  return { head, body: body.slice(0, end), tail: body.slice(end) };
}

/**
 * With this schema every scalar is text, and is written back as it was read. As for Go's reader, of a key that occurs
 * twice the last one counts, and `<<` merges.
 */
const FAITHFUL = { schema: 'failsafe', uniqueKeys: false, merge: true } as const;
/** Texts of YAML that mean no value. */
const NULL = ['', '~', 'null', 'Null', 'NULL'];
/** Rows do not refer to each other, because any of them may be removed later. */
const WITHOUT_ALIASES = { aliasDuplicateObjects: false } as const;

/**
 * Reads a text of rows.
 *
 * @throws ClusterError when it is not a list, or no YAML that the authenticator reads.
 */
export function parseRows(text: string): Document.Parsed {
  const document = parseDocument(text, FAITHFUL);
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(error.message.split('\n', 1)[0] ?? '');
  const { contents } = document;
  const empty = contents === null || (!isCollection(contents) && NULL.includes(String(contents)));
  if (!empty && !isSeq(contents)) throw unreadable('it is not a list');
  checkKeys(document, text);
  return document;
}

/** A template without quotes, `{{SessionName}}`, is a mapping whose key is a mapping, which JSON does not know. */
function checkKeys(document: Document.Parsed, text: string): void {
  visit(document, {
    Pair(_, { key }) {
      if (!isCollection(key)) return;
      const [from = 0, to = 0] = key.range ?? [];
      const line = text.slice(0, from).split('\n').length;
      throw unreadable(
        `line ${line}: {${text.slice(from, to).trim()}} needs quotes; without them the authenticator rejects all of mapRoles, and no role in it counts`,
      );
    },
  });
}

/**
 * The rows of a document.
 *
 * @throws ClusterError when an alias has no anchor.
 */
export function rowsOf(document: Document.Parsed): readonly Row[] {
  const rows: unknown = listOf(document);
  return Array.isArray(rows) ? rows.map((row: Row | null) => row ?? {}) : [];
}

function listOf(document: Document.Parsed): unknown {
  try {
    return document.toJS({ maxAliasCount: 10_000 });
  } catch (error) {
    // An alias without an anchor, or more aliases than any list of roles has.
    throw unreadable(messageOf(error));
  }
}

/** Adds rows at the end, without touching a byte of the text where YAML allows that. */
export function addRows(text: string, document: Document.Parsed, rows: readonly Row[]): string {
  const { contents } = document;
  const column = isSeq(contents) && !contents.flow ? columnOf(text, contents.range[0]) : 0;
  const lines = stringify(rows, { ...WITHOUT_ALIASES, lineWidth: 0, indentSeq: false });
  const indented = lines.replace(/^(?=.)/gm, ' '.repeat(column));
  const end = `${text === '' || text.endsWith('\n') ? '' : '\n'}${indented}`;
  const before = rowsOf(document);
  const reads =
    readsAs(fromLastRow(text, document) + end, [...before.slice(-1), ...rows]) ||
    readsAs(text + end, [...before, ...rows]);
  return reads ? text + end : rewritten(text, document, rows);
}

/**
 * The text from the line on where the value of the last row begins. What is added after a list of rows can change
 * only how this part is read, and parsing all of a long text again takes as long as the first time.
 */
function fromLastRow(text: string, { contents }: Document.Parsed): string {
  const last = isSeq(contents) && !contents.flow ? contents.items.at(-1) : undefined;
  const start = isNode(last) ? last.range?.[0] : undefined;
  return start === undefined ? text : text.slice(text.lastIndexOf('\n', start - 1) + 1);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** The way for lists that end before the text does, such as `[]`. */
function rewritten(text: string, document: Document.Parsed, rows: readonly Row[]): string {
  const { contents } = document;
  if (isSeq(contents)) {
    if (contents.items.length === 0) contents.flow = false;
    for (const row of rows) document.add(document.createNode(row, WITHOUT_ALIASES));
    return document.toString({ lineWidth: 0 });
  }
  const [start, end] = contents?.range ?? [0, 0];
  if (start < end) {
    // Cutting out an empty text in quotes leaves the comments around it where they are.
    const rest = text.slice(0, start) + text.slice(end);
    return addRows(rest, parseRows(rest), rows);
  }
  const added = document.createNode(rows, WITHOUT_ALIASES);
  document.contents = added as unknown as Document.Parsed['contents'];
  return document.toString({ lineWidth: 0 });
}

/** Deletes rows and touches as little as possible of the rest, which must read as `kept` afterwards. */
export function deleteRows(
  text: string,
  document: Document.Parsed,
  indices: readonly number[],
  kept: readonly Row[],
): string {
  const cut = withoutLines(text, document, indices);
  if (readsAs(cut, kept)) return cut;
  try {
    for (const index of indices.toReversed()) document.deleteIn([index]);
    const written = document.toString({ lineWidth: 0 });
    if (readsAs(written, kept)) return written;
  } catch {
    // An alias in another row refers to a deleted one.
  }
  return stringify(kept, { ...WITHOUT_ALIASES, lineWidth: 0 });
}

/** Without the lines of some rows. This is right when each row has its lines to itself. */
function withoutLines(
  text: string,
  { contents }: Document.Parsed,
  indices: readonly number[],
): string {
  const lines = text.split('\n');
  const lineAt = (offset: number) => text.slice(0, offset).split('\n').length - 1;
  for (const index of indices.toReversed()) {
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

/** A text that was cut or appended to may mean something else, or be no YAML at all. */
function readsAs(text: string, rows: readonly Row[]): boolean {
  const document = parseDocument(text, FAITHFUL);
  if (document.errors.length > 0) return false;
  try {
    return isDeepStrictEqual(rowsOf(document), rows);
  } catch {
    // An alias refers to nothing.
    return false;
  }
}

function unreadable(why: string): ClusterError {
  return new ClusterError({
    resource: CONFIG_MAP,
    reason: `its mapRoles cannot be read (${why})`,
    nextStep: 'repair it first: kubectl edit configmap aws-auth -n kube-system',
  });
}
