import type { Log } from '../../core/log.ts';
import type { CheckResult } from '../evaluate/check.ts';
import type { Comparison } from './compare-reports.ts';
import { junitXml } from './junit.ts';
import { matrixCsv } from './matrix-csv.ts';
import { type PageAssets, reportPage } from './page.ts';
import type { Report } from './report.ts';
import { summaryMarkdown } from './summary.ts';

/** A file of the report folder. */
export interface ReportFile {
  /** Below the folder, with `/`. */
  readonly path: string;
  readonly text: string;
}

export const REPORT_FILE = 'report.json';
export const PAGE_FILE = 'report.html';
export const JUNIT_FILE = 'junit.xml';
export const MATRIX_FILE = 'matrix.csv';
export const SUMMARY_FILE = 'summary.md';

/**
 * The files of the report in every format.
 *
 * @param comparison what differs from an earlier report; for the summary
 */
export function reportFiles(
  report: Report,
  assets: PageAssets,
  comparison?: Comparison,
): readonly ReportFile[] {
  return [
    { path: REPORT_FILE, text: reportJson(report) },
    { path: PAGE_FILE, text: reportPage(report, assets) },
    { path: JUNIT_FILE, text: junitXml(report) },
    { path: MATRIX_FILE, text: matrixCsv(report) },
    { path: SUMMARY_FILE, text: summaryMarkdown(report, comparison) },
  ];
}

/** The report as JSON with a line for each check, pair and pod: a large report indented takes twice the memory and space. */
function reportJson(report: Report): string {
  const fields = Object.entries(report).map(([key, value]) => {
    const lines = Array.isArray(value) ? value.map((one) => JSON.stringify(one)) : [];
    const text =
      lines.length === 0 ? JSON.stringify(value) : `[\n    ${lines.join(',\n    ')}\n  ]`;
    return `  ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${fields.join(',\n')}\n}\n`;
}

/** A report that may leave parts out. */
export interface AbridgedReport extends Report {
  readonly abridged?: true;
}

/** GitHub accepts 1 MB for all outputs of a job, and there are other outputs. */
export const OUTPUT_CHARACTERS = 400_000;

/**
 * The report for a job output, whole when it is small. A larger one has no passed checks, pairs and routes, and if it
 * is still too large only the counts and the first failures. `report.json` has all of it.
 */
export function abridge(report: Report, characters = OUTPUT_CHARACTERS): AbridgedReport {
  if (fits(report, characters)) return report;
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed');
  const pods = report.pods.map((pod) => ({ ...pod, routes: null }));
  const shorter = { ...report, checks: failed, matrix: [], pods, abridged: true } as const;
  if (fits(shorter, characters)) return shorter;
  return { ...shorter, checks: failed.slice(0, 100), pods: [], nodes: [] };
}

/** The least characters of a check as JSON, its field names alone. */
const CHECK_CHARACTERS = 50;

/** A report that has far too many checks is not written only to count its characters. */
function fits(report: Report, characters: number): boolean {
  if (report.checks.length * CHECK_CHARACTERS > characters) return false;
  return JSON.stringify(report).length <= characters;
}

/** A note that the runner shows on the run's page. */
export interface Annotation {
  readonly title: string;
  readonly message: string;
}

/** GitHub shows ten annotations of a level for each step. The failure of the step itself needs one. */
export const MOST_ANNOTATIONS = 9;

/** The failures as annotations: the first of each cause before the second, and no more than GitHub shows. */
export function annotations({ checks }: Report): readonly Annotation[] {
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  const byCause = [...Map.groupBy(failures, ({ check, cause }) => `${check} ${cause}`).values()];
  const longest = Math.max(0, ...byCause.map((own) => own.length));
  const inTurn: CheckResult[] = [];
  for (let turn = 0; turn < longest && inTurn.length < MOST_ANNOTATIONS; turn += 1) {
    inTurn.push(...byCause.flatMap((own) => own[turn] ?? []));
  }
  return inTurn.slice(0, MOST_ANNOTATIONS).map(annotation);
}

function annotation({ check, subject, detail, explanation, nextStep }: CheckResult): Annotation {
  const lines = [detail, explanation ?? '', nextStep === undefined ? '' : `To do: ${nextStep}`];
  return {
    title: `${check}: ${subject}`,
    message: lines.filter((line) => line !== '').join('\n'),
  };
}

const MARK = { passed: '✅', failed: '❌', skipped: '➖' } as const;

/** Prints the report to the job's log: `ip r` of each pod and every check in groups, then the count. */
export async function logReport(report: Report, log: Log): Promise<void> {
  for (const { name, routes } of report.pods) {
    await log.group(`ip r in ${name}`, async () => log.info(routes ?? 'not probed'));
  }
  const lines = report.checks.map(checkLine);
  await log.group(`${lines.length} checks`, async () => log.info(lines.join('\n')));
  for (const check of report.checks) {
    if (check.outcome !== 'failed') continue;
    log.info(`${checkLine(check)}\n   ${check.explanation ?? ''}\n   → ${check.nextStep ?? ''}`);
  }
  const { passed, failed, skipped } = report.counts;
  log.info(`Connectivity ${report.result}: ${passed} passed, ${failed} failed, ${skipped} skipped`);
}

function checkLine({ check, subject, outcome, detail }: CheckResult): string {
  return `${MARK[outcome]} ${check} ${subject}: ${detail}`;
}
