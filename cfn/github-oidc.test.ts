import { describe, expect, it } from 'vitest';
import { allowsWebIdentity, conditionKeys } from '../dev/stand-ins/aws/identity/trust-policy.ts';
import { deployerTrust, ISSUER, providerOf } from '../dev/testing/samples/account-roles.ts';
import { readTemplate as readRoles } from '../dev/testing/samples/read-template.ts';

type Values = Readonly<Record<string, string | readonly string[]>>;

/** Whether the deployer role trusts a token with these claims that an issuer signed. */
function trusts(values: Values, claims: Readonly<Record<string, string>>, host = ISSUER): boolean {
  const all = { aud: 'sts.amazonaws.com', ...claims };
  return allowsWebIdentity(deployerTrust(values), {
    providerArn: providerOf(host),
    host,
    claims: all,
  });
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

describe('the issuer', () => {
  const ofLab = { sub: 'repo:acme/lab:environment:eks-multus' };
  const others = ['token.actions.acme.ghe.com', 'git.acme.example:8443/_services/token'];

  it.each([ISSUER, `${ISSUER}/acme`, ...others])(
    '%s: only its own tokens are trusted',
    (issuer) => {
      for (const ExistingProvider of ['true', 'false']) {
        const values = { Issuer: issuer, ExistingProvider };
        expect(trusts(values, ofLab, issuer)).toBe(true);
        expect(trusts(values, { sub: 'repo:acme/lab:environment:other' }, issuer)).toBe(false);
        expect(trusts(values, ofLab, 'token.actions.evil.ghe.com')).toBe(false);
        if (issuer !== ISSUER) expect(trusts(values, ofLab)).toBe(false);
      }
    },
  );

  it('is in every key of the conditions', () => {
    const values = { Issuer: 'a.ghe.com', JobWorkflowRef: ['acme/lab/x.yml@refs/heads/main'] };
    expect(JSON.stringify(deployerTrust(values))).not.toContain(ISSUER);
    expect(conditionKeys([deployerTrust(values)])).toEqual([
      'a.ghe.com:aud',
      'a.ghe.com:sub',
      'a.ghe.com:job_workflow_ref',
    ]);
  });
});

/** Parameters that go into the text of a trust policy, by template. */
const IN_TEXT = {
  'github-oidc': ['Repository', 'Issuer', 'OwnerId', 'RepositoryId', 'Subjects', 'JobWorkflowRef'],
  'github-users': ['Repository', 'Issuer', 'OwnerId', 'RepositoryId', 'Environment'],
};

it.each(Object.entries(IN_TEXT))('%s: no parameter can end its string', (name, parameters) => {
  for (const parameter of parameters) {
    const { AllowedPattern } = readRoles(name).Parameters[parameter] ?? {};
    expect(AllowedPattern, parameter).toMatch(/^\^.*\$$/);
    for (const bad of ['x", "repo:evil/lab:*', 'x\\', '"']) {
      expect(bad, parameter).not.toMatch(new RegExp(AllowedPattern ?? ''));
    }
  }
});
