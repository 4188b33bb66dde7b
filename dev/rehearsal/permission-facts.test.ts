import { expect, it } from 'vitest';
import { readTemplate } from '../stand-ins/aws/cloudformation/language/template.ts';
import { iamAction } from '../stand-ins/aws/gateway/iam-action.ts';
import { allowedActions, permissionFinding, roleOf } from './permission-facts.ts';
import { UNCALLED } from './uncalled-permissions.ts';

const call = (service: string, action: string) => ({
  service,
  action,
  accessKey: 'ASIA1',
  status: 200,
  ms: 1,
  time: '2026-01-01T00:00:00Z',
});

it.each([
  ['ec2', 'CreateVpc', 'ec2:CreateVpc'],
  ['s3', 'PUT /bucket/?tagging', 's3:PutBucketTagging'],
  ['s3', 'HEAD /bucket/', 's3:ListBucket'],
  ['s3', 'PUT /bucket/env/hash/file.yaml', 's3:PutObject'],
  [
    'eks',
    'POST /clusters/lab/access-entries/arn%3Aaws/access-policies',
    'eks:AssociateAccessPolicy',
  ],
  ['lambda', 'DELETE /2015-03-31/functions/f', 'lambda:DeleteFunction'],
  ['ssm', 'GetParameter', 'ssm:GetParameters'],
  ['eks', 'PATCH /what', 'eks:PATCH /what'],
])('%s %s needs %s', (service, action, expected) => {
  expect(iamAction({ service, action })).toBe(expected);
});

it('reads every action of a role, whatever its form', () => {
  const template = readTemplate(`
Resources:
  DeployerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Action: sts:AssumeRole}]}
      Policies:
        - PolicyDocument: {Statement: [{Action: s3:PutObject}, {Action: [s3:GetObject, s3:PutObject]}]}
`);
  expect(allowedActions(template, 'DeployerRole')).toEqual(['s3:GetObject', 's3:PutObject']);
});

it('reports missing and unused permissions', () => {
  const found = permissionFinding(
    'DeployerRole',
    ['s3:GetObject', 's3:PutObject'],
    [call('s3', 'PUT /b/k'), call('ec2', 'CreateVpc'), call('sts', 'GetCallerIdentity')],
  );
  expect(found.ok).toBe(false);
  expect(found.found).toContain('missing: ec2:CreateVpc');
  expect(found.found).toContain('unused: s3:GetObject');
  expect(found.found).not.toContain('sts:');
});

it('can accept unused permissions, if all calls are allowed', () => {
  const allowed = [...Object.keys(UNCALLED.DeployerRole), 's3:PutObject', 's3:GetObject'];
  const calls = [call('s3', 'PUT /b/k')];
  expect(permissionFinding('DeployerRole', allowed, calls, false).ok).toBe(true);
  expect(permissionFinding('DeployerRole', allowed, calls).ok).toBe(false);
});

it('distinguishes a job, CloudFormation and everyone else', () => {
  const jobs = { has: (key: string) => key === 'ASIA1' };
  expect(roleOf({ accessKey: 'ASIA1' }, jobs)).toBe('DeployerRole');
  expect(roleOf({ accessKey: 'AKIACLOUDFORMATION00' }, jobs)).toBe('ServiceRole');
  expect(roleOf({ accessKey: 'ASIA2' }, jobs)).toBeUndefined();
});
