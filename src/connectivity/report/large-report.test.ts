import { beforeAll, expect, it } from 'vitest';
import type { Evidence } from '../evaluate/evidence.ts';
import { faultyEvidence } from '../testing/reported-clusters.ts';
import { readPageAssets } from './page.ts';
import { makeReport } from './report.ts';
import { reportFiles } from './report-files.ts';

const context = {
  ...{ cluster: 'c', namespace: 'default', layout: 'matrix' },
  ...{ startedAt: new Date(0), finishedAt: new Date(1) },
};
let evidence: Evidence;

beforeAll(() => {
  evidence = faultyEvidence({ nodes: 20, podsOnEach: 20, maxPairs: 5000 });
});

/** The milliseconds that this thread has had of a processor, however many others the machine is busy with. */
function worked(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** `npm run bench -- report` measures it; this only finds what has become many times slower. */
it('judges and renders 400 pods in seconds', async () => {
  const assets = await readPageAssets();
  const start = worked();
  const report = makeReport(context, evidence);
  const evaluated = worked();
  const files = reportFiles(report, assets);
  const rendered = worked();
  expect(report.pods).toHaveLength(400);
  expect(report.matrix.length).toBeGreaterThan(4000);
  expect(files).toHaveLength(5);
  expect(evaluated - start).toBeLessThan(2_000);
  expect(rendered - evaluated).toBeLessThan(5_000);
}, 60_000);
