import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FoundImage } from '../facts.ts';
import { mirroredImages } from '../needed-images.ts';
import { goodFacts, labSetUp } from '../testing/good-account.ts';
import { checkImages } from './check-images.ts';

const REGISTRY = '111122223333.dkr.ecr.ap-northeast-2.amazonaws.com/mirror';
const DIGEST = `sha256:${'a'.repeat(64)}`;
const NETWORKS = { 'then-configure': 'true', networks: '[{ name: a, network: 1 }]' };
const MIRRORED = { ...NETWORKS, 'image-registry': REGISTRY };

function found(inputs: Readonly<Record<string, string>>, images: readonly FoundImage[] = []) {
  const setUp = labSetUp(inputs);
  return checkImages.find(setUp, { ...goodFacts(setUp), images: { value: images } });
}

/** The images that a registry is asked for, without its name. */
const asked = (inputs: Readonly<Record<string, string>>) =>
  mirroredImages(labSetUp(inputs)).map(({ image }) => image);
const short = (image: string) => image.slice(REGISTRY.length + 1).replace(/[:@].*/, '');

describe('the registry with the copies', () => {
  it.each<[inputs: Readonly<Record<string, string>>, images: readonly string[]]>([
    [{}, ['eks/multus-cni']],
    [{ 'multus-mode': 'thin' }, ['k8snetworkplumbingwg/multus-cni']],
    [{ 'multus-image': 'r.example.com/multus:1' }, []],
    [
      { networks: '[{ name: a, network: 1, ipam: whereabouts, subnet: 10.9.0.0/24 }]' },
      ['eks/multus-cni', 'k8snetworkplumbingwg/whereabouts'],
    ],
  ])('is asked for what %j needs', (inputs, images) => {
    const all = ['docker/library/busybox', ...images, 'e2e-test-images/agnhost'];
    expect(asked({ ...MIRRORED, ...inputs }).map(short)).toEqual(all);
  });

  it('is asked for nothing when there is none', () => {
    expect(asked(NETWORKS)).toEqual([]);
  });

  it('each image that it lacks is named, and no other', () => {
    fc.assert(
      fc.property(fc.func(fc.constantFrom('there', 'missing', 'denied')), (stateOf) => {
        const images = asked(MIRRORED);
        const answers = images.map((image): FoundImage => {
          const state = stateOf(image);
          if (state === 'denied') return { image, digest: { unknown: 'the role may not' } };
          return { image, digest: { value: state === 'there' ? DIGEST : undefined } };
        });
        const named = found(MIRRORED, answers).map(({ text }) =>
          images.find((image) => text.includes(image)),
        );
        expect(named).toEqual(images.filter((image) => stateOf(image) !== 'there'));
      }),
    );
  });

  it('a missing image is a problem, if a step of the run pulls it for sure', () => {
    const answers = asked(MIRRORED).map((image) => ({ image, digest: { value: undefined } }));
    const findings = found(MIRRORED, answers);
    expect(findings.map(({ level }) => level)).toEqual(['problem', 'problem', 'notice']);
    expect(findings[1]).toEqual({
      level: 'problem',
      text: `image-registry: there is no ${REGISTRY}/eks/multus-cni:v4.1.4-eksbuild.3_thick (Multus)`,
      fix: `copy it there: scripts/mirror-images.sh copy ${REGISTRY}; or name another with multus-image`,
    });
  });
});

describe('without internet', () => {
  const CLOSED = { ...NETWORKS, internet: 'none', 'nat-gateways': '' };
  const texts = (inputs: Readonly<Record<string, string>>) =>
    found({ ...CLOSED, ...inputs }).map(({ level, text }) => `${level}: ${text}`);

  it('images on the internet are problems, and EKS’s own of the region is none', () => {
    const [busybox, agnhost, ...others] = texts({});
    expect(busybox).toMatch(
      /^problem: internet: none, and \S+busybox:\S+ \(verify.* comes from public.ecr.aws, which nodes do not reach/,
    );
    expect(agnhost).toMatch(/^notice: .* comes from registry.k8s.io/);
    expect(others).toEqual([]);
  });

  it('nothing is wrong with a registry of ECR in the region', () => {
    expect(texts({ 'image-registry': REGISTRY })).toEqual([]);
  });

  it('a registry of ECR in another region is a problem', () => {
    const [first] = texts({ 'image-registry': REGISTRY.replace('northeast-2', 'northeast-1') });
    expect(first).toContain(
      'is in ECR of ap-northeast-1, to which endpoints in ap-northeast-2 do not lead',
    );
  });

  it('another registry may be within reach', () => {
    const all = texts({ 'image-registry': 'harbor.example.com/mirror' });
    expect(all.length).toBeGreaterThan(2);
    for (const text of all) expect(text).toMatch(/^notice: .* which no endpoint of AWS leads to/);
  });
});
