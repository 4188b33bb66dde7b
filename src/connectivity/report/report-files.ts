import type { Report } from '../report.ts';
import { junitXml } from './junit.ts';
import { type PageAssets, reportPage } from './page.ts';
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
export const SUMMARY_FILE = 'summary.md';

/** The report in all of its forms. */
export function reportFiles(report: Report, assets: PageAssets): readonly ReportFile[] {
  return [
    { path: REPORT_FILE, text: `${JSON.stringify(report, null, 2)}\n` },
    { path: PAGE_FILE, text: reportPage(report, assets) },
    { path: JUNIT_FILE, text: junitXml(report) },
    { path: SUMMARY_FILE, text: summaryMarkdown(report) },
  ];
}
