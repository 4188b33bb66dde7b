import { join } from 'node:path';
import type { Report } from '../connectivity/report/report.ts';
import {
  abridge,
  JUNIT_FILE,
  MATRIX_FILE,
  PAGE_FILE,
  REPORT_FILE,
} from '../connectivity/report/report-files.ts';
import { FAILURE_OUTPUT } from '../github/shown-failure.ts';

const ofReport = [
  'result',
  'passed',
  'failed',
  'report',
  'report-path',
  'html-path',
  'junit-path',
  'csv-path',
  'diagnostics-path',
] as const;

/** The names in `action.yml`. */
export const outputNames = [...ofReport, FAILURE_OUTPUT] as const;

export type VerifyOutputs = Readonly<Record<(typeof ofReport)[number], unknown>>;

/** The outputs that describe a report, from its report and the folder that it is in. */
export function verifyOutputs(
  report: Report,
  directory: string,
  diagnosed: boolean,
): VerifyOutputs {
  return {
    result: report.result,
    passed: report.counts.passed,
    failed: report.counts.failed,
    report: abridge(report),
    'report-path': join(directory, REPORT_FILE),
    'html-path': join(directory, PAGE_FILE),
    'junit-path': join(directory, JUNIT_FILE),
    'csv-path': join(directory, MATRIX_FILE),
    'diagnostics-path': diagnosed ? join(directory, 'diagnostics') : '',
  };
}
