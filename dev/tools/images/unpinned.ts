import type { ImageReference } from '../../../src/images/reference.ts';
import { nameOf, referencesIn } from './references.ts';

const OF_TESTS =
  'the name that tests of another project use; only the rehearsal has an image of this name, and makes it itself';

/** The images that the pack names by tag only, and why. `npm run pin-images` adds the digest of the other images. */
export const UNPINNED: Readonly<Record<string, string>> = {
  '602401143452.dkr.ecr.us-west-2.amazonaws.com/eks/multus-cni:v4.1.4-eksbuild.3_thick':
    'EKS publishes no digest of it, each region has a registry of its own, and reading one takes credentials of AWS',
  'ghcr.io/k8snetworkplumbingwg/multus-cni:v4.2.4-debug':
    'its digest was not to be had when the version was chosen; run npm run pin-images where the registry can be reached',
  'ghcr.io/k8snetworkplumbingwg/whereabouts:v0.9.4':
    'its digest was not to be had when the version was chosen; run npm run pin-images where the registry can be reached',
  'docker.io/praqma/network-multitool:latest':
    'the name that the lab uses; only the rehearsal has an image of this name, and makes it itself',
  '602401143452.dkr.ecr.us-west-2.amazonaws.com/amazon-k8s-cni:v1.20.4-eksbuild.1':
    'the name that the VPC CNI has in a cluster of others; no rehearsal pulls it',
  'registry.k8s.io/pause:3.10.1': OF_TESTS,
  'quay.io/dougbtv/alpine:latest': OF_TESTS,
  'docker.io/library/centos:8': OF_TESTS,
};

/**
 * What is wrong with how files name their images: one without a digest that is no exception, one with several digests, or an
 * exception that no file needs. Pure.
 *
 * @param files the texts, by the names of the files
 */
export function imageProblems(
  files: ReadonlyMap<string, string>,
  exceptions: Readonly<Record<string, string>> = UNPINNED,
): readonly string[] {
  const found = [...files].flatMap(([file, text]) =>
    referencesIn(text).map((reference) => ({ file, reference })),
  );
  const open = found.filter(({ reference }) => reference.digest === undefined);
  const names = new Set(open.map(({ reference }) => nameOf(reference)));
  return [
    ...open
      .filter(({ reference }) => !(nameOf(reference) in exceptions))
      .map(({ file, reference }) => `${file}: ${nameOf(reference)} has no digest`),
    ...severalDigests(found.map(({ reference }) => reference)),
    ...Object.keys(exceptions)
      .filter((name) => !names.has(name))
      .map((name) => `no file names ${name} without a digest: remove the exception`),
  ];
}

function severalDigests(references: readonly ImageReference[]): readonly string[] {
  const digests = Map.groupBy(
    references.filter(({ digest }) => digest !== undefined),
    nameOf,
  );
  return [...digests]
    .filter(([, all]) => new Set(all.map(({ digest }) => digest)).size > 1)
    .map(([name]) => `${name} has several digests: run npm run pin-images`);
}
