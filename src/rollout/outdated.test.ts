import { expect, it } from 'vitest';
import { type FoundInstance, outdatedBy, type WantedInstance } from './outdated.ts';

const WANTED: WantedInstance = {
  template: { id: 'lt-1', version: '3' },
  imageId: 'ami-new',
  instanceType: 'm5.xlarge',
  prefixes: 2,
  kubernetesVersion: '1.35',
  renewBefore: undefined,
};
const FOUND: FoundInstance = {
  template: { id: 'lt-1', version: '3' },
  imageId: 'ami-new',
  instanceType: 'm5.xlarge',
  prefixes: 2,
  kubeletVersion: 'v1.35.1',
  launchedAt: 1_000,
};
const OLD_TEMPLATE = { template: { id: 'lt-1', version: '2' } };

it('finds nothing wrong with an instance of the present template', () => {
  expect(outdatedBy(FOUND, WANTED)).toEqual([]);
});

it.each([
  ['the AMI', { imageId: 'ami-old' }, 'AMI ami-old instead of ami-new'],
  ['the type', { instanceType: 'm5.large' }, 'instance type m5.large instead of m5.xlarge'],
  ['Kubernetes', { kubeletVersion: 'v1.34.2' }, 'Kubernetes v1.34.2 instead of 1.35'],
  ['prefixes', { prefixes: 1 }, 'prefixes of each interface 1 instead of 2'],
])('says that %s differs beside the template', (_, difference, reason) => {
  const template = 'template version 2 instead of 3';
  expect(outdatedBy({ ...FOUND, ...OLD_TEMPLATE, ...difference }, WANTED)).toEqual([
    reason,
    template,
  ]);
});

it('says that the instance is of another template', () => {
  const template = { id: 'lt-0', version: '3' };
  expect(outdatedBy({ ...FOUND, template }, WANTED)).toEqual(['another template than lt-1']);
});

// Its successor would differ in the same way, and a rollout would never end.
it('leaves an instance of the present template alone, whatever else differs', () => {
  expect(outdatedBy({ ...FOUND, imageId: 'ami-old', kubeletVersion: 'v1.34.0' }, WANTED)).toEqual(
    [],
  );
});

it('replaces every instance from before a given time when that is asked for', () => {
  const wanted = { ...WANTED, renewBefore: 2_000 };
  expect(outdatedBy(FOUND, wanted)).toEqual(['launched before 1970-01-01T00:00:02.000Z']);
  expect(outdatedBy({ ...FOUND, launchedAt: 2_000 }, wanted)).toEqual([]);
});

it('knows nothing of a group without a launch template', () => {
  expect(outdatedBy(FOUND, { ...WANTED, template: undefined })).toEqual([]);
});
