import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Addon, addonUpdates, areBehind } from './addon-versions.ts';

const offer = (version: string, isDefault = false) => ({ version, isDefault });
const DEFAULT = offer('v1.20.4-eksbuild.2', true);
const cni = (version: string, offered = [DEFAULT]): Addon => ({
  name: 'vpc-cni',
  version,
  offered,
});

describe('the update of an add-on', () => {
  it.each([
    [
      'an older version becomes the default',
      cni('v1.19.5-eksbuild.1'),
      { VpcCniVersion: DEFAULT.version },
    ],
    ['the default stays', cni(DEFAULT.version), {}],
    [
      'a newer version that EKS offers stays, also when its text comes first',
      cni('v1.20.4-eksbuild.10', [offer('v1.20.4-eksbuild.10'), DEFAULT]),
      {},
    ],
    [
      'a newer version that EKS does not offer becomes the default',
      cni('v1.21.0-eksbuild.1'),
      { VpcCniVersion: DEFAULT.version },
    ],
    [
      'an add-on without a default stays',
      cni('v1.19.5-eksbuild.1', [offer('v1.20.0-eksbuild.1')]),
      {},
    ],
    [
      'an add-on of somebody else stays',
      { name: 'aws-ebs-csi-driver', version: 'v1.0.0-eksbuild.1', offered: [DEFAULT] },
      {},
    ],
  ])('%s', (_, addon, expected) => {
    expect(addonUpdates([addon])).toEqual(expected);
  });

  it('always ends: after it, nothing is left to update', () => {
    const version = fc
      .tuple(fc.nat(30), fc.nat(9), fc.nat(12))
      .map(([minor, patch, build]) => `v1.${minor}.${patch}-eksbuild.${build}`);
    const offered = fc
      .uniqueArray(version, { minLength: 1 })
      .map((versions) => versions.map((one, index) => offer(one, index === 0)));
    fc.assert(
      fc.property(version, offered, (present, versions) => {
        const [updated = present] = Object.values(addonUpdates([cni(present, versions)]));
        expect(versions.map((one) => one.version)).toContain(updated);
        expect(addonUpdates([cni(updated, versions)])).toEqual({});
      }),
    );
  });
});

it.each([
  ['v1.34.1-eksbuild.2', '1.35', true],
  ['v1.35.0-eksbuild.2', '1.35', false],
  ['v1.9.0-eksbuild.2', '1.10', true],
  ['v1.36.0-eksbuild.2', '1.35', false],
  [undefined, '1.35', false],
])('kube-proxy %s at Kubernetes %s: behind is %s', (kubeProxy, kubernetes, expected) => {
  expect(areBehind(kubeProxy, kubernetes)).toBe(expected);
});
