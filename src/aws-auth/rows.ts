import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isNode, isSeq, parseDocument, stringify } from 'yaml';
import { ClusterError } from '../core/errors.ts';
import { rowsFromLines } from '../multus/row-lines.ts';

export interface AwsAuthMerge {
  /** The new text of `data.mapRoles`; the very text given when there was nothing to add. */
  readonly mapRoles: string;
  /** The role ARNs that were added, as they stand in the text. */
  readonly added: readonly string[];
  readonly warnings: readonly string[];
}

export type Row = Readonly<Record<string, unknown>>;

/** The user that the authenticator makes of a node's role, and what the node authorizer asks for. */
const NODE_USERNAME = 'system:node:{{EC2PrivateDNSName}}';
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'] as const;
const NODE = { username: NODE_USERNAME, groups: NODE_GROUPS };

/**
 * Adds a row for each node role to the `mapRoles` text of aws-auth. All that is there stays as it is:
 * rows, unknown keys, comments. A role that is mapped as a node already is left alone. Pure.
 *
 * @throws ClusterError when the text is not a list of rows, or when a role is mapped to something with
 * which its nodes could not join: whose row is right is not ours to decide.
 */
export function mergeNodeRoles(
  mapRoles: string | undefined,
  roleArns: readonly string[],
): AwsAuthMerge {
  const text = isNothing(mapRoles ?? '') ? '' : (mapRoles ?? '');
  const rows = rowsFromLines(text) ?? rowsOf(parseRows(text));
  // The authenticator compares without case, and the last of several rows wins.
  const rowsByArn = Map.groupBy(rows, (row) => arnOf(row).toLowerCase());
  const wanted = new Map(roleArns.map(withoutPath).map((arn) => [arn.toLowerCase(), arn]));
  const warnings: string[] = [...pathWarnings(rows, wanted)];
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
  const nodeRows = added.map((rolearn) => ({ rolearn, ...NODE }));
  return { mapRoles: addRows(text, nodeRows), added, warnings };
}

/**
 * The ARN that aws-auth needs for a role: STS does not tell the authenticator the role's path, so a row
 * with the path never matches. https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
export function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ':role/');
}

/** What the authenticator takes for a ConfigMap without rows, YAML or not. */
function isNothing(text: string): boolean {
  return ['', '""', '``'].includes(text.trim());
}

/** Every scalar is text, and is written back as it was read. */
const FAITHFUL = { schema: 'failsafe' } as const;

/** Rows do not refer to each other: one of them may be removed. */
export const PLAIN = { aliasDuplicateObjects: false } as const;

/** The text as YAML; throws ClusterError when it is not a list of rows. */
export function parseRows(text: string): Document.Parsed {
  const document = parseDocument(text, FAITHFUL);
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(error.message.split('\n', 1)[0] ?? '');
  const { contents } = document;
  const empty = contents === null || (!isCollection(contents) && String(contents) === '');
  if (!empty && !isSeq(contents)) throw unreadable('it is not a list');
  return document;
}

/** A row that is not a mapping maps nothing. */
export function rowsOf(document: Document.Parsed): readonly Row[] {
  const rows: unknown = document.toJS();
  return Array.isArray(rows) ? rows.map((row: Row | null) => row ?? {}) : [];
}

/** Adds rows at the end, without touching a byte of what is there wherever YAML allows that. */
function addRows(text: string, rows: readonly Row[]): string {
  const column = /^ *(?=- )/m.exec(text)?.[0].length ?? 0;
  const lines = stringify(rows, { ...PLAIN, lineWidth: 0, indentSeq: false }).replace(
    /^(?=.)/gm,
    ' '.repeat(column),
  );
  const appended = `${text}${text === '' || text.endsWith('\n') ? '' : '\n'}${lines}`;
  const expected = [...(rowsIn(text) ?? []), ...rows];
  return isDeepStrictEqual(rowsIn(appended), expected) ? appended : rewritten(text, rows);
}

/** The rows of a text, or undefined when it has none. */
export function rowsIn(text: string): readonly Row[] | undefined {
  const rows = rowsFromLines(text);
  if (rows !== undefined) return rows;
  const document = parseDocument(text, FAITHFUL);
  return document.errors.length === 0 ? rowsOf(document) : undefined;
}

/** For lists that do not end where the text ends, such as `[]`. */
function rewritten(text: string, rows: readonly Row[]): string {
  const document = parseRows(text);
  const { contents } = document;
  if (isSeq(contents)) {
    if (contents.items.length === 0) contents.flow = false;
    for (const row of rows) document.add(document.createNode(row, PLAIN));
    return document.toString({ lineWidth: 0 });
  }
  const [start, end] = contents?.range ?? [0, 0];
  // An empty text in quotes is cut out, so that the comments around it stay where they are.
  if (start < end) return addRows(text.slice(0, start) + text.slice(end), rows);
  document.contents = document.createNode(rows, PLAIN) as unknown as Document.Parsed['contents'];
  return document.toString({ lineWidth: 0 });
}

/** True for a row with which nodes of a role can join. */
export function isNodeRow(row: Row): boolean {
  const groups = field(row, 'groups');
  const has = Array.isArray(groups) ? groups : [];
  return (
    field(row, 'username') === NODE_USERNAME && NODE_GROUPS.every((group) => has.includes(group))
  );
}

export function arnOf(row: Row): string {
  const arn = field(row, 'rolearn');
  return typeof arn === 'string' ? arn : '';
}

/** The authenticator reads the rows with Go's JSON decoder, which takes the name of a field in any case. */
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
  const [username, groups] = [field(row, 'username'), field(row, 'groups')];
  return new ClusterError({
    resource: RESOURCE,
    reason: `it maps ${arn} to user "${String(username)}" and groups ${JSON.stringify(groups)}; nodes of that role cannot join with it`,
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
  const mapRoles = [() => cut, () => withoutRows(document, indices)].find((way) =>
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

function withoutRows(document: Document.Parsed, rows: readonly number[]): string {
  for (const index of rows.toReversed()) document.deleteIn([index]);
  return document.toString({ lineWidth: 0 });
}

/** Unchanged lines that are shown before and after the change: at least the row that is next to it. */
const AROUND = 6;

/**
 * The lines that changed between two texts, removed ones with `-` and added ones with `+`, between a few of the
 * unchanged lines around them. Good for a change in one place, which is what a merge makes.
 */
export function textDiff(before: string, after: string): readonly string[] {
  const [old, now] = [lines(before), lines(after)];
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const kept = (line: string) => ` ${line}`;
  return [
    ...old.slice(Math.max(0, head - AROUND), head).map(kept),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old
      .slice(old.length - tail)
      .slice(0, AROUND)
      .map(kept),
  ];
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
