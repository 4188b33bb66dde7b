import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it, vi } from 'vitest';
import { explained, repositoryClient } from './repository-client.ts';

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const OK: Answer = { status: 200, body: '{"number":12}' };
const PAGE = {
  status: 502,
  headers: { 'content-type': 'text/html' },
  body: '<html>Unicorn!</html>',
};
const servers: Server[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const server of servers.splice(0)) server.close();
});

/** Reads a pull request from an API that gives these answers in turn, and then repeats the last one. */
async function readFrom(...answers: readonly Answer[]) {
  let calls = 0;
  const pauses: number[] = [];
  const server = createServer((_, response) => {
    const { status, headers, body } = answers[Math.min(calls, answers.length - 1)] ?? OK;
    calls += 1;
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const clock = { now: () => 0, sleep: async (ms: number) => void pauses.push(ms) };
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
  const { rest } = repositoryClient('token', 'acme/lab', url, clock);
  const call = rest.pulls.get({ owner: 'acme', repo: 'lab', pull_number: 12 });
  const outcome = await explained('pull request #12', 'pull-requests: read', call).then(
    ({ data }) => `number ${data.number}`,
    (error: Error) => error.message,
  );
  return { outcome, pauses, calls };
}

it('tries again when GitHub is unavailable', async () => {
  expect(await readFrom(PAGE, { status: 503 }, OK)).toEqual({
    outcome: 'number 12',
    pauses: [1_000, 4_000],
    calls: 3,
  });
});

it('gives up after four attempts, and shows the status instead of an HTML page', async () => {
  expect(await readFrom(PAGE)).toEqual({
    outcome:
      'pull request #12: the answer has status 502\nNext step: run the job again; if it fails again, see https://www.githubstatus.com',
    pauses: [1_000, 4_000, 15_000],
    calls: 4,
  });
});

it('waits as long as GitHub says, unless that is too long', async () => {
  const secondary = { status: 403, body: '{"message":"You have exceeded a secondary rate limit"}' };
  const soon = { ...secondary, headers: { 'retry-after': '30' } };
  expect(await readFrom(soon, OK)).toMatchObject({ outcome: 'number 12', pauses: [30_000] });
  const late = { ...secondary, headers: { 'retry-after': '600' } };
  const { outcome, calls } = await readFrom(late);
  expect(outcome).toMatch(/secondary rate limit\nNext step: run the job again in a few minutes/);
  expect(calls).toBe(1);
});

it('says when a rate limit resets, and names no permission', async () => {
  const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1795620600' };
  const { outcome, calls } = await readFrom({
    status: 403,
    headers,
    body: '{"message":"Too much"}',
  });
  expect(outcome).toMatch(/^pull request #12: Too much.*\nNext step: .*after 2026-11-25T15:30Z/);
  expect(calls).toBe(1);
});

it.each([401, 404, 422])('does not try again after a %s', async (status) => {
  expect((await readFrom({ status, body: '{"message":"No"}' })).calls).toBe(1);
});

it('names the permission that the job lacks', async () => {
  const body = '{"message":"Resource not accessible by integration"}';
  const { outcome, calls } = await readFrom({ status: 403, body });
  expect(outcome).toMatch(/integration.*\nNext step: give the job.*`pull-requests: read`/);
  expect(calls).toBe(1);
});
