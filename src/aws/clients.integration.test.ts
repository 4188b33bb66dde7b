import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EC2Client } from '@aws-sdk/client-ec2';
import { EKSClient } from '@aws-sdk/client-eks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createClient } from './clients.ts';
import { clusterTraces } from './cluster-traces.ts';
import { ec2Of } from './network-interfaces.ts';

/** One answer of the server; undefined breaks the connection. */
type Answer =
  | { readonly status: number; readonly body: string }
  | 'silence'
  | 'headers only'
  | undefined;

const answers: Answer[] = [];
const requests: { headers: IncomingMessage['headers']; url: string; body: string }[] = [];

const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
  const body = Buffer.concat(await request.toArray()).toString('utf8');
  requests.push({ headers: request.headers, url: request.url ?? '', body });
  const answer = answers.shift();
  if (answer === undefined) request.socket.destroy();
  else if (answer === 'headers only') response.writeHead(200).flushHeaders();
  else if (answer !== 'silence')
    response.writeHead(answer.status, { 'x-amzn-requestid': 'r-1' }).end(answer.body);
});

const caller = {
  region: 'ap-northeast-2',
  credentials: async () => ({ accessKeyId: 'AKIA1', secretAccessKey: 'secret', sessionToken: 't' }),
  runId: '7',
};
const ec2 = () => ec2Of(createClient(EC2Client, caller));

beforeEach(async () => {
  answers.length = 0;
  requests.length = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv('AWS_ENDPOINT_URL', `http://127.0.0.1:${port}`);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  server.closeAllConnections();
  await new Promise<void>((resolve) => server.close(() => resolve()));
});

const ERROR = (code: string) =>
  `<?xml version="1.0"?><Response><Errors><Error><Code>${code}</Code><Message>why</Message></Error></Errors><RequestID>r-1</RequestID></Response>`;
const page = (items: string, next = '') =>
  `<?xml version="1.0"?><DescribeTagsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId><tagSet>${items}</tagSet>${next}</DescribeTagsResponse>`;
const item = (id: string) => `<item><resourceId>${id}</resourceId><key>k</key></item>`;

describe('a call', () => {
  it('is signed, names its run, and reads page by page', async () => {
    answers.push(
      { status: 200, body: page(item('vol-1'), '<nextToken>more&amp;</nextToken>') },
      { status: 200, body: page(item('vol-2') + item('vol-3')) },
    );
    expect(await ec2().tagged('env', 'lab')).toEqual(['vol-1', 'vol-2', 'vol-3']);
    expect(requests[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIA1\/\d{8}\/ap-northeast-2\/ec2\/aws4_request/,
    );
    expect(requests[0]?.headers['user-agent']).toMatch(/eks-multus-actions run\/7$/);
    const second = new URLSearchParams(requests[1]?.body);
    expect(second.get('NextToken')).toBe('more&');
    expect(second.get('Filter.1.Name')).toBe('key');
    expect(second.get('Filter.2.Value.1')).toBe('lab');
  });

  it('is retried after throttling, faults and broken connections', async () => {
    answers.push(
      { status: 503, body: ERROR('RequestLimitExceeded') },
      undefined,
      { status: 500, body: 'no XML' },
      { status: 400, body: ERROR('Throttling') },
      { status: 200, body: page('') },
    );
    expect(await ec2().tagged('env', 'lab')).toEqual([]);
    expect(requests).toHaveLength(5);
  });

  it.each(['silence', 'headers only'] as const)('is retried after %s', async (answer) => {
    answers.push(answer, { status: 200, body: page('') });
    const timeouts = { connectionMs: 1_000, answerMs: 200 };
    const client = createClient(EC2Client, caller, timeouts);
    expect(await ec2Of(client).tagged('env', 'lab')).toEqual([]);
    expect(requests).toHaveLength(2);
  });

  it('fails at once with the message of AWS when a retry would not help', async () => {
    answers.push({ status: 400, body: ERROR('DependencyViolation') });
    await expect(ec2().removeSecurityGroup('sg-1')).rejects.toMatchObject({
      name: 'DependencyViolation',
      message: 'why',
      operation: 'EC2 DeleteSecurityGroup',
      $fault: 'client',
      $metadata: { httpStatusCode: 400, requestId: 'r-1' },
    });
    expect(requests).toHaveLength(1);
  });
});

it('distinguishes a missing resource from a denied call', async () => {
  const body = (type: string) => JSON.stringify({ __type: `com.amazonaws#${type}`, message: 'm' });
  answers.push(
    { status: 404, body: body('ResourceNotFoundException') },
    { status: 200, body: '{}' },
    { status: 400, body: body('AccessDeniedException') },
  );
  const traces = clusterTraces(
    createClient(EKSClient, caller),
    createClient(CloudWatchLogsClient, caller),
  );
  expect(await traces.clusterExists('lab')).toBe(false);
  expect(requests[0]?.url).toBe('/clusters/lab');
  expect(await traces.removeLogGroup('lab')).toBe(true);
  await expect(traces.removeLogGroup('lab')).rejects.toMatchObject({
    name: 'AccessDeniedException',
  });
});
