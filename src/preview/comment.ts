import type { Environment } from '../environment/environment.ts';
import { table } from '../github/outputs.ts';

/** A stack's changes, as far as the comment shows them. */
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

/** Everything that the comment on a pull request may tell; what is not known is left out. */
export interface CommentFacts {
  readonly environment: string;
  /** In words: `ready`, `being deployed`, … */
  readonly state: string;
  readonly commit?: string | undefined;
  readonly runUrl: string;
  readonly label?: string | undefined;
  readonly reason?: string | undefined;
  readonly plan?: readonly CommentedPlan[] | undefined;
  readonly described?: Environment | undefined;
  readonly verdict?: Verdict | undefined;
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
  /** Whether there is, or may be, something to destroy. */
  readonly exists: boolean;
}

/** What the connectivity report comes to. */
export interface Verdict {
  readonly result: 'passed' | 'failed';
  readonly passed: number;
  readonly failed: number;
  /** The first failed check, in words. */
  readonly failure?: string | undefined;
  /** Where people find the report. */
  readonly reportUrl: string;
}

/** The comment's hidden mark: one comment for each environment. */
export function commentMarker(environment: string): string {
  return `eks-multus-actions preview ${environment}`;
}

/** The comment as Markdown. */
export function commentMarkdown(facts: CommentFacts): string {
  const rows = [
    ['State', stateCell(facts)],
    ...(facts.reason === undefined ? [] : [['Why', facts.reason]]),
    ...environmentRows(facts.described),
    ...(facts.verdict === undefined ? [] : [['Connectivity', verdictCell(facts.verdict)]]),
    ...(facts.exists && facts.expiresAt !== undefined
      ? [
          [
            'Expires',
            `${new Date(facts.expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
          ],
        ]
      : []),
    ...(facts.exists ? [['To destroy it', destroyCell(facts.label)]] : []),
  ];
  const parts = [
    `### Multus preview \`${facts.environment}\`: ${facts.state}`,
    table(['', ''], rows),
    planFold(facts.plan),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function stateCell({ state, commit, runUrl }: CommentFacts): string {
  const of = commit === undefined ? '' : `, commit \`${commit.slice(0, 7)}\``;
  return `${state}${of} ([run](${runUrl}))`;
}

function environmentRows(environment: Environment | undefined): string[][] {
  if (environment === undefined) return [];
  const { cluster, networks, nodeGroups, region, shared } = environment;
  const nodes = nodeGroups.map(({ name, zone, desired }) => `${name}: ${desired} in ${zone}`);
  const subnets = networks.map((network) => {
    const cidrs = network.subnets.map(({ cidr }) => cidr);
    return `${network.interface}: ${cidrs.join(', ')}`;
  });
  return [
    [
      'Cluster',
      `\`${cluster.name}\`, Kubernetes ${cluster.version}, ${region}${shared === undefined ? '' : `; shared, it is that of ${shared.base}`}`,
    ],
    ...(shared === undefined ? [] : [['Namespace', `\`${shared.namespace}\``]]),
    ['Endpoint', `\`${cluster.endpoint}\``],
    ['To connect', `\`aws eks update-kubeconfig --region ${region} --name ${cluster.name}\``],
    ['Nodes', nodes.join('\n')],
    ['Multus networks', subnets.join('\n')],
  ];
}

function verdictCell({ result, passed, failed, failure, reportUrl }: Verdict): string {
  const counts =
    result === 'passed'
      ? `✅ all ${passed} checks passed`
      : `❌ ${failed} of ${passed + failed} checks failed`;
  return [`${counts} ([report](${reportUrl}))`, failure ?? '']
    .filter((line) => line !== '')
    .join('\n');
}

function destroyCell(label: string | undefined): string {
  return label === undefined
    ? 'close this pull request'
    : `close this pull request, or remove the label \`${label}\``;
}

/** The changes folded away; GitHub shows at most 65,536 characters of a comment, so a long list is cut. */
const MOST_ROWS = 150;

function planFold(plan: readonly CommentedPlan[] | undefined): string {
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
