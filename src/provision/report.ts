import { duration } from '../cloudformation/polling.ts';
import { table } from '../github/summary.ts';
import type { NetworkPlan } from '../network/plan.ts';
import type { ProvisionOutputs } from './outputs.ts';

export interface StackRow {
  readonly name: string;
  /** `created`, `updated`, `unchanged`, `deleted` or `failed`. */
  readonly outcome: string;
  readonly durationMs: number;
}

/** What a run has done so far. It is filled as the run goes on, so that a failed run tells how far it came. */
export interface Report {
  readonly title: string;
  readonly stacks: StackRow[];
  readonly notes: string[];
  readonly outputs: ProvisionOutputs;
  plan?: NetworkPlan;
}

export function newReport(title: string): Report {
  return { title, stacks: [], notes: [], outputs: {} };
}

/** The report as Markdown for the job's summary page. */
export function reportMarkdown(report: Report): string {
  const stacks = report.stacks.map((stack) => [
    stack.name,
    stack.outcome,
    duration(stack.durationMs),
  ]);
  const parts = [
    `## ${report.title}`,
    stacks.length > 0 ? table(['Stack', 'Outcome', 'Time'], stacks) : '',
    ...report.notes,
    report.plan === undefined ? '' : networkTable(report.plan),
    outputTable(report.outputs),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function networkTable(plan: NetworkPlan): string {
  const rows = plan.zones.map((zone, index) => [
    zone,
    plan.publicSubnets[index] ?? '',
    plan.privateSubnets[index] ?? '',
    plan.multusSubnets
      .filter((subnet) => subnet.zone === zone)
      .map((subnet) => `eth${subnet.network}: ${subnet.cidr} (prefixes from ${subnet.prefixCidr})`)
      .join('\n'),
  ]);
  return `VPC ${plan.vpcCidr}\n\n${table(['Zone', 'Public', 'Private', 'Multus'], rows)}`;
}

function outputTable({ environment, ...outputs }: ProvisionOutputs): string {
  const endpoint = environment?.cluster.endpoint;
  const rows = Object.entries({ ...outputs, ...(endpoint && { 'cluster endpoint': endpoint }) });
  if (rows.length === 0) return '';
  return table(
    ['Output', 'Value'],
    rows.map(([name, value]) => [
      name,
      typeof value === 'string' ? value : Object.values(value ?? {}).join('\n'),
    ]),
  );
}
