import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareAccount, serviceRoleArn } from '../../rehearsal/aws/account.ts';
import { freePort } from '../../rehearsal/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../rehearsal/aws/testing/stand-in.ts';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from '../../rehearsal/github/oidc.ts';
import { permissionFindings } from '../../rehearsal/permission-facts.ts';
import { LAB_INPUTS } from '../testing/lab-inputs.ts';
import { runSource } from '../testing/run-bundle.ts';

/** The life of an environment, with the roles of `github-oidc.yaml`; are they exactly what it takes? */
const GROUPS = (max: number) =>
  `- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: ${max} }`;
const LIFE = [
  { command: 'plan' },
  { command: 'deploy' },
  { command: 'deploy' },
  { command: 'deploy', 'node-groups': GROUPS(4), 'nat-gateways': 'per-az' },
  { command: 'destroy' },
] as const;

let issuer: OidcIssuer;
let aws: TestAws;

beforeAll(async () => {
  const job = { repository: 'o/r', ref: 'refs/heads/main', workflow: '.github/workflows/p.yml' };
  issuer = await startOidcIssuer(await freePort(), job);
  aws = await startTestAws({ jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl } });
  const account = { endpoint: aws.endpoint, account: '123456789012', region: 'ap-northeast-2' };
  const role = await prepareAccount({ ...account, repository: 'o/r' });
  const env = {
    AWS_ENDPOINT_URL: aws.endpoint,
    ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
    GITHUB_REPOSITORY: 'o/r',
  };
  const roles = { 'role-to-assume': role, 'cloudformation-role-arn': serviceRoleArn(role) };
  for (const step of LIFE) {
    const inputs = { ...LAB_INPUTS, ...roles, ...step };
    const run = await runSource('provision', inputs, {
      ...env,
      GITHUB_RUN_ID: crypto.randomUUID(),
    });
    if (run.exitCode !== 0) throw new Error(run.log);
  }
}, 180_000);

afterAll(async () => {
  await aws?.stop();
  await issuer?.stop();
});

it('both roles may do exactly what they do, and what is named with its reason', () => {
  const findings = permissionFindings(aws.aws, { all: true });
  expect(findings).toHaveLength(2);
  for (const { found, ok } of findings) expect(ok, found).toBe(true);
});
