import { afterAll, beforeAll, expect, it } from 'vitest';
import { prepareAccount } from '../../rehearsal/aws/account.ts';
import { freePort, REGION } from '../../rehearsal/aws/testing/local-aws.ts';
import { startTestAws, type TestAws } from '../../rehearsal/aws/testing/stand-in.ts';
import { GITHUB_ISSUER, type OidcIssuer, startOidcIssuer } from '../../rehearsal/github/oidc.ts';
import { LAB_INPUTS } from '../testing/lab-inputs.ts';
import { runSource } from '../testing/run-bundle.ts';

const JOB = { repository: 'o/r', ref: 'refs/heads/main', workflow: '.github/workflows/p.yml' };

let issuer: OidcIssuer;
let aws: TestAws;

beforeAll(async () => {
  issuer = await startOidcIssuer(await freePort(), JOB);
  aws = await startTestAws({
    jwksUrls: { [GITHUB_ISSUER]: issuer.jwksUrl },
    // The session ends at the second call, so that there are two of everything to hide.
    switches: { expireAfter: 2 },
  });
});
afterAll(async () => {
  await aws?.stop();
  await issuer?.stop();
});

it('nothing secret is printed before it is masked, nor afterwards', async () => {
  const account = { endpoint: aws.endpoint, account: '123456789012', region: REGION };
  const role = await prepareAccount({ ...account, repository: JOB.repository });
  const { exitCode, log } = await runSource(
    'provision',
    { ...LAB_INPUTS, command: 'destroy', 'role-to-assume': role },
    {
      AWS_ENDPOINT_URL: aws.endpoint,
      ACTIONS_ID_TOKEN_REQUEST_URL: issuer.requestUrl,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: issuer.requestToken,
      GITHUB_REPOSITORY: JOB.repository,
    },
  );
  expect(exitCode, log).toBe(0);
  const lines = log.split('\n');
  const secrets = lines.flatMap((line) => /^::add-mask::(.+)$/.exec(line)?.[1] ?? []);
  const others = lines.filter((line) => !line.startsWith('::add-mask::'));
  expect(secrets.filter((secret) => secret.startsWith('ey'))).toHaveLength(2);
  const keys = aws.aws.gateway.calls().flatMap(({ accessKey = '' }) => accessKey);
  const sessionKeys = new Set(keys.filter((key) => key.startsWith('ASIA')));
  expect(sessionKeys.size).toBe(2);
  expect(secrets).toEqual(expect.arrayContaining([...sessionKeys]));
  expect(secrets).toHaveLength(2 * 4);
  for (const secret of secrets) expect(others.filter((line) => line.includes(secret))).toEqual([]);
  expect(log).not.toContain(issuer.requestToken);
});
