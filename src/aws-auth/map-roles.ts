import { ClusterError } from '../core/errors.ts';
import { addToJson, isJson, withoutItems } from './json-rows.ts';
import {
  addRows,
  CONFIG_MAP,
  deleteRows,
  firstDocument,
  parseRows,
  type Row,
  rowsOf,
} from './yaml-rows.ts';

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

function conflict(arn: string, row: Row): ClusterError {
  const username = String(field(row, 'username'));
  const groups = JSON.stringify(field(row, 'groups'));
  return new ClusterError({
    resource: CONFIG_MAP,
    reason: `it maps ${arn} to user "${username}" and groups ${groups}; nodes of that role cannot join with it`,
    nextStep: `change that row to username "${NODE_USERNAME}" and groups ${NODE_GROUPS.join(', ')}, or remove it, or give the nodes a role of their own`,
  });
}
