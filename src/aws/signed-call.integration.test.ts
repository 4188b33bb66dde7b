import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clusterTraces } from './cluster-traces.ts';
import { ec2Of } from './network-interfaces.ts';
import type { Caller } from './signed-call.ts';

/** One answer of the server; undefined breaks the connection. */
type Answer = { readonly status: number; readonly body: string } | undefined;

const answers: Answer[] = [];
const requests: { headers: IncomingMessage['headers']; url: string; body: string }[] = [];
const pauses: number[] = [];

const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  requests.push({ headers: request.headers, url: request.url ?? '', body });
  const answer = answers.shift();
  if (answer === undefined) request.socket.destroy();
  else response.writeHead(answer.status).end(answer.body);
});

const caller: Caller = {
  region: 'ap-northeast-2',
  credentials: async () => ({ accessKeyId: 'AKIA1', secretAccessKey: 'secret', sessionToken: 't' }),
  userAgent: 'eks-multus-actions run/7',
  clock: { now: () => 0, sleep: async (ms) => void pauses.push(ms) },
};

beforeEach(async () => {
  for (const list of [answers, requests, pauses]) list.length = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.env['AWS_ENDPOINT_URL'] = `http://127.0.0.1:${port}`;
});
afterEach(async () => {
  delete process.env['AWS_ENDPOINT_URL'];
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const ERROR = (code: string) =>
  `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>why</Message></Error></Errors><RequestID>r-1</RequestID></Response>`;
const page = (items: string, next = '') =>
  `<?xml version="1.0"?><DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><tagSet>${items}</tagSet>${next}</DescribeTagsResponse>`;
const item = (id: string) => `<item><resourceId>${id}</resourceId><key>k</key></item>`;

describe('a call', () => {
  it('is signed, says which run it is from, and reads page by page', async () => {
    answers.push(
      { status: 200, body: page(item('vol-1'), '<nextToken>more&amp;</nextToken>') },
      { status: 200, body: page(item('vol-2') + item('vol-3')) },
    );
    expect(await ec2Of(caller).tagged('env', 'lab')).toEqual(['vol-1', 'vol-2', 'vol-3']);
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/ap-northeast-2\/ec2\/aws4_request/,
    );
    expect(requests[0]?.headers['user-agent']).toBe('eks-multus-actions run/7');
    const second = new URLSearchParams(requests[1]?.body);
    expect(second.get('NextToken')).toBe('more&');
    expect(second.get('Filter.1.Name')).toBe('key');
    expect(second.get('Filter.2.Value.1')).toBe('lab');
  });

  it('is made again after throttling, faults and broken connections', async () => {
    answers.push(
      { status: 503, body: ERROR('RequestLimitExceeded') },
      undefined,
      { status: 500, body: 'no XML' },
      { status: 400, body: ERROR('Throttling') },
      { status: 200, body: page('') },
    );
    expect(await ec2Of(caller).tagged('env', 'lab')).toEqual([]);
    expect(requests).toHaveLength(5);
    expect(pauses).toHaveLength(4);
    expect(pauses.every((ms) => ms > 0)).toBe(true);
  });

  it('fails at once, in the words of AWS, when another attempt would not help', async () => {
    answers.push({ status: 400, body: ERROR('DependencyViolation') });
    await expect(ec2Of(caller).removeSecurityGroup('sg-1')).rejects.toMatchObject({
      ...{ name: 'DependencyViolation', message: 'why', operation: 'EC2 DeleteSecurityGroup' },
      ...{ $fault: 'client', $metadata: { httpStatusCode: 400, requestId: 'r-1' } },
    });
    expect(requests).toHaveLength(1);
  });

  it('gives up in the end', async () => {
    answers.push(...Array.from({ length: 8 }, () => ({ status: 500, body: '' })));
    await expect(ec2Of(caller).tagged('env', 'lab')).rejects.toMatchObject({ name: 'HTTP 500' });
    expect(requests).toHaveLength(8);
  });
});

it('what does not exist is told from what is refused, in JSON too', async () => {
  const body = (type: string) => JSON.stringify({ __type: `com.amazonaws#${type}`, message: 'm' });
  answers.push(
    { status: 404, body: body('ResourceNotFoundException') },
    { status: 200, body: '{}' },
    { status: 400, body: body('AccessDeniedException') },
  );
  const traces = clusterTraces(caller);
  expect(await traces.clusterExists('lab')).toBe(false);
  expect(requests[0]?.url).toBe('/clusters/lab');
  expect(await traces.removeLogGroup('lab')).toBe(true);
  await expect(traces.removeLogGroup('lab')).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});
