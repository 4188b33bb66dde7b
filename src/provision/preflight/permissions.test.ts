import { expect, it } from 'vitest';
import { decide } from '../../../dev/stand-ins/aws/authorization/simulate.ts';
import { accountRoles, rolesWithGuards } from '../../../dev/testing/samples/account-roles.ts';
import { deployerSimulation, serviceRoleSimulation } from './permissions.ts';
import { labSetUp } from './testing/good-account.ts';

const { deployer, service } = accountRoles({ StagingBucket: 'eks-multus-bucket' });

it.each([
  ['deployer', deployer, deployerSimulation(labSetUp())],
  ['role of CloudFormation', service, serviceRoleSimulation(labSetUp())],
])('the %s of github-oidc.yaml may do what the preflight asks for', async (_, role, simulation) => {
  const { roleArn, needed, context } = simulation ?? { roleArn: '', needed: [], context: {} };
  expect(roleArn).toBe(role.principal);
  expect(needed.length).toBeGreaterThan(10);
  for (const { action, resource } of needed) {
    const decision = await decide(role, { action, resource, context });
    expect(decision, `${action} on ${resource}`).toBe('allowed');
  }
});

it('asks a deployer without a role for CloudFormation for everything', () => {
  const alone = deployerSimulation(labSetUp({ 'cloudformation-role-arn': '' }))?.needed ?? [];
  const actions = alone.map(({ action }) => action);
  const forCloudFormation = serviceRoleSimulation(labSetUp())?.needed ?? [];
  for (const { action } of forCloudFormation) expect(actions).toContain(action);
  expect(serviceRoleSimulation(labSetUp({ 'cloudformation-role-arn': '' }))).toBeUndefined();
});

it('asks for the SSM parameters, which the roles may write below one name only', async () => {
  const decisionFor = async (prefix: string) => {
    const simulation = serviceRoleSimulation(labSetUp({ 'outputs-parameter-prefix': prefix }));
    const call = simulation?.needed.find(({ action }) => action === 'ssm:PutParameter');
    if (simulation === undefined || call === undefined) throw new Error('nothing is asked for');
    return decide(service, { ...call, context: simulation.context });
  };
  expect(await decisionFor('/eks-multus')).toBe('allowed');
  expect(await decisionFor('/platform/multus')).not.toBe('allowed');
  const before = serviceRoleSimulation(labSetUp())?.needed ?? [];
  expect(before.filter(({ action }) => action.startsWith('ssm:'))).toEqual([]);
});

it('asks for the schedules of guards, which only github-guards.yaml allows', async () => {
  const { needed = [], context } =
    serviceRoleSimulation(labSetUp({ 'expiry-guard': 'true' })) ?? {};
  const [call] = needed.filter(({ action }) => action.startsWith('scheduler:'));
  if (call === undefined || context === undefined) throw new Error('nothing is asked for');
  const request = { ...call, context };
  expect(await decide(service, request)).not.toBe('allowed');
  expect(await decide(rolesWithGuards().service, request)).toBe('allowed');
});
