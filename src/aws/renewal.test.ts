import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, expect, it, vi } from 'vitest';
import { type QueryAnswer, queryServer } from '../../dev/testing/servers/query-server.ts';
import { createClient } from './clients.ts';
import { memoized } from './credentials.ts';
import { callerIdentity } from './identity.ts';

const IDENTITY = '<Account>111122223333</Account><Arn>arn:aws:iam::111122223333:user/u</Arn>';
const OVER = { code: 'ExpiredToken', message: 'The security token included is expired' };

let server: Awaited<ReturnType<typeof queryServer>>;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

async function clientsFor(answer: (minted: number) => QueryAnswer, keys: readonly string[]) {
  let minted = 0;
  server = await queryServer({ GetCallerIdentity: () => answer(minted) });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  const credentials = memoized(async () => {
    minted += 1;
    return { accessKeyId: keys[minted - 1] ?? 'the-last', secretAccessKey: 's' };
  });
  const sts = createClient(STSClient, { region: 'ap-northeast-2', credentials, runId: '7' });
  return { sts, minted: () => minted };
}

const firstIsOver = (minted: number) => (minted === 1 ? OVER : IDENTITY);

it('retries a call with new credentials when the session has expired', async () => {
  const { sts, minted } = await clientsFor(firstIsOver, ['one', 'two']);
  expect((await callerIdentity(sts)).accountId).toBe('111122223333');
  expect([minted(), server.calls.length]).toEqual([2, 2]);
  await callerIdentity(sts);
  expect(minted()).toBe(2);
});

it('renews once for calls that fail together', async () => {
  const { sts, minted } = await clientsFor(firstIsOver, ['one', 'two']);
  await Promise.all([callerIdentity(sts), callerIdentity(sts), callerIdentity(sts)]);
  expect(minted()).toBe(2);
});

it('fails with the error of the call when the credentials cannot be renewed', async () => {
  const { sts } = await clientsFor(() => OVER, ['one', 'one']);
  await expect(callerIdentity(sts)).rejects.toMatchObject({
    name: 'ExpiredToken',
    operation: 'STS GetCallerIdentity',
  });
  expect(server.calls).toHaveLength(1);
});
