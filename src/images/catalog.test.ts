import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packFile } from '../core/pack-files.ts';
import { multusImage } from '../multus/image.ts';
import { IMAGES, mirrored, pathOf } from './catalog.ts';
import { imageRegistryField } from './registry-field.ts';

const REGISTRY = '111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/mirror';
const sources = Object.values(IMAGES).map(({ source }) => source);

describe('an image in the registry with the copies', () => {
  it.each(sources)('%s keeps its path, tag and digest', (source) => {
    expect(mirrored(source, REGISTRY)).toBe(`${REGISTRY}/${pathOf(source)}`);
    expect(mirrored(source, undefined)).toBe(source);
  });

  it('is one, whatever the region of the original', () => {
    fc.assert(
      fc.property(fc.constantFrom('us-east-1', 'cn-north-1', 'eu-south-2'), (region) => {
        const copy = `${REGISTRY}/eks/multus-cni:v4.1.4-eksbuild.3_thick`;
        expect(mirrored(multusImage('thick', region), REGISTRY)).toBe(copy);
      }),
    );
  });

  it('is not taken for one that somebody else named', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z]{1,8}\.example\.com\/[a-z]{1,8}:[a-z0-9]{1,4}$/),
        (own) => {
          expect(mirrored(own, REGISTRY)).toBe(own);
        },
      ),
    );
  });
});

it('has every image that a manifest names, and no other version of it', () => {
  const files = [
    'multus/daemonset.yaml',
    'multus-thin/daemonset.yaml',
    'whereabouts/daemonset.yaml',
    'whereabouts/reconciler.yaml',
    'sample-apps/lab.yaml',
  ];
  const named = files.flatMap((file) =>
    [...readFileSync(packFile('manifests', file), 'utf8').matchAll(/image: (\S+)/g)].map(
      ([, image = '']) => image,
    ),
  );
  expect(named.length).toBeGreaterThan(8);
  for (const image of named) expect(sources).toContain(image);
});

it('has the images that the script copies, each to where the input looks for it', () => {
  const script = packFile('scripts', 'mirror-images.sh');
  const listed = execFileSync(script, ['list', REGISTRY], { encoding: 'utf8' });
  const rows = Object.values(IMAGES).map(({ source, use }) =>
    [source, mirrored(source, REGISTRY), use].join('\t'),
  );
  expect(listed.trimEnd().split('\n')).toEqual(rows);
});

describe('the input image-registry', () => {
  const accepts = (text: string) => imageRegistryField().safeParse(text).success;

  it.each([REGISTRY, 'registry.example.com', 'localhost:5000', 'r.example.com:8443/a-b/c__d/e.f'])(
    'takes %s',
    (text) => expect(accepts(text)).toBe(true),
  );

  it.each([
    'https://r.example.com',
    'r.example.com/',
    'r.example.com/a/',
    'mirror',
    'r.example.com/A',
  ])('refuses %s', (text) => expect(accepts(text)).toBe(false));
});
