import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { workflowRun } from './workflow-run.ts';

const RUNNER = { GITHUB_RUN_ID: '7', GITHUB_REPOSITORY: 'o/r', GITHUB_REF: 'refs/heads/main' };

it('is called local outside a runner', () => {
  expect(workflowRun({})).toEqual({ id: 'local', repository: 'local', pullRequest: undefined });
});

it('takes the pull request from the ref', () => {
  const env = { ...RUNNER, GITHUB_REF: 'refs/pull/12/merge' };
  expect(workflowRun(env)).toEqual({ id: '7', repository: 'o/r', pullRequest: '12' });
});

it('takes the pull request from the payload of pull request events only', () => {
  const folder = mkdtempSync(join(tmpdir(), 'event-'));
  const path = join(folder, 'event.json');
  writeFileSync(path, JSON.stringify({ number: 12 }));
  const env = { ...RUNNER, GITHUB_EVENT_PATH: path };
  expect(workflowRun({ ...env, GITHUB_EVENT_NAME: 'pull_request_target' }).pullRequest).toBe('12');
  expect(workflowRun({ ...env, GITHUB_EVENT_NAME: 'push' }).pullRequest).toBeUndefined();
  rmSync(folder, { recursive: true });
});
