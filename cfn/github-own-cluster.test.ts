import { describe, expect, it } from 'vitest';
import { decide } from '../dev/stand-ins/aws/authorization/simulate.ts';
import {
  arn,
  EVERYTHING,
  permissionsOf,
  stoppedAt,
  TAGGED,
  TAGGING,
  type World,
} from '../dev/testing/attacks/attack.ts';
import { CLUSTER_OF_OTHERS, OWN_CLUSTER_ATTACKS } from '../dev/testing/attacks/own-cluster.ts';
import { evaluatedResources, rolesWithCluster } from '../dev/testing/samples/account-roles.ts';
import { readTemplate, templateText } from '../dev/testing/samples/read-template.ts';

const WORLD: World = {
  ...rolesWithCluster(CLUSTER_OF_OTHERS),
  rolesStack: arn('cloudformation', 'stack/github-for-eks-multus/1'),
  bucketOfOthers: 'team-b-123456789012-ap-northeast-2',
};
const NODE_ROLE = arn('iam', 'role/eks-multus-guest-NodeRole-1');
const ON_CLUSTER = {
  'iam:PermissionsBoundary': arn('iam', 'policy/eks-multus-cloudformation-on-platform'),
};

it('has at least sixty attacks, each by another name', () => {
  expect(new Set(OWN_CLUSTER_ATTACKS.map(({ name }) => name)).size).toBe(
    OWN_CLUSTER_ATTACKS.length,
  );
  expect(OWN_CLUSTER_ATTACKS.length).toBeGreaterThanOrEqual(60);
});

describe('no attack upon a cluster of others succeeds', () => {
  it.each(OWN_CLUSTER_ATTACKS.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    expect(await stoppedAt(WORLD, one)).toBeDefined();
  });
});

it('each attack succeeds for somebody who may do everything, so its steps are real requests', async () => {
  const all = (role: 'deployer' | 'service') => ({ ...WORLD[role], policies: [EVERYTHING] });
  const unguarded: World = {
    ...WORLD,
    deployer: all('deployer'),
    service: all('service'),
    boundary: undefined,
  };
  for (const one of OWN_CLUSTER_ATTACKS) {
    expect(await stoppedAt(unguarded, one), one.name).toBeUndefined();
  }
});

it.each([
  [
    'the access entry of a node',
    'eks:CreateAccessEntry',
    arn('eks', 'cluster/platform'),
    {
      ...TAGGING,
      'eks:accessEntryType': 'EC2_LINUX',
      'eks:principalArn': NODE_ROLE,
    },
  ],
  [
    'the removal of that entry',
    'eks:DeleteAccessEntry',
    arn('eks', 'access-entry/platform/role/123456789012/eks-multus-guest-NodeRole-1/1'),
    {},
  ],
  ['a role with the boundary', 'iam:CreateRole', NODE_ROLE, ON_CLUSTER],
  [
    'nodes with the group of the cluster',
    'ec2:RunInstances',
    arn('ec2', 'security-group/sg-platform'),
    { 'aws:ResourceTag/aws:eks:cluster-name': 'platform' },
  ],
] as const)('lets CloudFormation make %s', async (_, action, resource, context) => {
  expect(await decide(WORLD.service, { action, resource, context })).toBe('allowed');
});

it('lets the hook make interfaces in an environment, and pods of nodes take on their roles', async () => {
  const role = permissionsOf(WORLD, 'made');
  const subnet = {
    action: 'ec2:CreateNetworkInterface',
    resource: arn('ec2', 'subnet/subnet-own'),
  };
  expect(await decide(role, { ...subnet, context: TAGGED })).toBe('allowed');
  const pod = { action: 'eks-auth:AssumeRoleForPodIdentity' };
  expect(await decide(role, { ...pod, resource: arn('eks', 'cluster/platform') })).toBe('allowed');
});

it('is not for clusters whose names begin like those of environments', () => {
  const { AllowedPattern = '' } =
    readTemplate('github-own-cluster').Parameters['ClusterName'] ?? {};
  expect('platform').toMatch(new RegExp(AllowedPattern));
  expect('eks-multus-lab').not.toMatch(new RegExp(AllowedPattern));
});

it('stays below the limits of IAM and of CloudFormation, also for the longest names', () => {
  const longest = { ClusterName: 'c'.repeat(90), NamePrefix: 'n'.repeat(16) };
  const resources = evaluatedResources(longest, 'on-cluster', 'github-own-cluster');
  for (const id of ['DeployerPolicy', 'ServicePolicy', 'Boundary']) {
    const { ManagedPolicyName, PolicyDocument } = resources[id] ?? {};
    expect(JSON.stringify(PolicyDocument).length, id).toBeLessThan(6_144);
    expect(String(ManagedPolicyName).length, id).toBeLessThanOrEqual(128);
  }
  expect(templateText('github-own-cluster')).toMatch(/^[\n -~]+$/);
});
