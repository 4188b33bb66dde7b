import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allowsService, allowsWebIdentity, like } from './trust-policy.ts';

const host = 'token.actions.githubusercontent.com';
const providerArn = `arn:aws:iam::123456789012:oidc-provider/${host}`;
const token = (sub: string, aud = 'sts.amazonaws.com') => ({
  providerArn,
  host,
  claims: { sub, aud },
});
const policy = {
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Federated: providerArn },
      Action: 'sts:AssumeRoleWithWebIdentity',
      Condition: {
        StringEquals: { [`${host}:aud`]: 'sts.amazonaws.com' },
        StringLike: { [`${host}:sub`]: 'repo:acme/telecom-lab:*' },
      },
    },
  ],
};

describe('the trust policy of a deployer role', () => {
  it('covers every workflow of its repository', () => {
    const anyRef = fc.stringMatching(/^[a-z0-9/_.-]{1,30}$/);
    fc.assert(
      fc.property(anyRef, (ref) => {
        expect(
          allowsWebIdentity(policy, token(`repo:acme/telecom-lab:ref:refs/heads/${ref}`)),
        ).toBe(true);
      }),
    );
  });

  it.each([
    ['another repository', token('repo:acme/other:ref:refs/heads/main')],
    ['a repository whose name begins alike', token('repo:acme/telecom-lab2:ref:refs/heads/main')],
    ['another audience', token('repo:acme/telecom-lab:ref:refs/heads/main', 'github.com')],
    ['another provider', { ...token('repo:acme/telecom-lab:x'), providerArn: 'arn:other' }],
  ])('does not cover %s', (_, identity) => {
    expect(allowsWebIdentity(policy, identity)).toBe(false);
  });
});

describe('conditions', () => {
  const withCondition = (Condition: object, Effect = 'Allow') => ({
    Effect,
    Principal: { Federated: [providerArn] },
    Action: ['sts:AssumeRoleWithWebIdentity', 'sts:TagSession'],
    Condition,
  });
  const decide = (...Statement: readonly object[]) =>
    allowsWebIdentity({ Statement }, token('repo:acme/lab:environment:pr-7'));
  const sub = `${host}:sub`;

  it.each([
    [{ StringEquals: { [sub]: ['no', 'repo:acme/lab:environment:pr-7'] } }, true],
    [{ StringEquals: { [sub]: 'repo:acme/lab:*' } }, false],
    [{ StringLike: { [sub]: 'repo:acme/lab:environment:pr-?' } }, true],
    [{ 'ForAnyValue:StringLike': { [sub]: 'repo:acme/*' } }, true],
    [{ StringNotLike: { [sub]: 'repo:acme/*' } }, false],
    [{ StringEqualsIfExists: { [`${host}:environment`]: 'x' } }, true],
    [{ StringEquals: { [`${host}:environment`]: 'x' } }, false],
    [{ StringEquals: { 'other.example:sub': 'repo:acme/lab:environment:pr-7' } }, false],
    [{ NumericEquals: { [sub]: '1' } }, false],
  ])('%j → %s', (condition, expected) => {
    expect(decide(withCondition(condition))).toBe(expected);
  });

  it.each([
    ['job_workflow_ref', true],
    ['repository_id', true],
    ['repository_owner', false],
    ['runner_environment', false],
  ])('on the claim %s, which STS knows: %s', (claim, expected) => {
    const statement = withCondition({ StringEquals: { [`${host}:${claim}`]: 'x' } });
    const identity = { providerArn, host, claims: { [claim]: 'x' } };
    expect(allowsWebIdentity({ Statement: [statement] }, identity)).toBe(expected);
  });

  it('let a Deny statement win', () => {
    const all = { StringLike: { [sub]: '*' } };
    expect(decide(withCondition(all), withCondition(all, 'Deny'))).toBe(false);
    expect(decide()).toBe(false);
  });
});

it('lets only the rule that a function policy names invoke the function', () => {
  const sourceArn = 'arn:aws:events:ap-northeast-2:123456789012:rule/hooks';
  const statement = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'lambda:InvokeFunction',
    Condition: { ArnLike: { 'AWS:SourceArn': sourceArn } },
  };
  const call = { service: 'events.amazonaws.com', action: 'lambda:InvokeFunction', sourceArn };
  expect(allowsService({ Statement: [statement] }, call)).toBe(true);
  expect(allowsService({ Statement: statement }, { ...call, sourceArn: 'arn:x' })).toBe(false);
  expect(allowsService({ Statement: [statement] }, { ...call, service: 's3.amazonaws.com' })).toBe(
    false,
  );
});

it('takes every character of a pattern except * and ? literally', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      fc.pre(!/[*?]/.test(text));
      expect(like(text, text)).toBe(true);
      expect(like(`${text}*`, `${text}more`)).toBe(true);
      expect(like(text, `${text}x`)).toBe(false);
    }),
  );
});
