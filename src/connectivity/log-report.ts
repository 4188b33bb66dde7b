import type { Log } from '../github/log.ts';
import type { CheckResult } from './check.ts';
import type { Report } from './report.ts';

const MARK = { passed: '✅', failed: '❌', skipped: '➖' } as const;

/** Prints the report to the job's log: `ip r` of each pod and every check in groups, then the count. */
export async function logReport(report: Report, log: Log): Promise<void> {
  for (const { name, routes } of report.pods) {
    await log.group(`ip r in ${name}`, async () => log.info(routes ?? 'not looked into'));
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
