import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, it } from 'vitest';
import { known } from '../facts.ts';
import { askRunner } from './ask-runner.ts';

it('connects to an API server that is there, and tells why it does not connect to one that is not', async () => {
  const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : 0;
  const endpoint = `https://127.0.0.1:${port}`;
  expect(known(await askRunner(endpoint))?.failure).toBeUndefined();
  await once(server.close(), 'close');
  expect(known(await askRunner(endpoint))?.failure).toContain('ECONNREFUSED');
});

it('connects to nothing before there is a cluster', async () => {
  const runner = known(await askRunner(undefined));
  expect(runner?.failure).toBeUndefined();
  expect(runner?.addresses).not.toContain('127.0.0.1');
});
