import { describe, expect, it } from 'vitest';
import { allowsWebIdentity } from '../dev/stand-ins/aws/identity/trust-policy.ts';
import { evaluatedResources, PROVIDER } from '../dev/testing/samples/account-roles.ts';
import { readTemplate as readRoles } from '../dev/testing/samples/read-template.ts';

const HOST = 'token.actions.githubusercontent.com';
type Values = Readonly<Record<string, string | readonly string[]>>;

function trusts(values: Values, claims: Readonly<Record<string, string>>): boolean {
  const policy = evaluatedResources(values)['DeployerRole']?.['AssumeRolePolicyDocument'];
  const all = { aud: 'sts.amazonaws.com', ...claims };
  return allowsWebIdentity(policy, { providerArn: PROVIDER, host: HOST, claims: all });
}

it('takes the names of organizations, users and enterprise managed users', () => {
  const { AllowedPattern = '' } = readRoles('github-oidc').Parameters['Repository'] ?? {};
  for (const name of ['acme/lab', 'a-user/my.lab', 'octocat_acme/lab_2']) {
    expect(name).toMatch(new RegExp(AllowedPattern));
  }
  expect('acme/lab:environment').not.toMatch(new RegExp(AllowedPattern));
});

describe('whom the deployer role trusts', () => {
  const four = { Subjects: ['environment:prod', 'environment:pr-*', 'pull_request', 'ref:refs/x'] };
  const ids = { OwnerId: '1', RepositoryId: '22' };
  const job = 'acme/lab/.github/workflows/provision.yml@refs/heads/main';
  const workflow = { JobWorkflowRef: ['acme/lab/.github/workflows/destroy.yml@refs/tags/v1', job] };

  it.each<[string, Values, Record<string, string>, boolean]>([
    ['its environment', {}, { sub: 'repo:acme/lab:environment:eks-multus' }, true],
    ['another environment', {}, { sub: 'repo:acme/lab:environment:other' }, false],
    [
      'its environment, by a provider that was there',
      { ExistingProvider: 'true' },
      { sub: 'repo:acme/lab:environment:eks-multus' },
      true,
    ],
    ['a branch', {}, { sub: 'repo:acme/lab:ref:refs/heads/main' }, false],
    ['another repository', {}, { sub: 'repo:acme/lab2:environment:eks-multus' }, false],
    ['another audience', {}, { sub: 'repo:acme/lab:environment:eks-multus', aud: 'x' }, false],
    ['any of four', four, { sub: 'repo:acme/lab:environment:pr-17' }, true],
    ['the last of four', four, { sub: 'repo:acme/lab:ref:refs/x' }, true],
    ['none of four', four, { sub: 'repo:acme/lab:environment:prod2' }, false],
    ['ids that are not given', {}, { sub: 'repo:acme@1/lab@22:environment:eks-multus' }, false],
    ['the given ids', ids, { sub: 'repo:acme@1/lab@22:environment:eks-multus' }, true],
    ['names, beside ids', ids, { sub: 'repo:acme/lab:environment:eks-multus' }, true],
    ['ids of others', ids, { sub: 'repo:acme@1/lab@23:environment:eks-multus' }, false],
    ['ids, any of four', { ...ids, ...four }, { sub: 'repo:acme@1/lab@22:pull_request' }, true],
    [
      'the workflow',
      workflow,
      { sub: 'repo:acme/lab:environment:eks-multus', job_workflow_ref: job },
      true,
    ],
    [
      'another workflow',
      workflow,
      { sub: 'repo:acme/lab:environment:eks-multus', job_workflow_ref: `evil/${job}` },
      false,
    ],
    [
      'the workflow at a branch whose name ends like it',
      workflow,
      {
        sub: 'repo:acme/lab:environment:eks-multus',
        job_workflow_ref: job.replace('@', '@refs/heads/x@'),
      },
      false,
    ],
    [
      'previews by the workflow',
      { ...workflow, Subjects: ['environment:eks-multus', 'environment:eks-multus-previews'] },
      { sub: 'repo:acme/lab:environment:eks-multus-previews', job_workflow_ref: job },
      true,
    ],
    [
      'a workflow that a pull request brings, among previews',
      { ...workflow, Subjects: ['environment:eks-multus', 'environment:eks-multus-previews'] },
      {
        sub: 'repo:acme/lab:environment:eks-multus-previews',
        job_workflow_ref: 'acme/lab/.github/workflows/mine.yml@refs/pull/7/merge',
      },
      false,
    ],
    ['no workflow', workflow, { sub: 'repo:acme/lab:environment:eks-multus' }, false],
  ])('%s', (_, values, claims, expected) => {
    expect(trusts(values, claims)).toBe(expected);
  });
});
