import {
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Moto } from '../../dev/stand-ins/aws/moto/moto.ts';
import { clientsOf, startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { logLines } from './cluster-traces.ts';

const log = { logGroupName: 'lab-ng1-HookLogs-1', logStreamName: 'one' };

let moto: Moto;
let logs: ReturnType<typeof clientsOf>['logs'];
beforeAll(async () => {
  moto = (await startTestMoto()).moto;
  logs = clientsOf(moto.url).logs;
  await logs.send(new CreateLogGroupCommand({ logGroupName: log.logGroupName }));
  await logs.send(new CreateLogStreamCommand(log));
  const messages = ['one thing', 'cannot attach: first', 'another', 'cannot attach: second'];
  const logEvents = messages.map((message, at) => ({ message, timestamp: Date.now() + at }));
  await logs.send(new PutLogEventsCommand({ ...log, logEvents }));
});
afterAll(() => moto?.stop());

describe('the lines of a log group', () => {
  it('are those that contain the text, in order', async () => {
    expect(await logLines(logs, log.logGroupName, 'cannot attach')).toEqual([
      'cannot attach: first',
      'cannot attach: second',
    ]);
  });

  it('cannot be read when the group does not exist', async () => {
    await expect(logLines(logs, 'none', 'x')).rejects.toThrow(
      expect.objectContaining({ name: 'ResourceNotFoundException' }),
    );
  });
});
