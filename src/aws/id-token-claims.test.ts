import { expect, it } from 'vitest';
import { describeClaims, readClaims, subjectAdvice, trustPolicy } from './web-identity.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const claims = {
  sub: 'repo:o/r:environment:lab',
  aud: 'sts.amazonaws.com',
  iss: 'https://token.actions.githubusercontent.com',
};

it('reads only the claims that trust policies use', () => {
  const token = `${encode({ alg: 'RS256' })}.${encode({ ...claims, jti: 'secret' })}.signature`;
  expect(readClaims(token)).toEqual(claims);
  expect(readClaims(`.${encode({ aud: ['a', 'b'] })}.`)).toEqual({ aud: 'a,b' });
});

it.each(['', 'abc', 'a.b.c', `.${encode(null)}.`, `.${encode(7)}.`])(
  'finds none in %j',
  (token) => {
    expect(readClaims(token)).toEqual({});
  },
);

it('names missing claims', () => {
  expect(describeClaims({ sub: 'x' })).toBe(
    'The token says sub "x", aud "?", iss "?", job_workflow_ref "?".',
  );
});

it('writes the trust policy that accepts the claims, in the partition and account of the role', () => {
  const policy = JSON.parse(trustPolicy('arn:aws-cn:iam::111122223333:role/deployer', claims));
  expect(policy.Statement[0]).toEqual({
    Effect: 'Allow',
    Principal: {
      Federated: 'arn:aws-cn:iam::111122223333:oidc-provider/token.actions.githubusercontent.com',
    },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': 'repo:o/r:environment:lab',
      },
    },
  });
});

it('writes a trust policy for no other workflow than that of the token', () => {
  const workflow = 'acme/pack/.github/workflows/provision.yml@refs/tags/v1';
  const token = `.${encode({ ...claims, job_workflow_ref: workflow })}.`;
  const policy = JSON.parse(trustPolicy('arn:aws:iam::111122223333:role/d', readClaims(token)));
  expect(policy.Statement[0].Condition.StringEquals).toMatchObject({
    'token.actions.githubusercontent.com:job_workflow_ref': workflow,
  });
});

it.each([
  ['repo:o/r:ref:refs/heads/main', /^Better, give the job a GitHub environment/],
  ['repo:o/r:pull_request', /^Everybody who may push can open a pull request\. Better/],
  ['repo:o@12/r@345:ref:refs/heads/main', /^Better.*names alone does not match\.$/],
  ['repo:o@12/r@345:environment:lab', /^This repository's subject has ids in it/],
  ['repo:o/r:environment:lab', /^$/],
])('advises on the subject %s, and never to trust every job', (sub, expected) => {
  expect(subjectAdvice({ sub })).toMatch(expected);
  expect(subjectAdvice({ sub })).not.toContain('*');
});

it('shows a subject with ids unchanged', () => {
  const sub = 'repo:o@12/r@345:ref:refs/heads/main';
  expect(trustPolicy('arn:aws:iam::111122223333:role/d', { ...claims, sub })).toContain(
    `"token.actions.githubusercontent.com:sub": "${sub}"`,
  );
});

it('gives no advice on a customized subject', () => {
  expect(subjectAdvice({ sub: 'job_workflow_ref:o/r/.github/workflows/x.yml@main' })).toBe('');
});
