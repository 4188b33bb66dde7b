import type { Environment } from '../environment/environment.ts';
import { isGuard } from '../environment/guard-stack.ts';
import { code, link, type Markdown, md, table } from '../github/markdown.ts';
import type { ShownFailure } from '../github/shown-failure.ts';
import { EXPIRY_ROW, expiryCell, expiryMark } from './expiry.ts';

/** The part of a stack's plan that the comment shows. */
export interface CommentedPlan {
  readonly stack: string;
  readonly action: string;
  readonly changes: readonly {
    readonly action: string;
    readonly logicalId: string;
    readonly type: string;
    readonly replacement: string;
  }[];
}

/** What the comment on a pull request shows. Undefined facts are left out. */
export interface CommentFacts {
  readonly environment: string;
  /** `ready`, `being deployed`, … */
  readonly state: string;
  readonly commit?: string | undefined;
  readonly runUrl: string;
  readonly label?: string | undefined;
  readonly reason?: string | undefined;
  /** How long the deploy will take, in words. */
  readonly expected?: string | undefined;
  /** What the preview costs, in words. */
  readonly price?: string | undefined;
  readonly plan?: readonly CommentedPlan[] | undefined;
  readonly described?: Environment | undefined;
  /** ARNs of the roles and users that administer the environment's own cluster, beside the role that deploys. */
  readonly administrators?: readonly string[] | undefined;
  readonly verdict?: Verdict | undefined;
  readonly failure?: ShownFailure | undefined;
  /** How people get the preview back that is destroyed. */
  readonly wayBack?: Markdown | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** Whether there is something to destroy, or may be. */
  readonly exists: boolean;
}

/** The outcome of verify's report. */
export interface Verdict {
  readonly result: 'passed' | 'failed';
  readonly passed: number;
  readonly failed: number;
  /** The first failed check. */
  readonly failure?: string | undefined;
  /** Where people find the report. */
  readonly reportUrl: string;
}

/** The hidden text by which the single comment about an environment is found. */
export function commentMarker(environment: string): string {
  return `eks-multus-actions preview ${environment}`;
}

/**
 * How long a deploy of the plan will take, in words; undefined without a plan. EKS needs most of the time for a new cluster. Pure.
 *
 * @param environment the name of the environment, which its infrastructure stack has too
 */
export function expectedTime(
  environment: string,
  plan: readonly Pick<CommentedPlan, 'stack' | 'action'>[] | undefined,
): string | undefined {
  if (plan === undefined) return undefined;
  // Guards are ready long before what they guard.
  const awaited = plan.filter(({ stack }) => !isGuard({ name: stack }));
  const creates = awaited.filter(({ action }) => action === 'create' || action === 'replace');
  if (creates.some(({ stack }) => stack === environment)) {
    return 'ready in a quarter of an hour: EKS makes a new cluster';
  }
  if (creates.length > 0) return 'ready in some five minutes: new nodes start';
  return awaited.some(({ action }) => action !== 'none')
    ? 'ready in some minutes, or more if nodes are replaced'
    : 'ready in some two minutes: nothing changes but the networks';
}

/** The comment as Markdown. */
export function commentMarkdown(facts: CommentFacts): string {
  const rows = [
    ['State', stateCell(facts)],
    ...(facts.reason === undefined ? [] : [['Why', facts.reason]]),
    ...failureRows(facts.failure),
    ...(facts.expected === undefined ? [] : [['Expected', facts.expected]]),
    ...environmentRows(facts.described, facts.administrators),
    ...(facts.verdict === undefined ? [] : [['Connectivity', verdictCell(facts.verdict)]]),
    ...(facts.exists && facts.expiresAt !== undefined
      ? [[EXPIRY_ROW, expiryCell(facts.expiresAt)]]
      : []),
    ...(facts.exists && facts.price !== undefined ? [['Price', facts.price]] : []),
    ...(facts.exists ? [['To destroy it', destroyCell(facts.label)]] : []),
    ...(facts.wayBack === undefined ? [] : [['To get it back', facts.wayBack]]),
  ];
  const parts = [
    md`### Multus preview ${code(facts.environment)}: ${facts.state}`.text,
    table(['', ''], rows),
    planDetails(facts.plan),
    facts.exists && facts.expiresAt !== undefined ? expiryMark(facts.expiresAt) : '',
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

/** Longer reasons are in the annotations of the run. */
const LONGEST_REASON = 1_500;

function failureRows(failure: ShownFailure | undefined): (string | Markdown)[][] {
  if (failure === undefined) return [];
  const { title, resource, reason, 'next-step': nextStep } = failure;
  const shown = reason.length > LONGEST_REASON ? `${reason.slice(0, LONGEST_REASON)} …` : reason;
  const rows = [
    ['What failed', `${title}: ${resource}`],
    ['Reason', shown],
    ['Next step', nextStep],
  ];
  return rows.map((row) => row.map(withoutAccounts));
}

/** Hides the account in ARNs: comments may be public. */
function withoutAccounts(text: string): string {
  return text.replace(/(?<=:)\d{12}(?=:)/g, '…');
}

function stateCell({ state, commit, runUrl }: CommentFacts): Markdown {
  const ofCommit = commit === undefined ? '' : md`, commit ${code(commit.slice(0, 7))}`;
  return md`${state}${ofCommit} (${link('run', runUrl)})`;
}

function environmentRows(
  environment: Environment | undefined,
  administrators: readonly string[] = [],
): (string | Markdown)[][] {
  if (environment === undefined) return [];
  const { cluster, networks, nodeGroups, region, shared } = environment;
  const entries = Map.groupBy(nodeGroups, ({ entry, name }) => entry ?? name);
  const nodes = [...entries].map(([name, groups]) => {
    const places = groups.map(({ zone, desired }) => `${desired} in ${zone}`);
    return `${name}: ${places.join(', ')}`;
  });
  const subnets = networks.map((network) => {
    const cidrs = network.subnets.map(({ cidr }) => cidr);
    return `${network.interface}: ${cidrs.join(', ')}`;
  });
  return [
    [
      'Cluster',
      md`${code(cluster.name)}, Kubernetes ${cluster.version}, ${region}${shared === undefined ? '' : `; shared: it belongs to ${shared.base}`}`,
    ],
    ...(shared === undefined ? [] : [['Namespace', code(shared.namespace)]]),
    ['Endpoint', code(cluster.endpoint)],
    ['To connect', connectCell(environment, administrators)],
    ['Nodes', nodes.join('\n')],
    ['Multus networks', subnets.join('\n')],
  ];
}

/** Whom the cluster lets in, and their command. Names without account: comments may be public. */
function connectCell(
  { cluster, region, shared }: Environment,
  administrators: readonly string[],
): Markdown {
  const command = code(`aws eks update-kubeconfig --region ${region} --name ${cluster.name}`);
  if (shared !== undefined) return md`as an administrator of ${code(shared.base)}: ${command}`;
  if (administrators.length === 0) {
    return md`only the role that deploys may; ${code('admin-role-arns')} lets people in`;
  }
  const names = administrators.map((arn) => arn.split(/[:/]/).at(-1));
  return md`as ${names.join(' or ')}: ${command}`;
}

function verdictCell({ result, passed, failed, failure, reportUrl }: Verdict): Markdown {
  const counts =
    result === 'passed'
      ? `✅ all ${passed} checks passed`
      : `❌ ${failed} of ${passed + failed} checks failed`;
  const shown = md`${counts} (${link('report', reportUrl)})`;
  return failure === undefined ? shown : md`${shown}<br>${failure}`;
}

function destroyCell(label: string | undefined): Markdown {
  return label === undefined
    ? md`close this pull request`
    : md`close this pull request, or remove the label ${code(label)}`;
}

/** A comment on GitHub has at most 65,536 characters, so a long plan is cut. */
const MOST_ROWS = 150;

function planDetails(plan: readonly CommentedPlan[] | undefined): string {
  const rows = (plan ?? []).flatMap(({ stack, changes }) =>
    changes.map(({ action, logicalId, type, replacement }) => [
      stack,
      action,
      logicalId,
      type,
      replacement,
    ]),
  );
  if (plan === undefined) return '';
  if (rows.length === 0) return 'Plan: nothing to change.';
  const cut = rows.length > MOST_ROWS ? `\n\n… and ${rows.length - MOST_ROWS} more` : '';
  const shown = table(
    ['Stack', 'Action', 'Resource', 'Type', 'Replaced'],
    rows.slice(0, MOST_ROWS),
  );
  return `<details><summary>Plan: ${rows.length} changes</summary>\n\n${shown}${cut}\n\n</details>`;
}
