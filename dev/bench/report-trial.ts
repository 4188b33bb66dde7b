import { readFileSync } from 'node:fs';
import type { Evidence } from '../../src/connectivity/evaluate/evidence.ts';
import { readPageAssets } from '../../src/connectivity/report/page.ts';
import { makeReport } from '../../src/connectivity/report/report.ts';
import { abridge, annotations, reportFiles } from '../../src/connectivity/report/report-files.ts';

/** What one process needed to judge some evidence and to render all forms of the report. */
export interface ReportTrial {
  readonly evaluateMs: number;
  readonly renderMs: number;
  /**
   * Peak memory beyond that of Node, its loader and the evidence before the start, in MB of 1,000,000 bytes.
   */
  readonly megabytes: number;
  /** Peak memory of the whole process. */
  readonly processMegabytes: number;
  readonly pods: number;
  readonly pairs: number;
  readonly checks: number;
  readonly failed: number;
  /** Bytes of each file. */
  readonly sizes: Readonly<Record<string, number>>;
}

/** Judges and renders once in a fresh process, as the action does. */
async function trial(evidence: Evidence): Promise<ReportTrial> {
  const assets = await readPageAssets();
  const when = { startedAt: new Date(0), finishedAt: new Date(1) };
  const before = process.memoryUsage.rss();
  const start = performance.now();
  const report = makeReport(
    { cluster: 'bench', namespace: 'default', layout: 'matrix', ...when },
    evidence,
  );
  const evaluated = performance.now();
  const files = reportFiles(report, assets);
  annotations(report);
  abridge(report);
  const rendered = performance.now();
  const most = process.resourceUsage().maxRSS * 1024;
  return {
    evaluateMs: evaluated - start,
    renderMs: rendered - evaluated,
    megabytes: (most - before) / 1_000_000,
    processMegabytes: most / 1_000_000,
    pods: report.pods.length,
    pairs: report.matrix.length,
    checks: report.checks.length,
    failed: report.counts.failed,
    sizes: Object.fromEntries(files.map(({ path, text }) => [path, Buffer.byteLength(text)])),
  };
}

if (import.meta.main) {
  const [file = ''] = process.argv.slice(2);
  console.log(JSON.stringify(await trial(JSON.parse(readFileSync(file, 'utf8')) as Evidence)));
}
