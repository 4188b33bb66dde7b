import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isSeq, parseDocument, stringify } from 'yaml';
import { ClusterError } from '../github/errors.ts';
import { rowsFromLines } from './row-lines.ts';

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
