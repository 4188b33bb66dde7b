import { expect, it } from 'vitest';
import { IMAGES } from './catalog.ts';
import { parseImage } from './reference.ts';

const DIGEST = `sha256:${'0a'.repeat(32)}`;

it.each([
  ['ghcr.io/a/b:v1', ['ghcr.io', 'a/b', 'v1', undefined]],
  ['localhost:5000/b', ['localhost:5000', 'b', 'latest', undefined]],
  [`r.example.com/a/b/c:1.2-x@${DIGEST}`, ['r.example.com', 'a/b/c', '1.2-x', DIGEST]],
  [`r.example.com/a@${DIGEST}`, ['r.example.com', 'a', 'latest', DIGEST]],
])('%s', (image, [registry, repository, tag, digest]) => {
  expect(parseImage(image)).toEqual({ registry, repository, tag, digest });
});

it.each(['busybox', 'busybox:1.37', ''])('"%s" names no registry', (image) => {
  expect(parseImage(image)).toBeUndefined();
});

it('reads every image of the pack', () => {
  for (const { source } of Object.values(IMAGES)) expect(parseImage(source)).toBeDefined();
});
