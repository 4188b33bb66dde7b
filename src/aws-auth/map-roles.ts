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
import { addToJson, isJson, withoutItems } from './json-rows.ts';

export interface AwsAuthMerge {
  /** The new text of `data.mapRoles`; the given text when there was nothing to add. */
  readonly mapRoles: string;
  /** The role ARNs that were added, as they stand in the text. */
  readonly added: readonly string[];
  readonly warnings: readonly string[];
}

export interface AwsAuthRemoval {
  /** The new text of `data.mapRoles`; the given text when there was nothing to remove. */
  readonly mapRoles: string;
  /** The role ARNs whose rows were removed, as they stood in the text. */
  readonly removed: readonly string[];
}

/** An entry of the list; a row that is not a mapping has no fields. */
type Row = Readonly<Record<string, unknown>>;

/** The user that the authenticator gives a node, and the groups that the node authorizer requires. */
const NODE_USERNAME = 'system:node:{{EC2PrivateDNSName}}';
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'] as const;

/**
 * Adds a row for each node role to the `mapRoles` text of aws-auth. Existing rows, unknown keys and comments stay as they
 * are, byte for byte unless the list ends before the text does (`[]`, JSON). Roles that are already mapped as nodes are
 * left alone. Pure.
 *
 * @throws ClusterError when the text is not a list of rows, or maps a role to something with which its nodes cannot
 * join: the user must decide which row is right.
 */
export function mergeNodeRoles(
  mapRoles: string | undefined,
  roleArns: readonly string[],
): AwsAuthMerge {
  const { head, body, tail } = firstDocument(mapRoles ?? '');
  const text = isNothing(body) ? '' : body;
  const document = parseRows(text);
  const rows = rowsOf(document);
  // The authenticator ignores case, and the last of several rows wins.
  const rowsByArn = Map.groupBy(rows, (row) => arnOf(row).toLowerCase());
  const wanted = new Map(roleArns.map(withoutPath).map((arn) => [arn.toLowerCase(), arn]));
  const warnings: string[] = [...pathWarnings(rows, wanted)];
  if (tail !== '') {
    warnings.push(
      'mapRoles of aws-auth has more than one YAML document; the authenticator reads only the first',
    );
  }
  const added: string[] = [];
  for (const [key, arn] of wanted) {
    const mapped = rowsByArn.get(key) ?? [];
    if (mapped.length > 1) {
      warnings.push(`aws-auth maps ${arn} ${mapped.length} times; only the last row counts`);
    }
    const last = mapped.at(-1);
    if (last === undefined) added.push(arn);
    else if (!isNodeRow(last)) throw conflict(arn, last);
  }
  if (added.length === 0) return { mapRoles: mapRoles ?? '', added, warnings };
  const nodeRows = added.map((rolearn) => ({
    rolearn,
    username: NODE_USERNAME,
    groups: NODE_GROUPS,
  }));
  const merged = isJson(text) ? addToJson(text, nodeRows) : addRows(text, document, nodeRows);
  const separator = tail === '' || merged.endsWith('\n') ? '' : '\n';
  return { mapRoles: `${head}${merged}${separator}${tail}`, added, warnings };
}

/**
 * Removes the rows that map these roles as nodes from the `mapRoles` text of aws-auth. Other rows stay as they are, also
 * those that map one of the roles to something else, and so do comments. Pure.
 *
 * @throws ClusterError when the text is not a list of rows.
 */
export function removeNodeRoles(text: string, roleArns: readonly string[]): AwsAuthRemoval {
  const gone = new Set(roleArns.map((arn) => withoutPath(arn).toLowerCase()));
  if (![...gone].some((arn) => text.toLowerCase().includes(arn))) {
    return { mapRoles: text, removed: [] };
  }
  const { head, body, tail } = firstDocument(text);
  const document = parseRows(body);
  const rows = rowsOf(document);
  const goes = (row: Row) => isNodeRow(row) && gone.has(arnOf(row).toLowerCase());
  const removed = rows.filter(goes).map(arnOf);
  if (removed.length === 0) return { mapRoles: text, removed };
  const indices = rows.flatMap((row, index) => (goes(row) ? [index] : []));
  const kept = rows.filter((row) => !goes(row));
  const left = isJson(body)
    ? withoutItems(body, new Set(indices))
    : deleteRows(body, document, indices, kept);
  return { mapRoles: `${head}${left}${tail}`, removed };
}

/**
 * The ARN as aws-auth needs it. STS leaves the role's path out of what it tells the authenticator, so a row with the
 * path never matches. https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
export function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ':role/');
}

/**
 * Texts that the authenticator takes for a ConfigMap without rows, even where they are not YAML:
 * https://github.com/kubernetes-sigs/aws-iam-authenticator `pkg/mapper/configmap/configmap.go`
 */
function isNothing(text: string): boolean {
  return ['', '""', "''", '``'].includes(text.trim());
}

/** The part that the authenticator reads, and what stands before and after it. */
interface Parts {
  /** A byte order mark. */
  readonly head: string;
  readonly body: string;
  /** Further documents. */
  readonly tail: string;
}

function firstDocument(text: string): Parts {
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

function parseRows(text: string): Document.Parsed {
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

function rowsOf(document: Document.Parsed): readonly Row[] {
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
function addRows(text: string, document: Document.Parsed, rows: readonly Row[]): string {
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
function deleteRows(
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

/** True for a row with which nodes of a role can join. */
function isNodeRow(row: Row): boolean {
  const groups = field(row, 'groups');
  const has = Array.isArray(groups) ? groups : [];
  return (
    field(row, 'username') === NODE_USERNAME && NODE_GROUPS.every((group) => has.includes(group))
  );
}

function arnOf(row: Row): string {
  const arn = field(row, 'rolearn');
  return typeof arn === 'string' ? arn : '';
}

/** The authenticator reads the rows with Go's JSON decoder, which ignores the case of field names. */
function field(row: Row, name: string): unknown {
  return Object.entries(row).findLast(([key]) => key.toLowerCase() === name)?.[1];
}

function pathWarnings(
  rows: readonly Row[],
  wanted: ReadonlyMap<string, string>,
): readonly string[] {
  return rows
    .map(arnOf)
    .filter((arn) => arn !== withoutPath(arn) && wanted.has(withoutPath(arn).toLowerCase()))
    .map(
      (arn) => `the row of aws-auth for ${arn} never matches, because it has a path; left as it is`,
    );
}

const RESOURCE = 'configmap kube-system/aws-auth';

function conflict(arn: string, row: Row): ClusterError {
  const username = String(field(row, 'username'));
  const groups = JSON.stringify(field(row, 'groups'));
  return new ClusterError({
    resource: RESOURCE,
    reason: `it maps ${arn} to user "${username}" and groups ${groups}; nodes of that role cannot join with it`,
    nextStep: `change that row to username "${NODE_USERNAME}" and groups ${NODE_GROUPS.join(', ')}, or remove it, or give the nodes a role of their own`,
  });
}

function unreadable(why: string): ClusterError {
  return new ClusterError({
    resource: RESOURCE,
    reason: `its mapRoles cannot be read (${why})`,
    nextStep: 'repair it first: kubectl edit configmap aws-auth -n kube-system',
  });
}
