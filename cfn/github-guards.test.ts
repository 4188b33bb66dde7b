import { describe, expect, it } from 'vitest';
import { decide } from '../dev/stand-ins/aws/authorization/simulate.ts';
import { allowsService } from '../dev/stand-ins/aws/identity/trust-policy.ts';
import { ACCOUNT, guardRoles, REGION } from '../dev/testing/samples/account-roles.ts';
import { readTemplate, templateText } from '../dev/testing/samples/read-template.ts';

const { guard, trust } = guardRoles();
const GROUP = `arn:aws:scheduler:${REGION}:${ACCOUNT}:schedule-group/eks-multus-cloudformation-guard`;

describe('the role of guards', () => {
  const call = {
    service: 'scheduler.amazonaws.com',
    action: 'sts:AssumeRole',
    sourceArn: GROUP,
    sourceAccount: ACCOUNT,
  };

  it('is for the schedules of its group', () => {
    expect(allowsService(trust, call)).toBe(true);
  });

  it.each([
    ['another group', { sourceArn: GROUP.replace(/[^/]+$/, 'default') }],
    ['another account', { sourceAccount: '210987654321' }],
    ['another service', { service: 'lambda.amazonaws.com' }],
  ])('is not for %s', (_, other) => {
    expect(allowsService(trust, { ...call, ...other })).toBe(false);
  });

  const stack = `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/eks-multus-pr-7-ng1/1`;
  const tags = {
    'aws:ResourceTag/eks-multus:environment': 'eks-multus-pr-7',
    'aws:ResourceTag/eks-multus:expires-at': '2026-11-30T12:00:00Z',
  };

  it('may delete a stack that expires', async () => {
    const request = { action: 'cloudformation:DeleteStack', resource: stack, context: tags };
    expect(await decide(guard, request)).toBe('allowed');
  });

  it('may do nothing else', () => {
    const allowed = JSON.stringify(guard.policies).match(/"Action":("[^"]+"|\[[^\]]+\])/g);
    expect(new Set(allowed)).toEqual(new Set(['"Action":"cloudformation:DeleteStack"']));
  });
});

describe('guard.yaml', () => {
  const schedules = Object.values(readTemplate('guard').Resources);

  it('makes nothing but schedules that delete a stack, by its name and without a role', () => {
    expect(schedules.map(({ Type }) => Type)).toEqual([
      'AWS::Scheduler::Schedule',
      'AWS::Scheduler::Schedule',
    ]);
    for (const { Properties } of schedules) {
      expect(Properties['Target']).toMatchObject({
        Arn: {
          'Fn::Sub': 'arn:${AWS::Partition}:scheduler:::aws-sdk:cloudformation:deleteStack',
        },
        Input: { 'Fn::Sub': expect.stringMatching(/^\{"StackName":"\$\{[\w:]+\}"\}$/) },
        RoleArn: { Ref: 'GuardRoleArn' },
      });
    }
  });

  // https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
  it('names schedules with at most 64 characters, also for the longest stack', () => {
    const longest = 'a'.repeat(60);
    const pattern = readTemplate('guard').Parameters['GuardedStack']?.AllowedPattern ?? '';
    expect(longest).toMatch(new RegExp(pattern));
    expect(`${longest}a`).not.toMatch(new RegExp(pattern));
    expect(`${longest}_end`.length).toBe(64);
  });

  it('is plain ASCII', () => {
    for (const name of ['guard', 'github-guards']) {
      expect(templateText(name)).toMatch(/^[\n -~]+$/);
    }
  });
});
