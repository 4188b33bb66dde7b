import { table } from '../github/summary.ts';
import { CHECKS, type CheckResult } from './check.ts';
import type { Report, ReportedPair, ReportedPlace } from './report.ts';

/** The report as Markdown for the job's summary page: failures first, then counts, matrix and routes. */
export function summaryMarkdown(report: Report): string {
  const { passed, failed, skipped } = report.counts;
  const verdict = report.result === 'passed' ? '✅ passed' : '❌ failed';
  return [
    `## Connectivity: ${verdict}`,
    `${passed} checks passed, ${failed} failed, ${skipped} skipped in ${report.durationSeconds} s (layout \`${report.layout}\`, cluster \`${report.cluster}\`, namespace \`${report.namespace}\`).`,
    ...section('### Failures', failures(report.checks)),
    '### Checks',
    countTable(report.checks),
    ...section('### Reachability', matrixTable(report.matrix)),
    '### Pods',
    podTable(report),
    ...report.pods.map(routesOf),
    '',
  ].join('\n\n');
}

function failures(checks: readonly CheckResult[]): string {
  const rows = checks
    .filter(({ outcome }) => outcome === 'failed')
    .map(({ check, subject, detail, explanation, nextStep }) => [
      ...[check, subject, detail, explanation ?? ''],
      nextStep ?? '',
    ]);
  const head = ['Check', 'Subject', 'Seen', 'What it means', 'What to do'];
  return rows.length === 0 ? '' : table(head, rows);
}

function countTable(checks: readonly CheckResult[]): string {
  const byCheck = Map.groupBy(checks, ({ check }) => check);
  const rows = CHECKS.filter((name) => byCheck.has(name)).map((name) => {
    const own = byCheck.get(name) ?? [];
    const count = (outcome: string) => own.filter((check) => check.outcome === outcome).length;
    return [name, count('passed'), count('failed'), count('skipped')].map(String);
  });
  return table(['Check', 'Passed', 'Failed', 'Skipped'], rows);
}

function matrixTable(matrix: readonly ReportedPair[]): string {
  if (matrix.length === 0) return '';
  const sources = unique(matrix.map(({ source }) => label(source)));
  const targets = unique(matrix.map(({ target }) => label(target)));
  const cells = new Map(
    matrix.map((pair) => [`${label(pair.source)}\n${label(pair.target)}`, symbol(pair)]),
  );
  const rows = sources.map((source) => [
    source,
    ...targets.map((target) => cells.get(`${source}\n${target}`) ?? ''),
  ]);
  const legend =
    '✅ answers (average time), 🔒 silent as it should be, ❌ silent, ⚠️ answers across networks, ❔ not probed';
  return `${table(['From ↓ to →', ...targets], rows)}\n\n${legend}`;
}

function symbol(pair: ReportedPair): string {
  if (pair.seen === 'not-probed') return '❔';
  if (pair.expected === 'silence') return pair.seen === 'silence' ? '🔒' : '⚠️';
  if (pair.seen === 'silence') return '❌';
  const time = pair.milliseconds === null ? '' : ` ${pair.milliseconds.avg} ms`;
  const loss = pair.received < pair.sent ? ` ${pair.received}/${pair.sent}` : '';
  return `✅${time}${loss}`;
}

function podTable(report: Report): string {
  const rows = report.pods.map((pod) => [
    pod.name,
    pod.node ?? '',
    pod.interfaces
      .map((one) => `${one.name} ${one.address ?? 'no address'} (${one.network})`)
      .join('\n'),
  ]);
  return table(['Pod', 'Node', 'Interfaces'], rows);
}

function routesOf({ name, routes }: Report['pods'][number]): string {
  const text = routes ?? 'not looked into';
  return `<details><summary><code>ip r</code> in ${name}</summary>\n\n\`\`\`text\n${text}\n\`\`\`\n\n</details>`;
}

function label(place: ReportedPlace): string {
  return `${place.pod} ${place.interface}`;
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function section(title: string, body: string): string[] {
  return body === '' ? [] : [title, body];
}
