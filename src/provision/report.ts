import {
  CHANGE_HEADER,
  changeCells,
  driftLines,
  planTitle,
  type StackPlan,
} from '../cloudformation/stack-plan.ts';
import { duration } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Environment } from '../environment/environment.ts';
import { code, inertMarkdown, table } from '../github/markdown.ts';
import type { RolloutResult } from '../rollout/rollout.ts';
import { partsOf } from '../vpc/ownership.ts';
import type { NetworkPlan } from '../vpc/plan.ts';
import type { PlannedStack, ProvisionOutputs } from './outputs.ts';
import type { CheckResult } from './preflight/checks/checks.ts';
import { sentence } from './preflight/checks/finding.ts';
import { dollars, type Price, spotText } from './price/price.ts';
import { PRICES_AS_OF } from './price/price-table.ts';
import { dayOf, type GroupImages, type ReleasedImage } from './renew/image-age.ts';

export interface StackRow {
  readonly name: string;
  /** `created`, `updated`, `unchanged`, `deleted` or `failed`. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** What was looked for, and what of it still exists. */
export interface EndStateCheck {
  readonly what: string;
  readonly found: readonly string[];
}

/** What a run has done so far. It is filled during the run, so that a failed run reports how far it came. */
export interface Report {
  readonly title: string;
  readonly stacks: StackRow[];
  readonly notes: string[];
  readonly outputs: ProvisionOutputs;
  /** What was changed, or would be changed, stack by stack. */
  readonly plans: StackPlan[];
  network?: NetworkPlan;
  /** What was checked before anything was made. */
  preflight?: readonly CheckResult[];
  price?: Price;
  /** Which nodes are outdated, or were replaced. */
  rollout?: RolloutResult;
  /** How old the AMIs of the nodes are. */
  images?: readonly GroupImages[];
  /** What a destroy looked for at its end. */
  endState?: readonly EndStateCheck[];
}

/** The report of a run that has done nothing yet. */
export function newReport(title: string): Report {
  return { title, stacks: [], notes: [], plans: [], outputs: {} };
}

interface Reporting {
  readonly report: Report;
  readonly log: Log;
}

/** Writes a note to the log and to the summary. */
export function addNote({ report, log }: Reporting, text: string): void {
  report.notes.push(text);
  log.info(text);
}

/** The same as a warning, which the runner shows with the job. */
export function addWarning({ report, log }: Reporting, text: string): void {
  report.notes.push(text);
  log.warn(text);
}

/**
 * Adds the results of the checks that come before anything is made. What needs attention but stops nothing becomes one
 * notice.
 */
export function addPreflight(
  { report, notice }: Reporting & { readonly notice: (message: string) => void },
  results: readonly CheckResult[],
): void {
  report.preflight = results;
  const lines = results.flatMap(({ findings, unknown }) => [
    ...findings.filter(({ level }) => level === 'notice').map((one) => `- ${sentence(one)}`),
    ...unknown.map((reason) => `- not checked: ${reason}`),
  ]);
  if (lines.length > 0) notice(`Preflight:\n${[...new Set(lines)].join('\n')}`);
}

/** Adds a stack's plan. It replaces an earlier plan of the same stack. */
export function addPlan({ plans, outputs }: Report, plan: StackPlan): void {
  const before = plans.findIndex(({ name }) => name === plan.name);
  plans.splice(before < 0 ? plans.length : before, before < 0 ? 0 : 1, plan);
  outputs.plan = plans.map(plannedStack);
  outputs['has-changes'] = plans.some(({ action }) => action !== 'none');
}

/** The report as Markdown for the job's summary page. */
export function reportMarkdown(report: Report): string {
  const stacks = report.stacks.map((stack) => [
    stack.name,
    stack.outcome,
    duration(stack.durationMs),
  ]);
  const parts = [
    `## ${inertMarkdown(report.title)}`,
    stacks.length > 0 ? table(['Stack', 'Outcome', 'Time'], stacks) : '',
    ...report.notes.map(inertMarkdown),
    report.preflight === undefined ? '' : preflightTable(report.preflight),
    report.rollout === undefined ? '' : rolloutTable(report.rollout),
    report.price === undefined ? '' : priceTable(report.price),
    report.images === undefined ? '' : imageTable(report.images),
    report.endState === undefined ? '' : endStateTable(report.endState),
    ...report.plans.map(planMarkdown),
    report.network === undefined ? '' : networkTable(report.network, report.outputs.environment),
    outputTable(report.outputs),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function preflightTable(results: readonly CheckResult[]): string {
  const rows = results.flatMap(({ name, findings, unknown }) => {
    const found = [
      ...findings.map(({ level, text, fix }) => [name, level, text, fix]),
      ...unknown.map((reason) => [name, 'not checked', reason, '']),
    ];
    return found.length === 0 ? [[name, 'good', '', '']] : found;
  });
  return `Checked before anything is made:\n\n${table(['Check', 'Result', 'What', 'Fix'], rows)}`;
}

function priceTable({ lines, perHour, spot }: Price): string {
  const rows = lines.map(({ part, count, each }) => [
    part,
    count,
    each === undefined ? 'unknown' : each.toFixed(4),
    each === undefined ? 'unknown' : (count * each).toFixed(4),
  ]);
  const sum = perHour === undefined ? 'unknown' : dollars(perHour);
  const header = ['Part', 'Count', 'Each', 'Together'];
  const source = spot === undefined ? '' : ` (${spotText(spot)})`;
  return `Dollars per hour, on demand as of ${PRICES_AS_OF}${source}, without what depends on use:\n\n${table(header, [...rows, ['together', '', '', sum]])}`;
}

function rolloutTable({ rows }: RolloutResult): string {
  if (rows.length === 0) return '';
  const cells = rows.map(({ group, instanceId, node, state, took, why }) => [
    group,
    node,
    instanceId,
    state,
    why.join('\n'),
    took,
  ]);
  return `Nodes:\n\n${table(['Group', 'Node', 'Instance', 'State', 'Why replaced', 'Time'], cells)}`;
}

function imageTable(images: readonly GroupImages[]): string {
  const rows = images.flatMap(({ group, inUse, recommended }) =>
    inUse.map((image) => [
      group,
      image.nodes,
      imageCell(image),
      recommended === undefined ? 'none' : imageCell(recommended),
      image.daysBehind ?? 'unknown',
    ]),
  );
  if (rows.length === 0) return '';
  const parameters = [...new Set(images.map(({ parameter }) => parameter))].map(
    (parameter) => code(parameter).text,
  );
  return [
    'AMIs of the nodes:',
    table(['Group', 'Nodes', 'AMI', 'Recommended', 'Days behind'], rows),
    `Sources: for the AMI of a node DescribeInstances of EC2, for the release of an AMI its creation date in DescribeImages of EC2, for the recommended one the SSM parameter ${parameters.join(', ')}.`,
  ].join('\n\n');
}

function imageCell({ id, name, released }: ReleasedImage): string {
  return [id, name ?? '', `released ${dayOf(released)}`].filter((line) => line !== '').join('\n');
}

function endStateTable(checks: readonly EndStateCheck[]): string {
  const rows = checks.map(({ what, found }) => [what, found.length, found.join('\n')]);
  return `What is left:\n\n${table(['Looked for', 'Left', 'Which'], rows)}`;
}

/** In a VPC that others made, the table says whose each part is. */
function networkTable(plan: NetworkPlan, environment: Environment | undefined): string {
  if (plan.givenVpc !== undefined) {
    const parts = partsOf(plan).map(({ part, which, whose }) => [part, which, whose]);
    return `VPC ${plan.givenVpc.id}. What is given is neither changed nor deleted:\n\n${table(['Part', 'Which', 'Given or made'], parts)}`;
  }
  const rows = plan.zones.map((zone, index) => [
    zone,
    plan.publicSubnets[index] ?? '',
    plan.privateSubnets[index] ?? '',
    plan.multusSubnets
      .filter((subnet) => subnet.zone === zone)
      .map((subnet) => `eth${subnet.network}: ${rangesOf(plan, subnet, environment)}`)
      .join('\n'),
  ]);
  const ipv6 = plan.dualStack === true ? ', and an IPv6 range (/56) that Amazon gives' : '';
  return `VPC ${plan.vpcCidr}${ipv6}\n\n${table(['Zone', 'Public', 'Private', 'Multus'], rows)}`;
}

/** The ranges of a subnet. Its IPv6 range is known once the stack exists. */
function rangesOf(
  { dualStack }: NetworkPlan,
  { network, zone, cidr, prefixCidr }: NetworkPlan['multusSubnets'][number],
  environment: Environment | undefined,
): string {
  const ipv4 = `${cidr} (prefixes from ${prefixCidr})`;
  if (dualStack !== true) return ipv4;
  const made = environment?.networks
    .find((one) => one.network === network)
    ?.subnets.find((one) => one.zone === zone)?.ipv6Cidr;
  return `${ipv4} and ${made ?? 'a /64 of IPv6'}`;
}

function outputTable({
  environment,
  plan: _,
  images: __,
  'outputs-json': ___,
  'has-changes': changes,
  asleep,
  ...outputs
}: ProvisionOutputs): string {
  const endpoint = environment?.cluster.endpoint;
  const rows = Object.entries({
    ...(changes === undefined ? {} : { 'has-changes': String(changes) }),
    ...(asleep === undefined ? {} : { asleep: String(asleep) }),
    ...outputs,
    ...(endpoint && { 'cluster endpoint': endpoint }),
  });
  if (rows.length === 0) return '';
  return table(
    ['Output', 'Value'],
    rows.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : Object.values(value ?? {}).join('\n'),
    ]),
  );
}

/** The summary folds longer tables. */
const MOST_ROWS = 12;

function planMarkdown(plan: StackPlan): string {
  const rows = plan.changes.map((change) => changeCells(change, plan.parameters));
  const changes = rows.length === 0 ? '' : table(CHANGE_HEADER, rows);
  const folded =
    rows.length > MOST_ROWS
      ? `<details><summary>${rows.length} resources</summary>\n\n${changes}\n\n</details>`
      : changes;
  return [
    `### ${inertMarkdown(planTitle(plan))}`,
    lossAlert(plan),
    driftAlert(plan),
    inertMarkdown(plan.note ?? ''),
    folded,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** GitHub shows a CAUTION alert in red. */
function lossAlert({ losses }: StackPlan): string {
  if (losses.length === 0) return '';
  const lines = losses.map(({ text }) => `> - 🔴 **${inertMarkdown(text)}**`);
  return ['> [!CAUTION]', '> What these changes delete cannot be brought back:', ...lines].join(
    '\n',
  );
}

/** What a plan found changed outside CloudFormation, as a list. */
function driftAlert({ drift }: StackPlan): string {
  const lines = driftLines(drift).map((line) => `> - ${inertMarkdown(line)}`);
  return lines.length === 0 ? '' : ['> [!WARNING]', ...lines].join('\n');
}

function plannedStack(plan: StackPlan): PlannedStack {
  const changes = plan.changes.map((change) => {
    const [action = '', logicalId = '', type = '', replacement = '', what = ''] = changeCells(
      change,
      plan.parameters,
    );
    return { action, logicalId, type, replacement, what };
  });
  const { name: stack, action, basis, note } = plan;
  const losses = plan.losses.map(({ logicalId }) => logicalId);
  const drift = plan.drift?.changes ?? [];
  return {
    stack,
    action,
    basis,
    ...(note === undefined ? {} : { note }),
    ...(losses.length === 0 ? {} : { losses }),
    ...(drift.length === 0 ? {} : { drift }),
    changes,
  };
}
