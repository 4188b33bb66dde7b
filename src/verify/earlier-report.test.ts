import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { faultyReport } from '../connectivity/testing/reported-clusters.ts';
import { readEarlierReport } from './earlier-report.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'earlier-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const read = async (text: string) => {
  const path = join(folder, 'report.json');
  await writeFile(path, text);
  return readEarlierReport(path, recordingLog());
};

it('reads what a comparison needs, also of a version that has other checks', async () => {
  const { checks, ...report } = faultyReport();
  const [first] = checks;
  const found = await read(
    JSON.stringify({ ...report, checks: [{ ...first, check: 'of-tomorrow' }] }),
  );
  expect(found?.startedAt).toBe(report.startedAt);
  expect(found?.checks).toMatchObject([{ check: 'of-tomorrow', subject: first?.subject }]);
  expect(found?.matrix).toHaveLength(report.matrix.length);
});

it.each(['', '{', '[]', '{"checks": []}'])('refuses what is no report: %s', async (text) => {
  await expect(read(text)).rejects.toThrow(/compare-with.*report\.json that verify wrote/s);
});

it('knows no earlier report when no input names one, or the file does not exist', async () => {
  const log = recordingLog();
  expect(await readEarlierReport(undefined, log)).toBeUndefined();
  expect(log.lines).toEqual([]);
  expect(await readEarlierReport(join(folder, 'none.json'), log)).toBeUndefined();
  expect(log.lines[0]).toContain('no earlier report');
});
