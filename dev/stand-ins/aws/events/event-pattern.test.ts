import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from './event-pattern.ts';

const event = {
  source: 'aws.autoscaling',
  'detail-type': 'EC2 Instance-launch Lifecycle Action',
  resources: ['arn:one', 'arn:two'],
  detail: { AutoScalingGroupName: 'eks-ng1', count: 3 },
};

describe('matchesPattern', () => {
  it.each([
    [{ source: ['aws.autoscaling'] }],
    [{ source: ['aws.ec2', 'aws.autoscaling'], detail: { AutoScalingGroupName: ['eks-ng1'] } }],
    [{ detail: { AutoScalingGroupName: [{ prefix: 'eks-' }] } }],
    [{ detail: { AutoScalingGroupName: [{ suffix: 'ng1' }] } }],
    [{ detail: { AutoScalingGroupName: [{ wildcard: 'eks-*1' }] } }],
    [{ detail: { AutoScalingGroupName: [{ 'anything-but': ['other'] }] } }],
    [{ detail: { missing: [{ exists: false }] } }],
    [{ detail: { count: [{ numeric: ['>', 2, '<=', 3] }] } }],
    [{ resources: ['arn:two'] }],
    [{ $or: [{ source: ['none'] }, { source: ['aws.autoscaling'] }] }],
  ])('matches %j', (pattern) => {
    expect(matchesPattern(pattern, event)).toBe(true);
  });

  it.each([
    [{ source: ['aws.ec2'] }],
    [{ source: ['aws.autoscaling'], detail: { AutoScalingGroupName: ['eks'] } }],
    [{ detail: { AutoScalingGroupName: [{ 'anything-but': { prefix: 'eks' } }] } }],
    [{ detail: { missing: ['x'] } }],
    [{ detail: { count: [{ numeric: ['<', 3] }] } }],
    ['not a pattern'],
  ])('does not match %j', (pattern) => {
    expect(matchesPattern(pattern, event)).toBe(false);
  });

  it('matches every event that it was made from', () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
    const flat = fc.dictionary(fc.stringMatching(/^[a-z]{1,6}$/), leaf);
    fc.assert(
      fc.property(flat, flat, (detail, extra) => {
        const pattern = Object.fromEntries(Object.entries(detail).map(([k, v]) => [k, [v]]));
        expect(matchesPattern({ detail: pattern }, { detail: { ...extra, ...detail } })).toBe(true);
      }),
    );
  });
});
