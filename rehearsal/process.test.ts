import { once } from 'node:events';
import { expect, it } from 'vitest';
import { run, start, stopAll } from './process.ts';

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
