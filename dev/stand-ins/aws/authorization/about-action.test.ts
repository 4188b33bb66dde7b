import { runSimulation } from '@cloud-copilot/iam-simulate';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aboutAction } from './about-action.ts';
import { decide } from './simulate.ts';

const ACTIONS = ['ec2:CreateSubnet', 'ec2:CreateVpc', 'ec2:DeleteVpc', 'iam:GetRole'];
const PATTERNS = [...ACTIONS, '*', 'ec2:*', 'EC2:create*', 'ec2:?reateVpc', 'iam:Get*', 's3:Get?'];

const statement = fc
  .record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    key: fc.constantFrom('Action', 'NotAction'),
    patterns: fc.uniqueArray(fc.constantFrom(...PATTERNS), { minLength: 1, maxLength: 3 }),
    Resource: fc.constantFrom('*', 'arn:aws:ec2:*:*:vpc/*'),
  })
  .map(({ Effect, key, patterns, Resource }) => ({ Effect, [key]: patterns, Resource }));
const policy = fc
  .array(statement, { minLength: 1, maxLength: 5 })
  .map((Statement) => ({ Version: '2012-10-17', Statement }));
const requests = fc.constantFrom(
  { action: 'ec2:DeleteVpc', resource: 'arn:aws:ec2:eu-west-1:111122223333:vpc/vpc-1' },
  { action: 'iam:GetRole', resource: 'arn:aws:iam::111122223333:role/x' },
);
const principal = 'arn:aws:iam::111122223333:role/deployer';

/** What the simulator makes of all statements. */
async function decidedByAll(
  own: object,
  boundary: object,
  { action, resource }: { readonly action: string; readonly resource: string },
): Promise<string> {
  const result = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: '111122223333' },
        contextVariables: {},
      },
      identityPolicies: [{ name: 'own', policy: own }],
      permissionBoundaryPolicies: [{ name: 'boundary', policy: boundary }],
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  return result.resultType === 'error' ? 'error' : result.overallResult;
}

const DECISIONS = {
  allowed: 'Allowed',
  denied: 'ImplicitlyDenied',
  'explicitly denied': 'ExplicitlyDenied',
};

describe('the statements about an action', () => {
  it('decide as all statements do, in policies and in boundaries', async () => {
    const seen = new Set<string>();
    const property = fc.asyncProperty(policy, policy, requests, async (own, boundary, request) => {
      const decision = DECISIONS[await decide({ principal, policies: [own], boundary }, request)];
      seen.add(decision);
      expect(decision).toBe(await decidedByAll(own, boundary, request));
    });
    await fc.assert(property, { numRuns: 200 });
    expect([...seen].sort()).toEqual(Object.values(DECISIONS).sort());
  });

  it.each([
    ['ec2:CreateSubnet', 'EC2:create*', true],
    ['ec2:CreateVpc', 'ec2:?reateVpc', true],
    ['ec2:CreateVpc', 'ec2:CreateSubnet', false],
    ['ec2:CreateVpcEndpoint', 'ec2:CreateVpc', false],
    ['s3:GetObject', '*', true],
    ['s3:GetObject', 's3.GetObject', false],
  ])('%s is named by %s: %s', (action, Action, expected) => {
    const found = aboutAction({ Statement: { Effect: 'Allow', Action, Resource: '*' } }, action);
    expect(found !== undefined).toBe(expected);
  });
});
