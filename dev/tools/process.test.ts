import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { ENDING_SIGNALS, run, start, stopAll } from './process.ts';

/** A program that only SIGKILL ends, with a child that shares its output and would outlive it. */
const STUBBORN = `
process.on('SIGTERM', () => {});
require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
console.log('started');
setInterval(() => {}, 1_000);
`;

it('the exit code says why a program did not read all of its input', async () => {
  const input = 'x'.repeat(10_000_000);
  await expect(run('sh', ['-c', 'exit 3'], { input })).rejects.toThrow('exit code 3');
  expect(await run('sh', ['-c', 'echo enough'], { input })).toBe('enough');
});

it('stopAll ends a running program with its whole process group', async () => {
  const child = start(process.execPath, ['-e', STUBBORN], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Its output ends with the last process that has it.
  const ended = once(child, 'close');
  await once(child.stdout ?? child, 'data');
  await stopAll(0);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

it('a service ends with its parent, even when SIGKILL ends the parent', async () => {
  const log = join(await mkdtemp(join(tmpdir(), 'process-')), 'log');
  const script = `
    import { startService } from '${pathToFileURL(join(import.meta.dirname, 'process.ts'))}';
    startService('sleep', 'sh', ['-c', 'echo $$; exec sleep 600'], { log: '${log}' });
    setInterval(() => {}, 1_000);
  `;
  const program = start(process.execPath, ['--input-type=module', '-e', script], {});
  const pid = await vi.waitUntil(() => existsSync(log) && Number(readFileSync(log)), 20_000);
  expect(existsSync(`/proc/${pid}`)).toBe(true);
  program.kill('SIGKILL');
  await vi.waitUntil(() => !existsSync(`/proc/${pid}`), 20_000);
  await rm(dirname(log), { recursive: true });
});

it.each(ENDING_SIGNALS)('the children of a program end with it on %s', async (signal) => {
  const script = `
    import { endOnSignals, start } from '${pathToFileURL(join(import.meta.dirname, 'process.ts'))}';
    endOnSignals();
    console.log(start('sleep', ['600'], { stdio: 'inherit' }).pid);
  `;
  const args = ['--input-type=module', '-e', script];
  const program = start(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  // Its output ends with the last process that has it.
  const ended = once(program, 'close');
  const [pid] = await once(program.stdout ?? program, 'data');
  expect(Number(pid)).toBeGreaterThan(0);
  program.kill(signal);
  expect(await ended).toEqual([null, signal]);
});
