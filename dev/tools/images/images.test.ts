import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pinned } from './pinned.ts';
import { imageFiles, referencesIn, withDigest } from './references.ts';
import { digestOf } from './registry.ts';
import { imageProblems } from './unpinned.ts';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const OTHER = `sha256:${'b'.repeat(64)}`;
const EKS = '602401143452.dkr.ecr.us-west-2.amazonaws.com';

describe('referencesIn', () => {
  it.each([
    ['image: ghcr.io/a/b-c:v1.2-debug', 'ghcr.io', 'a/b-c', 'v1.2-debug', undefined],
    [`default: public.ecr.aws/x/y:1@${DIGEST}`, 'public.ecr.aws', 'x/y', '1', DIGEST],
    [
      '`602401143452.dkr.ecr.${region}.amazonaws.com/eks/multus-cni:v4_thick`',
      EKS,
      'eks/multus-cni',
      'v4_thick',
      undefined,
    ],
    ["'eks/multus-cni:v4_thick'", EKS, 'eks/multus-cni', 'v4_thick', undefined],
  ])('%s', (text, registry, repository, tag, digest) => {
    expect(referencesIn(text)).toEqual([{ registry, repository, tag, digest }]);
  });

  it.each([
    'https://docs.github.com/rest:x',
    'arn:aws:iam::aws:policy/x:y',
    'registry.example.com/a:1',
  ])('%s is none of a known registry', (text) => {
    expect(referencesIn(text)).toEqual([]);
  });
});

it('adds a digest, replaces an old one, and leaves longer tags and other images alone', () => {
  const [image] = referencesIn('ghcr.io/a/b:v1');
  const text = `ghcr.io/a/b:v1 ghcr.io/a/b:v1@${OTHER} ghcr.io/a/b:v1-debug ghcr.io/a/bb:v1`;
  expect(image && withDigest(text, image, DIGEST)).toBe(
    `ghcr.io/a/b:v1@${DIGEST} ghcr.io/a/b:v1@${DIGEST} ghcr.io/a/b:v1-debug ghcr.io/a/bb:v1`,
  );
});

describe('imageProblems', () => {
  it('finds nothing wrong with the pack, which names images in many places', () => {
    const files = imageFiles();
    expect(files.size).toBeGreaterThan(10);
    expect(imageProblems(files)).toEqual([]);
  });

  it('names what has no digest, what has two, and exceptions that nobody needs', () => {
    const files = new Map([
      ['a.yaml', `ghcr.io/a/b:v1 quay.io/c:1@${DIGEST}`],
      ['b.yaml', `quay.io/c:1@${OTHER} ghcr.io/d:2`],
    ]);
    expect(imageProblems(files, { 'ghcr.io/d:2': 'why', 'ghcr.io/e:3': 'gone' })).toEqual([
      'a.yaml: ghcr.io/a/b:v1 has no digest',
      'quay.io/c:1 has several digests: run npm run pin-images',
      'no file names ghcr.io/e:3 without a digest: remove the exception',
    ]);
  });
});

describe('with a registry', () => {
  const manifest = JSON.stringify({ schemaVersion: 2, manifests: [] });
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  let server: Server;
  let registry: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '', 'http://registry');
      if (pathname === '/token') {
        const token = searchParams.get('scope')?.includes('secret') ? {} : { token: 'pull' };
        return void response.end(JSON.stringify(token));
      }
      if (request.headers.authorization !== 'Bearer pull') {
        const repository = pathname.split('/').slice(2, -2).join('/');
        const realm = `Bearer realm="http://${registry}/token",service="r",scope="repository:${repository}:pull"`;
        return void response.writeHead(401, { 'www-authenticate': realm }).end();
      }
      if (pathname.endsWith('/gone')) return void response.writeHead(404).end();
      const said = pathname.includes('/liar/') ? DIGEST : digest;
      if (!request.headers.accept?.includes('image.index'))
        return void response.writeHead(406).end();
      response.writeHead(200, { 'docker-content-digest': said }).end(manifest);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  const ask = (repository: string, tag = '1') =>
    digestOf({ registry, repository, tag, digest: undefined });

  it('fetches a token and computes the digest of the manifest', async () => {
    expect(await ask('a/b')).toBe(digest);
  });

  it.each([
    ['a/b', 'gone', /a\/b:gone: the registry answers 404/],
    ['a/liar/b', '1', /the registry says sha256:aaa.*but its manifest has/],
    ['a/secret', '1', /gives no token/],
  ])('refuses %s:%s', async (repository, tag, message) => {
    await expect(ask(repository, tag)).rejects.toThrow(message);
  });

  it('writes the digests that it gets, and says which it does not get', async () => {
    const files = new Map([
      ['a.yaml', 'ghcr.io/a/b:v1'],
      ['b.yaml', 'ghcr.io/c/d:v1 docker.io/praqma/network-multitool:latest'],
    ]);
    const answer = await pinned(files, ({ repository }) =>
      repository === 'a/b' ? ask('a/b') : ask('x', 'gone'),
    );
    expect([...answer.files]).toEqual([['a.yaml', `ghcr.io/a/b:v1@${digest}`]]);
    expect(answer.failures).toHaveLength(1);
    expect(answer.failures[0]).toMatch(/^ghcr\.io\/c\/d:v1 stays as it is: /);
  });
});
