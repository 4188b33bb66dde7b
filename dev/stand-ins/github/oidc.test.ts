import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from './oidc.ts';

const job = { repository: 'acme/lab', ref: 'refs/heads/main', workflow: '.github/workflows/x.yml' };
let issuer: OidcIssuer;

beforeAll(async () => {
  issuer = await startOidcIssuer(0, job);
});
afterAll(() => issuer.stop());

it('issues a token that verifies against the published keys and carries the job', async () => {
  const answer = await fetch(`${issuer.requestUrl}&audience=sts.amazonaws.com`, {
    headers: { authorization: `Bearer ${issuer.requestToken}` },
  });
  const { value } = (await answer.json()) as { value: string };
  const { payload } = await jwtVerify(value, createRemoteJWKSet(new URL(issuer.jwksUrl)), {
    issuer: GITHUB_ISSUER,
    audience: 'sts.amazonaws.com',
  });
  expect(payload.sub).toBe('repo:acme/lab:ref:refs/heads/main');
  expect(payload['repository_owner']).toBe('acme');
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300);
});

it('issues tokens that expire five minutes after their issue time', async () => {
  const { Date: RealDate } = globalThis;
  let now = RealDate.now();
  // Each look at this clock moves it on by a second.
  class HurriedDate extends RealDate {
    constructor(...given: []) {
      super(...(given.length > 0 ? given : ([HurriedDate.now()] as unknown as [])));
    }
    static override now() {
      now += 1_000;
      return now;
    }
  }
  vi.stubGlobal('Date', HurriedDate);
  const headers = { authorization: `Bearer ${issuer.requestToken}` };
  const answer = await fetch(issuer.requestUrl, { headers }).finally(() => vi.unstubAllGlobals());
  const { exp = 0, iat = 0, nbf } = decodeJwt(((await answer.json()) as { value: string }).value);
  expect([nbf, exp]).toEqual([iat, iat + 300]);
});

it('keeps idle connections open, so that none closes during a call', async () => {
  expect((await fetch(issuer.jwksUrl)).headers.get('keep-alive')).toBeNull();
});

it('refuses whoever does not hold the request token', async () => {
  const answer = await fetch(issuer.requestUrl, { headers: { authorization: 'Bearer other' } });
  expect(answer.status).toBe(401);
});

it.each([
  [{ event: 'pull_request' }, 'repo:acme/lab:pull_request'],
  [{ event: 'pull_request_target' }, 'repo:acme/lab:ref:refs/heads/main'],
  [{ event: 'pull_request', environment: 'eks-multus' }, 'repo:acme/lab:environment:eks-multus'],
  [
    { environment: 'eks-multus', ids: { owner: 7, repository: 42 } },
    'repo:acme@7/lab@42:environment:eks-multus',
  ],
])('%o: the subject %s', async (run, expected) => {
  const requestToken = issuer.requestTokenFor({ ...job, ...run });
  const headers = { authorization: `Bearer ${requestToken}` };
  const { value } = (await (await fetch(issuer.requestUrl, { headers })).json()) as {
    value: string;
  };
  expect(decodeJwt(value).sub).toBe(expected);
});

it.each([
  ['acme/lab/.github/workflows/own.yml', 'acme/lab/.github/workflows/own.yml@refs/heads/main'],
  ['acme/pack/.github/workflows/b.yml', 'acme/pack/.github/workflows/b.yml@refs/tags/v1'],
  [undefined, 'acme/pack/.github/workflows/a.yml@refs/tags/v1'],
])('a job of the workflow %s has a token that names %s', async (workflow, expected) => {
  const calledWorkflow = 'acme/pack/.github/workflows/a.yml@refs/tags/v1';
  const parts = ['eks-multus', ...(workflow === undefined ? [] : [workflow])];
  const entered = parts.map((part) => Buffer.from(part).toString('base64url'));
  const requestToken = [issuer.requestTokenFor({ ...job, calledWorkflow }), ...entered].join('.');
  const headers = { authorization: `Bearer ${requestToken}` };
  const answer = await fetch(issuer.requestUrl, { headers });
  const claims = decodeJwt(((await answer.json()) as { value: string }).value);
  expect(claims['job_workflow_ref']).toBe(expected);
  expect(claims.sub).toBe('repo:acme/lab:environment:eks-multus');
});
