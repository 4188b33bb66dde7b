import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { CheckResult } from '../connectivity/check.ts';
import { logReport } from '../connectivity/log-report.ts';
import type { Report } from '../connectivity/report.ts';
import { summaryMarkdown } from '../connectivity/report-summary.ts';
import { ClusterError } from '../github/errors.ts';
import type { Log } from '../github/log.ts';
import { setOutputs } from '../github/outputs.ts';
import { addSummary } from '../github/summary.ts';
import type { VerifyInputs } from './inputs.ts';
import { verifyOutputs } from './outputs.ts';

export type PublishOptions = Pick<VerifyInputs, 'reportDirectory' | 'warnOnly'>;

/**
 * Gives the report to people and to later steps: log, job summary, `report.json` and outputs.
 *
 * @throws ClusterError when a check failed, after everything is written; only a warning when that is asked for.
 */
export async function publish(
  report: Report,
  { reportDirectory: directory, warnOnly }: PublishOptions,
  log: Log,
): Promise<void> {
  const path = resolve(directory, 'report.json');
  await mkdir(resolve(directory), { recursive: true });
  await writeFile(path, `${JSON.stringify(report, null, 2)}\n`);
  await logReport(report, log);
  await addSummary(summaryMarkdown(report));
  setOutputs(verifyOutputs(report, join(directory, 'report.json')));
  if (report.result === 'passed') return;
  const error = notConnected(report);
  if (!warnOnly) throw error;
  log.warn(error.message);
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
