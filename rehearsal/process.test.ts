import { once } from 'node:events';
import { expect, it } from 'vitest';
import { start, stopAll } from './process.ts';

/** Ends by no signal but the last, and has a child that would outlive it and has its output, too. */
const STUBBORN = `
process.on('SIGTERM', () => {});
require('node:child_process').spawn('sleep', ['600'], { stdio: 'inherit' });
console.log('started');
setInterval(() => {}, 1_000);
`;

it('what has been started and still runs is ended, with all of its group', async () => {
  const child = start(process.execPath, ['-e', STUBBORN], { stdio: ['ignore', 'pipe', 'inherit'] });
  // Its output ends with the last process that has it.
  const ended = once(child, 'close');
  await once(child.stdout ?? child, 'data');
  await stopAll(0);
  expect(await ended).toEqual([null, 'SIGKILL']);
});
