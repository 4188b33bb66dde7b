import type { Report } from '../report.ts';

/** A report, and whether parts of it were left out. */
export interface AbridgedReport extends Report {
  readonly abridged?: true;
}

/** GitHub lets the outputs of a job take 1 MB, and there are other outputs. */
export const OUTPUT_CHARACTERS = 400_000;

/**
 * The report for a job output: whole when it is small. Of a larger one the passed checks, the pairs and the routes
 * are left out, then everything but the counts and the first failures; `report.json` has it all.
 */
export function abridge(report: Report, characters = OUTPUT_CHARACTERS): AbridgedReport {
  if (fits(report, characters)) return report;
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed');
  const pods = report.pods.map((pod) => ({ ...pod, routes: null }));
  const shorter = { ...report, checks: failed, matrix: [], pods, abridged: true } as const;
  if (fits(shorter, characters)) return shorter;
  return { ...shorter, checks: failed.slice(0, 100), pods: [], nodes: [] };
}

function fits(report: Report, characters: number): boolean {
  return JSON.stringify(report).length <= characters;
}
