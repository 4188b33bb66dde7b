import { afterEach, describe, expect, it, vi } from 'vitest';
import { queryServer } from '../../dev/testing/servers/query-server.ts';
import { checkedAccount } from './credentials.ts';

const request = {
  region: 'ap-northeast-2',
  roleArn: 'arn:aws:iam::111122223333:role/deployer',
  audience: 'a',
  durationSeconds: 900,
  sessionName: 's',
};
const allowed = { ...request, allowedAccountIds: ['111122223333', '444455556666'] };

function provider() {
  return vi.fn(async () => ({ accessKeyId: 'a', secretAccessKey: 's' }));
}

describe('a role', () => {
  it('is assumed when its account, or every account, is allowed', async () => {
    expect(await checkedAccount(allowed, provider())()).toMatchObject({ accessKeyId: 'a' });
    expect(await checkedAccount(request, provider())()).toMatchObject({ accessKeyId: 'a' });
  });

  it.each([
    ['role-to-assume', { roleArn: 'arn:aws:iam::999999999999:role/other' }],
    ['chained-role', { chainedRoleArn: 'arn:aws:iam::999999999999:role/other' }],
  ])('of another account is rejected before any call: %s', async (input, change) => {
    const ask = provider();
    await expect(checkedAccount({ ...allowed, ...change }, ask)()).rejects.toMatchObject({
      problems: [{ input, allowed: expect.stringContaining('111122223333 or 444455556666') }],
    });
    expect(ask).not.toHaveBeenCalled();
  });
});

describe('credentials of the job', () => {
  const ambient = { ...allowed, roleArn: undefined };
  let server: Awaited<ReturnType<typeof queryServer>>;
  afterEach(async () => {
    vi.unstubAllEnvs();
    await server.close();
  });

  async function account(id: string) {
    server = await queryServer({ GetCallerIdentity: () => `<Account>${id}</Account>` });
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  }

  it('are looked up once', async () => {
    await account('444455556666');
    const credentials = checkedAccount(ambient, provider());
    await Promise.all([credentials(), credentials()]);
    await credentials();
    expect(server.calls).toHaveLength(1);
  });

  it('of another account are rejected', async () => {
    await account('999999999999');
    await expect(checkedAccount(ambient, provider())()).rejects.toThrow(
      'they are of account 999999999999',
    );
  });
});
