import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, it, vi } from 'vitest';
import { ENDING_SIGNALS, run, start, stopAll } from './process.ts';

/** Ends by no signal but the last, and has a child that would outlive it and has its output, too. */
const STUBBORN = `
process.on('SIGTERM', () => {});
require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
console.log('started');
setInterval(() => {}, 1_000);
`;

it('a program that does not read all of its input says why by its exit code', async () => {
  const input = 'x'.repeat(10_000_000);
  await expect(run('sh', ['-c', 'exit 3'], { input })).rejects.toThrow('exit code 3');
  expect(await run('sh', ['-c', 'echo enough'], { input })).toBe('enough');
});

it('what has been started and still runs is ended, with all of its group', async () => {
  const child = start(process.execPath, ['-e', STUBBORN], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Its output ends with the last process that has it.
  const ended = once(child, 'close');
  await once(child.stdout ?? child, 'data');
  await stopAll(0);
  expect(await ended).toEqual([null, 'SIGKILL']);
});

it('a service ends with whoever started it, even by SIGKILL', async () => {
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

it.each(ENDING_SIGNALS)('what a program has started ends with it by %s', async (signal) => {
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
