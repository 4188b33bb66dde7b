import { expect, it } from 'vitest';
import { decide } from '../../../dev/stand-ins/aws/authorization/simulate.ts';
import { accountRoles } from '../../../dev/testing/samples/account-roles.ts';
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
