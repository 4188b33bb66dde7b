import { afterAll, beforeAll, expect, it } from 'vitest';
import { sha256 } from '../instance/image/image-archive.ts';
import { type PullRequest, type Registry, startRegistry } from './registry.ts';

const NAME = 'registry.k8s.io/e2e-test-images/probe:1.0';
const file = { name: 'probe', mode: 0o755, content: Buffer.from('#!/bin/sh\n') };

let registry: Registry;
beforeAll(async () => {
  const image = { names: [NAME], layers: [[file]], entrypoint: ['/probe'], command: ['pause'] };
  registry = await startRegistry([image], { host: '127.0.0.1', port: 0 });
});
afterAll(() => registry.stop());

const ask = (path: string, method = 'GET') =>
  fetch(`http://127.0.0.1:${registry.port}/v2/${path}`, { method });
const manifestOf = (tag: string, ns: string) =>
  ask(`e2e-test-images/probe/manifests/${tag}?ns=${ns}`);

interface Manifest {
  readonly config: { readonly digest: string };
  readonly layers: readonly { readonly digest: string; readonly size: number }[];
}

it('serves an image from its name to its files', async () => {
  const answer = await manifestOf('1.0', 'registry.k8s.io');
  const text = await answer.text();
  const { config, layers } = JSON.parse(text) as Manifest;
  expect(answer.headers.get('docker-content-digest')).toBe(`sha256:${sha256(text)}`);
  expect(await (await ask(`e2e-test-images/probe/blobs/${config.digest}`)).json()).toMatchObject({
    config: { Entrypoint: ['/probe'], Cmd: ['pause'] },
    rootfs: { diff_ids: layers.map(({ digest }) => digest) },
  });
  const layer = Buffer.from(
    await (await ask(`e2e-test-images/probe/blobs/${layers[0]?.digest}`)).arrayBuffer(),
  );
  expect(layer.length).toBe(layers[0]?.size);
  expect(`sha256:${sha256(layer)}`).toBe(layers[0]?.digest);
});

it('tells sizes without content to a HEAD request', async () => {
  const { headers } = await ask('e2e-test-images/probe/manifests/1.0?ns=registry.k8s.io', 'HEAD');
  expect(Number(headers.get('content-length'))).toBeGreaterThan(0);
});

it.each([
  ['another tag', '2.0', 'registry.k8s.io'],
  ['the name in another registry', '1.0', 'docker.io'],
  ['a digest that nothing has', `sha256:${'0'.repeat(64)}`, 'registry.k8s.io'],
])('does not find %s', async (_, tag, ns) => {
  expect((await manifestOf(tag, ns)).status).toBe(404);
});

it('takes no pushes', async () => {
  expect((await ask('probe/blobs/uploads/', 'POST')).status).toBe(405);
});

it('is silent or refuses, as the way of a node is', async () => {
  const asked: PullRequest[] = [];
  const closed = await startRegistry([], {
    host: '127.0.0.1',
    port: 0,
    silenceMs: 10,
    passage: async (request) => {
      asked.push(request);
      return request.isLayer ? 'silent' : 'no token';
    },
  });
  const get = (path: string) =>
    fetch(`http://127.0.0.1:${closed.port}/v2/a/${path}?ns=r.example.com`);
  try {
    const refused = await get('manifests/1');
    expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
      401,
      expect.stringContaining('ecr.amazonaws.com'),
    ]);
    await expect(get(`blobs/sha256:${'0'.repeat(64)}`)).rejects.toThrow();
    expect(asked.map(({ isLayer }) => isLayer)).toEqual([false, true]);
    expect(asked[0]).toMatchObject({ source: '127.0.0.1', registry: 'r.example.com' });
  } finally {
    await closed.stop();
  }
});
