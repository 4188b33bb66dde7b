import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, matchesGlob } from 'node:path';
import type { ImageReference } from '../../../src/images/reference.ts';
import { CHECKOUT } from '../checkout.ts';

/** The files that decide which images a cluster or a rehearsal runs. */
const PLACES = [
  '.github/workflows/*.yml',
  'actions/*/action.yml',
  'examples/*.yml',
  'manifests/**/*.yaml',
  'scripts/*.sh',
  'src/**/*.ts',
  'dev/rehearsal/**/*.ts',
  'dev/stand-ins/**/*.ts',
];
/** Tests and their samples make images up. */
const NOT_THERE = /\.test\.ts$|\/testing\//;

/** A registry has a dot in its name. EKS's registry has the region in it, which code fills in. */
const REFERENCE =
  /\b((?:[a-z0-9-]+|\$\{[\w.]+\})(?:\.(?:[a-z0-9-]+|\$\{[\w.]+\}))+)\/([a-z0-9_/-]+):([\w][\w.-]*)(?:@(sha256:[0-9a-f]{64}))?/g;
/** The image of Multus in the source, whose registry depends on the region. */
const WITHOUT_REGISTRY = /'(eks\/multus-cni):([\w][\w.-]*)(?:@(sha256:[0-9a-f]{64}))?'/g;
/** What the files may call a registry, so that no other text with a colon counts as an image. */
const REGISTRY = /(^|\.)(amazonaws\.com|docker\.io|ecr\.aws|gcr\.io|ghcr\.io|k8s\.io|quay\.io)$/;

export function nameOf({ registry, repository, tag }: ImageReference): string {
  return `${registry}/${repository}:${tag}`;
}

/** The images that a text names. Pure. */
export function referencesIn(text: string): readonly ImageReference[] {
  const full = [...text.matchAll(REFERENCE)].map(
    ([, registry = '', repository = '', tag = '', digest]) => ({
      registry,
      repository,
      tag,
      digest,
    }),
  );
  const partial = [...text.matchAll(WITHOUT_REGISTRY)].map(
    ([, repository = '', tag = '', digest]) => ({
      registry: EKS_REGISTRY,
      repository,
      tag,
      digest,
    }),
  );
  return [...full.filter(({ registry }) => REGISTRY.test(registry)).map(ofEks), ...partial];
}

/** Each region has a registry for EKS's images. All count as this one, of which the manifests tell. */
const EKS_REGISTRY = '602401143452.dkr.ecr.us-west-2.amazonaws.com';

function ofEks(reference: ImageReference): ImageReference {
  return /\.dkr\.ecr\..*amazonaws\.com$/.test(reference.registry)
    ? { ...reference, registry: EKS_REGISTRY }
    : reference;
}

/** Returns a text in which an image has the given digest, wherever the text names it. Pure. */
export function withDigest(text: string, image: ImageReference, digest: string): string {
  const name = `${image.repository}:${image.tag}`.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  return text.replace(
    new RegExp(`(?<=[/'])(${name})(?:@sha256:[0-9a-f]{64})?(?![\\w.-])`, 'g'),
    `$1@${digest}`,
  );
}

/** The files of the pack that name images, each with its text. */
export function imageFiles(): ReadonlyMap<string, string> {
  const all = execFileSync('git', ['ls-files'], { cwd: CHECKOUT, encoding: 'utf8' }).split('\n');
  const found = all.filter(
    (file) => !NOT_THERE.test(file) && PLACES.some((glob) => matchesGlob(file, glob)),
  );
  const texts = found.map((file) => [file, readFileSync(join(CHECKOUT, file), 'utf8')] as const);
  return new Map(texts.filter(([, text]) => referencesIn(text).length > 0));
}
