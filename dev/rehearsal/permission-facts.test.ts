import { expect, it } from 'vitest';
import { readTemplate } from '../stand-ins/aws/cloudformation/language/template.ts';
import { iamAction } from '../stand-ins/aws/gateway/iam-action.ts';
import { allowedActions, deniedFinding, permissionFinding } from './permission-facts.ts';
import { UNCALLED } from './uncalled-permissions.ts';

const call = (...permissions: readonly string[]) => ({
  service: 's3',
  action: 'PUT /b/k',
  accessKey: 'ASIA1',
  role: 'eks-multus-deployer',
  permissions,
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
  ['ssm', 'GetParameter', 'ssm:GetParameter'],
  ['eks', 'PATCH /what', 'eks:PATCH /what'],
])('%s %s needs %s', (service, action, expected) => {
  expect(iamAction({ service, action })).toBe(expected);
});

it('reads every action of a role, whatever its form, and of its managed policies', () => {
  const template = readTemplate(`
Resources:
  DeployerRole:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: [{Action: sts:AssumeRole}]}
      ManagedPolicyArns: [!Ref More]
      Policies:
        - PolicyDocument:
            Statement:
              - {Effect: Allow, Action: s3:PutObject}
              - {Effect: Allow, Action: [s3:GetObject, s3:PutObject]}
              - {Effect: Deny, Action: iam:CreateUser}
  More:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: [{Effect: Allow, Action: ec2:CreateVpc}]}
`);
  const actions = ['ec2:CreateVpc', 's3:GetObject', 's3:PutObject'];
  expect(allowedActions(template, 'DeployerRole')).toEqual(actions);
});

const explained = Object.keys(UNCALLED.DeployerRole);
const [first = ''] = explained;

it.each<[string, readonly string[], string]>([
  ['a permission without use or reason', [...explained, 's3:GetObject'], 's3:GetObject'],
  ['a reason for a permission that is not granted', explained.slice(1), first],
])('finds %s', (_, allowed, named) => {
  const calls = [call('s3:PutObject')];
  const found = permissionFinding('DeployerRole', [...allowed, 's3:PutObject'], calls);
  expect(found.ok).toBe(false);
  expect(found.found).toContain(named);
});

it('lists each unused permission with its reason', () => {
  const calls = [call('s3:PutObject')];
  const found = permissionFinding('DeployerRole', [...explained, 's3:PutObject'], calls);
  expect(found.ok).toBe(true);
  for (const action of explained) {
    expect(found.found).toContain(`unused: ${action} (${UNCALLED.DeployerRole[action]})`);
  }
});

it('can accept unused permissions, if all calls are allowed', () => {
  const allowed = [...explained, 's3:PutObject', 's3:GetObject'];
  const calls = [call('s3:PutObject')];
  expect(permissionFinding('DeployerRole', allowed, calls, false).ok).toBe(true);
  expect(permissionFinding('DeployerRole', allowed, calls).ok).toBe(false);
});

it('finds calls that policies refuse, and a run in which no role called', () => {
  expect(deniedFinding([call('s3:PutObject')]).ok).toBe(true);
  expect(deniedFinding([{ ...call('s3:PutObject'), denied: 'not authorized' }])).toMatchObject({
    ok: false,
    found: expect.stringContaining('not authorized'),
  });
  expect(deniedFinding([]).ok).toBe(false);
});
