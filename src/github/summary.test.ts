import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { summary } from '@actions/core';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { addSummary } from './outputs.ts';

let folder: string;
beforeEach(() => {
  // The toolkit remembers the file of the first call in a process.
  Object.assign(summary, { _filePath: undefined });
  folder = mkdtempSync(join(tmpdir(), 'summary-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

it('appends to the summary of the step', async () => {
  const file = join(folder, 'summary.md');
  writeFileSync(file, '');
  vi.stubEnv('GITHUB_STEP_SUMMARY', file);
  await addSummary('# one');
  await addSummary('two');
  expect(readFileSync(file, 'utf8')).toBe('# one\ntwo\n');
});

it('does nothing when the runner offers no summary', async () => {
  vi.stubEnv('GITHUB_STEP_SUMMARY', undefined);
  await expect(addSummary('x')).resolves.toBeUndefined();
});
