import { code, codeBlock, inertMarkdown, md, table } from '../../github/markdown.ts';
import { CHECKS } from '../evaluate/catalogue/catalogue.ts';
import { probeSeconds, secondsText } from './check-time.ts';
import { type Comparison, changesOf, comparisonText } from './compare-reports.ts';
import {
  type JudgedPair,
  type Matrix,
  matrixOf,
  PAIR_STATES,
  prefixRows,
  STATE_LEGEND,
  worst,
} from './pair-state.ts';
import type { Report } from './report.ts';
import { topologyMermaid } from './topology.ts';

/** GitHub accepts 1 MiB for each step and drops a summary that is larger. The margin is for line ends. */
export const SUMMARY_BYTES = 1024 * 1024 - 16 * 1024;

/** The most rows of each table. The files have all of them. */
const MOST = {
  failures: 100,
  changes: 60,
  columns: 40,
  prefixes: 200,
  pods: 100,
  routes: 24,
} as const;

/** The report as Markdown for the job summary, failures first. Always below GitHub's limit. */
export function summaryMarkdown(report: Report, comparison?: Comparison): string {
  const sections = [
    header(report),
    failures(report),
    comparison === undefined ? [] : changes(comparison),
    checks(report),
    matrix(matrixOf(report, MOST.columns)),
    diagram(report),
    prefixes(report),
    pods(report),
    routes(report),
  ];
  return `${fitSections(sections.flat(), SUMMARY_BYTES)}\n`;
}

function header(report: Report): Section {
  const { passed, failed, skipped } = report.counts;
  const verdict = report.result === 'passed' ? '✅ passed' : '❌ failed';
  const place =
    md`layout ${code(report.layout)}, cluster ${code(report.cluster)}, namespace ${code(report.namespace)}`
      .text;
  const counts = `${passed} checks passed, ${failed} failed, ${skipped} skipped in ${report.durationSeconds} s (${place}).`;
  const rules = report.sampling.length === 0 ? '' : md`\n\n${report.sampling.join(' ')}`.text;
  return whole(`## Connectivity: ${verdict}\n\n${counts}${rules}`);
}

function failures({ checks: all }: Report): Section[] {
  const rows = all
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ check, subject, detail, explanation = '', nextStep = '' }) => {
      return [check, subject, detail, explanation, nextStep];
    });
  const columns = ['Check', 'Subject', 'Seen', 'What it means', 'What to do'];
  return rows.length === 0
    ? []
    : [tableSection('### Failures', columns, rows, 'failures', MOST.failures)];
}

function changes(comparison: Comparison): Section[] {
  const title = `### What changed\n\n${comparisonText(comparison)}`;
  const rows = changesOf(comparison).map((one) => [one.what, one.check, one.subject, one.detail]);
  if (rows.length === 0) return [whole(title)];
  const columns = ['Change', 'Check', 'Subject', 'Seen'];
  return [tableSection(title, columns, rows, 'changes', MOST.changes)];
}

function checks({ checks: all }: Report): Section {
  const byCheck = Map.groupBy(all, ({ check }) => check);
  const rows = CHECKS.filter((name) => byCheck.has(name)).map((name) => {
    const own = byCheck.get(name) ?? [];
    const count = (outcome: string) => own.filter((check) => check.outcome === outcome).length;
    const time = secondsText(probeSeconds(own));
    return [name, count('passed'), count('failed'), count('skipped'), time];
  });
  const columns = ['Check', 'Passed', 'Failed', 'Skipped', 'Time'];
  return tableSection('### Checks', columns, rows, 'checks');
}

function matrix({ by, rows, columns, cell }: Matrix): Section[] {
  if (rows.length === 0) return [];
  const shown = columns.slice(0, MOST.columns);
  const cells = rows.map((row) => [row, ...shown.map((column) => cellText(cell(row, column), by))]);
  const signs = PAIR_STATES.toReversed().map((state) => {
    const { sign, words } = STATE_LEGEND[state];
    return `${sign} ${words}`;
  });
  const worstOf = by === 'node' ? 'Each cell is the worst of its pairs, and their number. ' : '';
  const cut =
    columns.length > shown.length ? `${columns.length - shown.length} columns left out. ` : '';
  return [
    {
      ...tableSection('### Matrix', ['From ↓ to →', ...shown], cells, 'rows', MOST.columns),
      tail: `\n${worstOf}${cut}${signs.join(', ')}`,
    },
  ];
}

function cellText(pairs: readonly JudgedPair[], by: Matrix['by']): string {
  const state = worst(pairs);
  if (state === undefined) return '';
  const { sign } = STATE_LEGEND[state];
  if (by === 'node') {
    const alike = pairs.filter((one) => one.state === state).length;
    return alike === pairs.length ? `${sign} ${alike}` : `${sign} ${alike} of ${pairs.length}`;
  }
  const { pair } = pairs.find((one) => one.state === state) ?? {};
  if (pair === undefined || pair.milliseconds === null) return sign;
  const loss = pair.received < pair.sent ? ` ${pair.received}/${pair.sent}` : '';
  return `${sign} ${pair.milliseconds.avg} ms${loss}`;
}

function diagram(report: Report): Section[] {
  if (report.pods.length === 0) return [];
  return [whole(`### Topology\n\n${codeBlock(topologyMermaid(report), 'mermaid')}`)];
}

function prefixes(report: Report): Section[] {
  const rows = prefixRows(report).map((row) => [
    row.node,
    row.zone ?? '',
    row.device,
    row.eni,
    row.primary,
    row.prefix ?? 'none',
    row.capacity === null ? row.addresses.length : `${row.addresses.length} of ${row.capacity}`,
  ]);
  const columns = ['Node', 'Zone', 'Device', 'ENI', 'Primary', 'Prefix', 'Tested addresses'];
  return rows.length === 0
    ? []
    : [tableSection('### Prefixes', columns, rows, 'prefixes', MOST.prefixes)];
}

function pods(report: Report): Section {
  const rows = report.pods.map(({ name, node, zone, interfaces }) => [
    name,
    node ?? '',
    zone ?? '',
    interfaces
      .map((one) => `${one.name} ${one.address ?? 'no address'} (${one.network})`)
      .join('\n'),
  ]);
  return tableSection('### Pods', ['Pod', 'Node', 'Zone', 'Interfaces'], rows, 'pods', MOST.pods);
}

function routes(report: Report): Section {
  const rows = report.pods.slice(0, MOST.routes).map(({ name, routes: text }) => {
    const shown = codeBlock(text ?? 'not probed', 'text');
    return `<details><summary><code>ip r</code> in ${inertMarkdown(name)}</summary>\n\n${shown}\n\n</details>\n`;
  });
  const leftOut = (count: number) => `The routes of ${count} pods are left out here. ${ELSEWHERE}`;
  return { head: '', rows, total: report.pods.length, leftOut };
}

const ELSEWHERE = '`report.html` and `report.json` have all of it.';

function tableSection(
  title: string,
  columns: readonly string[],
  rows: readonly (readonly (string | number)[])[],
  things: string,
  most?: number,
): Section {
  const shown = most === undefined ? rows : rows.slice(0, most);
  const [head = '', line = '', ...lines] = table(columns, shown).split('\n');
  return {
    head: [title, '', head, line].join('\n'),
    rows: lines,
    total: rows.length,
    leftOut: (count) => `${count} ${things} are left out here. ${ELSEWHERE}`,
  };
}

/** A section that cannot be shortened. */
function whole(head: string): Section {
  return { head, rows: [], leftOut: () => `A part is left out here. ${ELSEWHERE}` };
}

/** A section of the summary. Rows can be left out when space is short. */
export interface Section {
  readonly head: string;
  readonly rows: readonly string[];
  readonly tail?: string;
  /** How many rows there are, when `rows` has only the first ones. */
  readonly total?: number;
  readonly leftOut: (count: number) => string;
}

/** Space that each section reserves for its line about rows that were left out. */
const NOTE_BYTES = 200;

/**
 * Joins sections, most important first, into at most `bytes` of UTF-8. A line counts the rows that do not fit and are
 * left out. A section that does not fit at all becomes such a line.
 */
export function fitSections(sections: readonly Section[], bytes: number): string {
  const texts: string[] = [];
  let left = bytes - NOTE_BYTES * sections.length;
  for (const section of sections) {
    const text = shorten(section, left);
    left -= Math.max(0, size(text) + 2 - NOTE_BYTES);
    texts.push(text);
  }
  return texts.join('\n\n');
}

function shorten(
  { head, rows, tail = '', total = rows.length, leftOut }: Section,
  bytes: number,
): string {
  let left = bytes - size(head) - size(tail) - 4;
  if (left < 0) return leftOut(total);
  const kept: string[] = [];
  for (const row of rows) {
    left -= size(row) + 1;
    if (left < 0) break;
    kept.push(row);
  }
  const missing = total - kept.length;
  const note = missing === 0 ? '' : `\n\n${leftOut(missing)}`;
  return `${[head, ...kept].join('\n')}${tail === '' ? '' : `\n${tail}`}${note}`;
}

function size(text: string): number {
  return Buffer.byteLength(text);
}
