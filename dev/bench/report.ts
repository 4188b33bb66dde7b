import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SUMMARY_BYTES } from '../../src/connectivity/report/summary.ts';
import { faultyEvidence } from '../../src/connectivity/testing/reported-clusters.ts';
import { atMost, type Bench, noted, percentile } from './measurement.ts';

import type { ReportTrial } from './report-trial.ts';

const SIZE = { nodes: 100, podsOnEach: 10, networks: 4, maxPairs: 5000 };
const ROUNDS = 5;

/**
 * A generated cluster of 1,000 pods on 100 nodes, each on four networks: the time and memory that it takes to
 * judge the observations and to render all reports. Each value is the median of several new processes.
 */
export const report: Bench = async ({ say }) => {
  const folder = mkdtempSync(join(tmpdir(), 'bench-report-'));
  try {
    const file = join(folder, 'evidence.json');
    writeFileSync(file, JSON.stringify(faultyEvidence(SIZE)));
    const trials = Array.from({ length: ROUNDS }, () => runTrial(file));
    const [first] = trials;
    if (first === undefined) throw new Error('no trial');
    const { pods, pairs, checks, failed, sizes } = first;
    say(`${pods} pods, ${pairs} pairs, ${checks} checks, ${failed} of them failed`);
    const median = (value: (trial: ReportTrial) => number) => percentile(trials.map(value), 0.5);
    return [
      atMost(
        'evaluate',
        median(({ evaluateMs }) => evaluateMs),
        'ms',
        1000,
      ),
      atMost(
        'render all formats',
        median(({ renderMs }) => renderMs),
        'ms',
        2000,
      ),
      atMost(
        'memory for both',
        median((trial) => trial.megabytes),
        'MB',
        200,
      ),
      noted(
        'memory of the process',
        median((trial) => trial.processMegabytes),
        'MB',
      ),
      atMost('job summary', sizes['summary.md'] ?? Number.NaN, 'bytes', SUMMARY_BYTES),
      ...['report.html', 'report.json', 'junit.xml'].map((name) =>
        noted(name, (sizes[name] ?? Number.NaN) / 1_000_000, 'MB'),
      ),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
};

function runTrial(file: string): ReportTrial {
  const script = join(import.meta.dirname, 'report-trial.ts');
  return JSON.parse(execFileSync(process.execPath, [script, file], { encoding: 'utf8' }));
}
