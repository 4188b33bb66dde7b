import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { eksToken, tokenSource } from './eks-token.ts';

const credentials = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
};
const session = { ...credentials, sessionToken: 'IQoJb3Jp+Z2luX2Vj/EAA=a~b*c' };
const request = {
  cluster: 'eks-multus-cluster',
  region: 'ap-northeast-2',
  credentials,
  now: new Date('2026-09-01T12:34:56Z'),
};

function decode(token: string): URL {
  expect(token).toMatch(/^k8s-aws-v1\.[A-Za-z0-9_-]+$/);
  return new URL(Buffer.from(token.slice('k8s-aws-v1.'.length), 'base64url').toString());
}

/** Computes Signature Version 4 a second time, as its specification says, from what a server receives. */
function signatureOf(url: URL, cluster: string, secret: string): string {
  const encode = (text: string) =>
    encodeURIComponent(text).replace(
      /[!'()*]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const query = [...url.searchParams]
    .filter(([key]) => key !== 'X-Amz-Signature')
    .map(([key, value]) => `${encode(key)}=${encode(value)}`)
    .sort()
    .join('&');
  const headers = `host:${url.host}\nx-k8s-aws-id:${cluster}\n`;
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const canonical = ['GET', '/', query, headers, 'host;x-k8s-aws-id', sha256('')].join('\n');
  const [, date = '', region = '', service = ''] =
    url.searchParams.get('X-Amz-Credential')?.split('/') ?? [];
  const scope = `${date}/${region}/${service}/aws4_request`;
  const time = url.searchParams.get('X-Amz-Date');
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<Buffer | string>(
    (last, part) => createHmac('sha256', last).update(part).digest(),
    `AWS4${secret}`,
  );
  return createHmac('sha256', key).update(toSign).digest('hex');
}

describe('an EKS token', () => {
  it.each([
    ['long-lived keys', credentials],
    ['a session', session],
  ])('is a presigned GetCallerIdentity with %s', async (_name, given) => {
    const url = decode(await eksToken({ ...request, credentials: given }));
    expect(url.origin).toBe('https://sts.ap-northeast-2.amazonaws.com');
    expect(url.pathname).toBe('/');
    const query = Object.fromEntries(url.searchParams);
    expect(query).toEqual({
      Action: 'GetCallerIdentity',
      Version: '2011-06-15',
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20260901/ap-northeast-2/sts/aws4_request',
      'X-Amz-Date': '20260901T123456Z',
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
      'X-Amz-Signature': signatureOf(url, request.cluster, credentials.secretAccessKey),
      ...('sessionToken' in given ? { 'X-Amz-Security-Token': given.sessionToken } : {}),
    });
    expect([...url.searchParams.keys()].length).toBe(Object.keys(query).length);
  });

  it('is for one cluster only', async () => {
    const url = decode(await eksToken({ ...request, cluster: 'other' }));
    expect(url.searchParams.get('X-Amz-Signature')).toBe(
      signatureOf(url, 'other', credentials.secretAccessKey),
    );
    expect(signatureOf(url, request.cluster, credentials.secretAccessKey)).not.toBe(
      url.searchParams.get('X-Amz-Signature'),
    );
  });

  it('goes to the domain of regions in China', async () => {
    const url = decode(await eksToken({ ...request, region: 'cn-north-1' }));
    expect(url.host).toBe('sts.cn-north-1.amazonaws.com.cn');
  });

  it('is refused when the session token makes it too long', async () => {
    const long = { ...credentials, sessionToken: 'x'.repeat(3200) };
    await expect(eksToken({ ...request, credentials: long })).rejects.toThrow(/at most 4096/);
  });
});

describe('a token source', () => {
  it('reuses a token, but never one older than 14 minutes', async () => {
    let time = request.now.getTime();
    const next = tokenSource(
      'c',
      'eu-west-1',
      async () => credentials,
      () => time,
    );
    const first = await next();
    time += 9 * 60_000;
    expect(await next()).toBe(first);
    time += 2 * 60_000;
    const second = await next();
    expect(second).not.toBe(first);
    expect(decode(second).searchParams.get('X-Amz-Date')).toBe('20260901T124556Z');
  });

  it('makes a new token when the credentials have changed', async () => {
    let current: typeof session | typeof credentials = session;
    const next = tokenSource(
      'c',
      'eu-west-1',
      async () => current,
      () => 0,
    );
    const first = await next();
    current = { ...session, sessionToken: 'another' };
    const second = await next();
    expect(second).not.toBe(first);
    current = credentials;
    expect(decode(await next()).searchParams.has('X-Amz-Security-Token')).toBe(false);
  });

  it('passes on the error when there are no credentials', async () => {
    const next = tokenSource('c', 'eu-west-1', () => Promise.reject(new Error('no credentials')));
    await expect(next()).rejects.toThrow('no credentials');
  });
});
