import { afterEach, describe, expect, it, vi } from 'vitest';
import { credentialProvider, memoized } from './credentials.ts';

const HOUR = 3_600_000;

function minting(lifetimeMs: number) {
  let now = 0;
  let minted = 0;
  const provide = memoized(
    async () => ({
      accessKeyId: `key-${++minted}`,
      secretAccessKey: 's',
      expiration: new Date(now + lifetimeMs),
    }),
    () => now,
  );
  return { provide, pass: (ms: number) => (now += ms), minted: () => minted };
}

describe('memoized', () => {
  it('fetches credentials once for many callers', async () => {
    const { provide, minted } = minting(HOUR);
    const keys = await Promise.all([provide(), provide(), provide()]);
    expect(new Set(keys.map((key) => key.accessKeyId))).toEqual(new Set(['key-1']));
    expect(minted()).toBe(1);
  });

  it('fetches new credentials before the old ones expire', async () => {
    const { provide, pass } = minting(HOUR);
    await provide();
    pass(HOUR - 6 * 60_000);
    expect((await provide()).accessKeyId).toBe('key-1');
    pass(2 * 60_000);
    const renewed = await Promise.all([provide(), provide()]);
    expect(renewed.map((key) => key.accessKeyId)).toEqual(['key-2', 'key-2']);
  });

  it('renews a short session in its last third', async () => {
    const { provide, pass } = minting(9_000);
    await provide();
    pass(5_900);
    expect((await provide()).accessKeyId).toBe('key-1');
    pass(200);
    expect((await provide()).accessKeyId).toBe('key-2');
  });

  it('never returns rejected credentials again, whichever caller rejects them first', async () => {
    const { provide, minted } = minting(HOUR);
    await provide();
    provide.reject?.('key-1');
    expect((await provide()).accessKeyId).toBe('key-2');
    provide.reject?.('key-1');
    expect((await provide()).accessKeyId).toBe('key-2');
    expect(minted()).toBe(2);
  });

  it('uses valid credentials when it cannot fetch new ones', async () => {
    let now = 0;
    let failing = false;
    const provide = memoized(
      async () => {
        if (failing) throw new Error('GitHub is down');
        return { accessKeyId: 'a', secretAccessKey: 's', expiration: new Date(now + HOUR) };
      },
      () => now,
    );
    await provide();
    failing = true;
    now += HOUR - 60_000;
    expect((await provide()).accessKeyId).toBe('a');
    now += 61_000;
    await expect(provide()).rejects.toThrow('GitHub is down');
  });

  it('does not remember a failure', async () => {
    let broken = true;
    const provide = memoized(async () => {
      if (broken) throw new Error('no');
      return { accessKeyId: 'a', secretAccessKey: 's' };
    });
    await expect(provide()).rejects.toThrow('no');
    broken = false;
    expect((await provide()).accessKeyId).toBe('a');
  });
});

describe('without a role', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('uses and masks the credentials of the job', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAOFTHEJOB');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const masked: string[] = [];
    const request = {
      region: 'ap-northeast-2',
      roleArn: undefined,
      audience: 'a',
      durationSeconds: 900,
      sessionName: 's',
    };
    const noToken = {
      idToken: () => Promise.reject(new Error('not asked')),
      mask: (secret: string) => void masked.push(secret),
    };
    expect((await credentialProvider(request, noToken)()).accessKeyId).toBe('AKIAOFTHEJOB');
    expect(masked).toEqual(['secret']);
  });
});
