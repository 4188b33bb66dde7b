import { expect, it } from 'vitest';
import type { CallRecord } from '../stand-ins/aws/gateway/gateway.ts';
import { callsOfRun, planFinding, secondDeployFinding, updateFinding } from './deploy-facts.ts';

const change = {
  action: 'Add',
  logicalId: 'Vpc',
  type: 'AWS::EC2::VPC',
  replacement: '',
  what: '',
};
const stack = (name: string, changes = [change]) => ({
  stack: name,
  action: 'create',
  basis: 'change-set',
  changes,
});
const record = (action: string, accessKey?: string): CallRecord => ({
  time: '',
  service: 'sts',
  action,
  accessKey,
  status: 200,
  ms: 1,
});

it('accepts a plan that names both stacks and leaves nothing behind', () => {
  const plan = JSON.stringify([stack('lab'), stack('lab-ng1')]);
  expect(planFinding({ plan }, [])).toMatchObject({
    ok: true,
    found: 'lab: create, 1 resources\nlab-ng1: create, 1 resources\nleft nothing',
  });
  expect(planFinding({ plan }, ['s3 buckets'])).toMatchObject({ ok: false });
  expect(planFinding({}, [])).toMatchObject({ ok: false });
});

it('attributes calls to a job by its new credentials', () => {
  const records = [
    record('AssumeRoleWithWebIdentity'),
    record('GetCallerIdentity', 'ASIANODE'),
    record('AssumeRoleWithWebIdentity'),
    record('DescribeVpcs', 'AKIAREHEARSALSERVICE'),
    record('GetCallerIdentity', 'ASIANODE'),
    record('GetCallerIdentity', 'ASIAJOB'),
  ];
  const calls = callsOfRun(records, 2);
  expect(calls.map(({ action, accessKey }) => [action, accessKey])).toEqual([
    ['AssumeRoleWithWebIdentity', undefined],
    ['GetCallerIdentity', 'ASIAJOB'],
  ]);
  expect(secondDeployFinding({ 'has-changes': 'false' }, calls)).toMatchObject({
    ok: true,
    found: 'no changes, 2 calls to AWS',
  });
  expect(secondDeployFinding({ 'has-changes': 'true' }, calls).ok).toBe(false);
  expect(secondDeployFinding({ 'has-changes': 'false' }, Array(9).fill(calls[0])).ok).toBe(false);
});

it('accepts an update that changed one property and no instance', () => {
  const what = { ...change, logicalId: 'AutoScalingGroup', what: 'MaxSize (MaxSize 3 → 4)' };
  const outputs = { plan: JSON.stringify([stack('lab', []), stack('lab-ng1', [what])]) };
  const before = [{ stack: 'lab-ng1', maxSize: 3, instances: ['i-1', 'i-2'] }];
  const after = [{ stack: 'lab-ng1', maxSize: 4, instances: ['i-1', 'i-2'] }];
  expect(updateFinding(outputs, before, after)).toEqual({
    what: 'Update',
    ok: true,
    found: 'lab-ng1 AutoScalingGroup: MaxSize (MaxSize 3 → 4)\nmax size 3 → 4, the same instances',
  });
  expect(updateFinding(outputs, before, before).ok).toBe(false);
  expect(
    updateFinding(outputs, before, [{ stack: 'lab-ng1', maxSize: 4, instances: ['i-3'] }]).ok,
  ).toBe(false);
});
