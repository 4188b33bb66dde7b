import type { Report } from '../connectivity/report.ts';

export const outputNames = ['result', 'passed', 'failed', 'report', 'report-path'] as const;

export type VerifyOutputs = Readonly<Record<(typeof outputNames)[number], unknown>>;

/** The outputs of the action, from its report. */
export function verifyOutputs(report: Report, reportPath: string): VerifyOutputs {
  return {
    result: report.result,
    passed: report.counts.passed,
    failed: report.counts.failed,
    report,
    'report-path': reportPath,
  };
}
