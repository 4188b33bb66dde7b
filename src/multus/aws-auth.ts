import { isDeepStrictEqual } from 'node:util';
import { type Document, isCollection, isSeq, parseDocument, stringify } from 'yaml';
import { ClusterError } from '../github/errors.ts';

export interface AwsAuthMerge {
  /** The new text of `data.mapRoles`; the very text given when there was nothing to add. */
  readonly mapRoles: string;
  /** The role ARNs that were added, as they stand in the text. */
  readonly added: readonly string[];
  readonly warnings: readonly string[];
}

interface Row {
  readonly rolearn?: unknown;
  readonly username?: unknown;
  readonly groups?: unknown;
}

/** The user that the authenticator makes of a node's role, and what the node authorizer asks for. */
const NODE_USERNAME = 'system:node:{{EC2PrivateDNSName}}';
const NODE_GROUPS = ['system:bootstrappers', 'system:nodes'] as const;

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
  const text = mapRoles ?? '';
  const document = parseRows(text);
  const rows = rowsOf(document);
  const wanted = new Map(roleArns.map(withoutPath).map((arn) => [arn.toLowerCase(), arn]));
  const warnings: string[] = [];
  const added: string[] = [];
  for (const [key, arn] of wanted) {
    // The authenticator compares without case, and the last of several rows wins.
    const mapped = rows.filter((row) => arnOf(row).toLowerCase() === key);
    warnings.push(...pathWarnings(rows, arn));
    if (mapped.length > 1) {
      warnings.push(`aws-auth maps ${arn} ${mapped.length} times; only the last row counts`);
    }
    const last = mapped.at(-1);
    if (last === undefined) added.push(arn);
    else if (!isNodeRow(last)) throw conflict(arn, last);
  }
  if (added.length === 0) return { mapRoles: text, added, warnings };
  return { mapRoles: addRows(text, document, added), added, warnings };
}

/**
 * The ARN that aws-auth needs for a role: STS does not tell the authenticator the role's path, so a row
 * with the path never matches. https://docs.aws.amazon.com/eks/latest/userguide/auth-configmap.html
 */
export function withoutPath(roleArn: string): string {
  return roleArn.replace(/:role\/.*\//, ':role/');
}

/** Every scalar is text, and is written back as it was read. */
const FAITHFUL = { schema: 'failsafe' } as const;

function parseRows(text: string): Document.Parsed {
  const document = parseDocument(text, FAITHFUL);
  const [error] = document.errors;
  if (error !== undefined) throw unreadable(error.message.split('\n', 1)[0] ?? '');
  const { contents } = document;
  const empty = contents === null || (!isCollection(contents) && String(contents) === '');
  if (!empty && !isSeq(contents)) throw unreadable('it is not a list');
  return document;
}

/** A row that is not a mapping maps nothing. */
function rowsOf(document: Document.Parsed): readonly Row[] {
  const rows: unknown = document.toJS();
  return Array.isArray(rows) ? rows.map((row: Row | null) => row ?? {}) : [];
}

/** Adds rows at the end, without touching a byte of what is there wherever YAML allows that. */
function addRows(text: string, document: Document.Parsed, arns: readonly string[]): string {
  const rows = arns.map((rolearn) => ({ rolearn, username: NODE_USERNAME, groups: NODE_GROUPS }));
  const { contents } = document;
  const column = isSeq(contents) ? columnOf(text, contents.range[0]) : 0;
  const lines = stringify(rows, { lineWidth: 0, indentSeq: false }).replace(
    /^(?=.)/gm,
    ' '.repeat(column),
  );
  const appended = `${text === '' ? '' : text.replace(/\n*$/, '\n')}${lines}`;
  const expected = [...rowsOf(document), ...rows];
  const { errors } = parseDocument(appended, FAITHFUL);
  const faithful =
    errors.length === 0 && isDeepStrictEqual(rowsOf(parseDocument(appended, FAITHFUL)), expected);
  return faithful ? appended : rewritten(document, rows);
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

/** For lists that do not end where the text ends, such as `[]`. */
function rewritten(document: Document.Parsed, rows: readonly Row[]): string {
  const { contents } = document;
  if (isSeq(contents)) {
    if (contents.items.length === 0) contents.flow = false;
    for (const row of rows) document.add(document.createNode(row));
  } else {
    document.contents = document.createNode(rows) as unknown as Document.Parsed['contents'];
  }
  return document.toString({ lineWidth: 0 });
}

function isNodeRow({ username, groups }: Row): boolean {
  const has = Array.isArray(groups) ? groups : [];
  return username === NODE_USERNAME && NODE_GROUPS.every((group) => has.includes(group));
}

function arnOf(row: Row): string {
  return typeof row.rolearn === 'string' ? row.rolearn : '';
}

function pathWarnings(rows: readonly Row[], arn: string): readonly string[] {
  return rows
    .map(arnOf)
    .filter((other) => other !== withoutPath(other))
    .filter((other) => withoutPath(other).toLowerCase() === arn.toLowerCase())
    .map(
      (other) =>
        `the row of aws-auth for ${other} never matches, because it has a path; left as it is`,
    );
}

const RESOURCE = 'configmap kube-system/aws-auth';

function conflict(arn: string, { username, groups }: Row): ClusterError {
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
