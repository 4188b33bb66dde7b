import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { CheckResult } from '../connectivity/evaluate/check.ts';
import {
  type ComparedReport,
  compareReports,
  comparisonText,
} from '../connectivity/report/compare-reports.ts';
import { readPageAssets } from '../connectivity/report/page.ts';
import type { Report } from '../connectivity/report/report.ts';
import {
  annotations,
  logReport,
  type ReportFile,
  reportFiles,
  SUMMARY_FILE,
} from '../connectivity/report/report-files.ts';
import { ClusterError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { withoutCredentials } from '../core/redact.ts';
import { addSummary, annotate, setOutputs } from '../github/outputs.ts';
import type { VerifyInputs } from './inputs.ts';
import { verifyOutputs } from './outputs.ts';
import type { VerifyResult } from './run.ts';

export interface PublishOptions extends Pick<VerifyInputs, 'reportDirectory' | 'warnOnly'> {
  /** The report to compare with. */
  readonly earlier?: ComparedReport | undefined;
}

/**
 * Publishes the report: log, annotations, job summary, outputs, and in `directory` files in JSON, JUnit XML, HTML and
 * Markdown, with diagnostics after a failure.
 *
 * @throws ClusterError when a check failed, after everything is written. With `warnOnly` it is only a warning.
 */
export async function publish(
  { report, diagnostics }: VerifyResult,
  { reportDirectory: directory, warnOnly, earlier }: PublishOptions,
  log: Log,
): Promise<void> {
  const comparison = earlier === undefined ? undefined : compareReports(earlier, report);
  const files = reportFiles(report, await readPageAssets(), comparison);
  await writeFiles(directory, [...files, ...diagnostics]);
  await logReport(report, log);
  if (comparison !== undefined) log.info(comparisonText(comparison));
  annotate(warnOnly ? 'warning' : 'error', annotations(report));
  await addSummary(files.find(({ path }) => path === SUMMARY_FILE)?.text ?? '');
  setOutputs(verifyOutputs(report, directory, diagnostics.length > 0));
  if (report.result === 'passed') return;
  const error = notConnected(report);
  if (!warnOnly) throw error;
  log.warn(error.message);
}

async function writeFiles(directory: string, files: readonly ReportFile[]): Promise<void> {
  for (const { path, text } of files) {
    const target = resolve(directory, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, withoutCredentials(text));
  }
}

const SHOWN = 5;

function notConnected({ checks, counts, cluster, namespace }: Report): ClusterError {
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  const shown = failures
    .slice(0, SHOWN)
    .map(({ check, subject, detail }) => `${check} ${subject}: ${detail}`);
  const rest = failures.length > SHOWN ? [`and ${failures.length - SHOWN} more`] : [];
  return new ClusterError({
    resource: `connectivity of cluster ${cluster}, namespace ${namespace}`,
    reason: `${counts.failed} of ${counts.passed + counts.failed} checks failed: ${[...shown, ...rest].join('; ')}`,
    nextStep: nextStepOf(failures[0]),
  });
}

function nextStepOf(first: CheckResult | undefined): string {
  if (first?.explanation === undefined) return 'look at the report in the job summary';
  return `${first.explanation} To do: ${first.nextStep}`;
}
