import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { guardRoleBeside } from './guard-role.ts';
import { expiryAfterDeploy, guardTimes } from './guard-times.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.parse('2026-11-28T12:00:00Z');
const TAGGED = { tags: { 'eks-multus:expires-at': '2026-11-29T12:00:00Z' } };
const time = (text: string) => Date.parse(`${text}Z`);

describe('the times of a guard', () => {
  const expiresAt = Date.parse('2026-11-29T12:00:00Z');

  it('are four hours after the expiry, one more for the cluster, and end after three days', () => {
    expect(guardTimes({ expiresAt, now: NOW, hasCluster: false })).toEqual({
      From: '2026-11-29T16:00:00',
      Until: '2026-12-02T16:00:00',
    });
    const { From } = guardTimes({ expiresAt, now: NOW, hasCluster: true });
    expect(From).toBe('2026-11-29T17:00:00');
  });

  it('leave an environment alone that has expired and is deployed again', () => {
    const { From } = guardTimes({ expiresAt: NOW - HOUR_MS, now: NOW, hasCluster: false });
    expect(From).toBe('2026-11-28T16:00:00');
  });

  it('do not move by the seconds that lie between the stacks of one deploy', () => {
    const before = guardTimes({ expiresAt, now: NOW, hasCluster: true });
    const later = (ms: number) =>
      guardTimes({ expiresAt: expiresAt + ms, now: NOW, hasCluster: true }, { ...before });
    expect(later(59_000)).toEqual(before);
    expect(later(60_000).From).toBe('2026-11-29T17:01:00');
  });

  it('never move to an earlier time, and are in the future', () => {
    const times = fc.integer({ min: NOW - 1e9, max: NOW + 1e9 });
    fc.assert(
      fc.property(times, times, fc.boolean(), (first, second, hasCluster) => {
        const before = guardTimes({ expiresAt: first, now: NOW, hasCluster });
        const after = guardTimes({ expiresAt: second, now: NOW, hasCluster }, { ...before });
        expect(time(after.From)).toBeGreaterThanOrEqual(time(before.From));
        expect(time(after.From)).toBeGreaterThan(NOW);
        expect(time(after.Until)).toBeGreaterThan(time(after.From));
      }),
    );
  });
});

describe('the expiry after a deploy', () => {
  const asked = { ttlHours: 24, renewedTo: undefined, now: NOW };

  it.each([
    ['of a new environment', asked, undefined, '2026-11-29T12:00:00Z'],
    ['is the tag, which stays', { ...asked, ttlHours: 1 }, TAGGED, '2026-11-29T12:00:00Z'],
    ['is the tag without a ttl', { ...asked, ttlHours: undefined }, TAGGED, '2026-11-29T12:00:00Z'],
    ['is the renewal', { ...asked, renewedTo: NOW + 48 * HOUR_MS }, TAGGED, '2026-11-30T12:00:00Z'],
    ['is not an earlier renewal', { ...asked, renewedTo: NOW }, TAGGED, '2026-11-29T12:00:00Z'],
  ])('%s', (_, given, deciding, expected) => {
    expect(expiryAfterDeploy(given, deciding)).toBe(Date.parse(expected));
  });

  it.each([
    ['a ttl of 0 removes it', { ...asked, ttlHours: 0 }, TAGGED],
    [
      'an environment without a tag and without a ttl',
      { ...asked, ttlHours: undefined },
      { tags: {} },
    ],
  ])('is never: %s', (_, given, deciding) => {
    expect(expiryAfterDeploy({ ...given, renewedTo: NOW }, deciding)).toBeUndefined();
  });
});

it('finds the role and the group beside the role of CloudFormation', () => {
  expect(
    guardRoleBeside('arn:aws-cn:iam::123456789012:role/path/eks-multus-cloudformation'),
  ).toEqual({
    arn: 'arn:aws-cn:iam::123456789012:role/eks-multus-cloudformation-guard',
    group: 'eks-multus-cloudformation-guard',
  });
});
