import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, REGION, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { logLines } from './cluster-traces.ts';

const caller = {
  region: REGION,
  credentials: async () => ({ accessKeyId: 'AKIAREHEARSALACCOUNT', secretAccessKey: 'secret' }),
  userAgent: 'test',
  clock: fakeClock(),
};
const log = { logGroupName: 'lab-ng1-HookLogs-1', logStreamName: 'one' };

let moto: Moto;
beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  const { logs } = clientsOf(moto.url);
  await logs.send(new CreateLogGroupCommand({ logGroupName: log.logGroupName }));
  await logs.send(new CreateLogStreamCommand(log));
  const messages = ['one thing', 'cannot attach: first', 'another', 'cannot attach: second'];
  const logEvents = messages.map((message, at) => ({ message, timestamp: Date.now() + at }));
  await logs.send(new PutLogEventsCommand({ ...log, logEvents }));
});
afterAll(() => moto?.stop());
beforeEach(() => void vi.stubEnv('AWS_ENDPOINT_URL', moto.url));
afterEach(() => void vi.unstubAllEnvs());

describe('the lines of a log group', () => {
  it('are those with the text, in order', async () => {
    expect(await logLines(caller, log.logGroupName, 'cannot attach')).toEqual([
      'cannot attach: first',
      'cannot attach: second',
    ]);
  });

  it('cannot be read when there is no such group', async () => {
    await expect(logLines(caller, 'none', 'x')).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });
});
