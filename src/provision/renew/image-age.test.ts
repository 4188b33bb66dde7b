import { expect, it } from 'vitest';
import type { Image } from '../../aws/images.ts';
import { imageAges, imageLines, isBehind } from './image-age.ts';

const GROUP = { group: 'lab-ng1', parameter: '/aws/service/eks/x/image_id' };
const released = (id: string, day: string): Image => ({
  id,
  name: `${id}-name`,
  releasedAt: Date.parse(day),
});
const IMAGES = [
  released('ami-old', '2026-08-01T12:00:00Z'),
  released('ami-new', '2026-09-01T06:00:00Z'),
];

it('counts the whole days between the releases, and the nodes with each AMI', () => {
  const ages = imageAges(GROUP, ['ami-old', 'ami-new', 'ami-old'], 'ami-new', IMAGES);
  expect(ages.inUse).toMatchObject([
    { id: 'ami-old', nodes: 2, daysBehind: 30, released: '2026-08-01T12:00:00.000Z' },
    { id: 'ami-new', nodes: 1, daysBehind: 0 },
  ]);
  expect(ages).toMatchObject({ daysBehind: 30, recommended: { id: 'ami-new' } });
  expect(isBehind(ages)).toBe(true);
  expect(imageLines(ages)).toEqual([
    'lab-ng1: 2 nodes have the AMI ami-old, released 2026-08-01; the recommended one is ami-new, released 2026-09-01: 30 days behind',
    'lab-ng1: 1 node has the AMI ami-new, released 2026-09-01; the recommended one is ami-new, released 2026-09-01',
  ]);
});

it('is up to date with the recommended AMI, also where EC2 does not say when it was released', () => {
  const ages = imageAges(GROUP, ['ami-new'], 'ami-new', []);
  expect(ages).toMatchObject({ daysBehind: 0, inUse: [{ released: null, daysBehind: 0 }] });
  expect(isBehind(ages)).toBe(false);
});

it('is behind by an unknown number of days when EC2 no longer has the AMI', () => {
  const ages = imageAges(GROUP, ['ami-gone', 'ami-new'], 'ami-new', IMAGES);
  expect(ages.daysBehind).toBeNull();
  expect(isBehind(ages)).toBe(true);
  expect(imageLines(ages)[0]).toContain('released at an unknown time');
});

it('is never behind a recommended AMI that is older: EKS may recommend an earlier release again', () => {
  const ages = imageAges(GROUP, ['ami-new'], 'ami-old', IMAGES);
  expect(ages.daysBehind).toBe(0);
  expect(isBehind(ages)).toBe(true);
});

it('knows nothing without nodes, and without a recommended AMI', () => {
  expect(imageAges(GROUP, [], 'ami-new', IMAGES).daysBehind).toBeNull();
  const ages = imageAges(GROUP, ['ami-old'], undefined, IMAGES);
  expect(ages).toMatchObject({ daysBehind: null, recommended: undefined });
  expect(isBehind(ages)).toBe(false);
});
