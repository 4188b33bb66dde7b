import { createServer, type Server } from 'node:http';
import { GetParameterCommand, GetParametersCommand } from '@aws-sdk/client-ssm';
import {
  AssumeRoleWithWebIdentityCommand,
  GetCallerIdentityCommand,
  STSClient,
} from '@aws-sdk/client-sts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareAccount } from '../account.ts';
import { REGION } from '../testing/local-aws.ts';
import { startTestAws, type TestAws } from '../testing/stand-in.ts';

const ISSUER = 'https://token.actions.githubusercontent.com';
const SUBJECT = 'repo:acme/telecom-lab:ref:refs/heads/main';

let test: TestAws;
let keys: Server;
let roleArn: string;
let sign: (claims?: { sub?: string; aud?: string; exp?: string; iss?: string }) => Promise<string>;
let forge: () => Promise<string>;

beforeAll(async () => {
  const { publicKey, privateKey } = await generateKeyPair('RS256');
  const stranger = await generateKeyPair('RS256');
  const jwks = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'RS256', use: 'sig' }] };
  const token = (key: typeof privateKey) => (claims: Parameters<typeof sign>[0]) =>
    new SignJWT({})
      .setProtectedHeader({ alg: 'RS256', kid: 'k' })
      .setIssuer(claims?.iss ?? ISSUER)
      .setSubject(claims?.sub ?? SUBJECT)
      .setAudience(claims?.aud ?? 'sts.amazonaws.com')
      .setIssuedAt()
      .setExpirationTime(claims?.exp ?? '5m')
      .sign(key);
  sign = token(privateKey);
  forge = () => token(stranger.privateKey)({});
  keys = createServer((_, response) => response.end(JSON.stringify(jwks)));
  await new Promise<void>((resolve) => keys.listen(0, '127.0.0.1', resolve));
  const address = keys.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  test = await startTestAws({ jwksUrls: { [ISSUER]: `http://127.0.0.1:${port}` } });
  const owner = { endpoint: test.endpoint, region: REGION, account: '123456789012' };
  roleArn = await prepareAccount({ ...owner, repository: 'acme/telecom-lab' });
  expect(await prepareAccount({ ...owner, repository: 'acme/telecom-lab' })).toBe(roleArn);
});

afterAll(async () => {
  keys?.close();
  await test?.stop();
});

describe('AssumeRoleWithWebIdentity', () => {
  it('returns credentials of the role to a workflow of the repository', async () => {
    const answer = await assume(await sign());
    expect(answer).toMatchObject({
      SubjectFromWebIdentityToken: SUBJECT,
      Audience: 'sts.amazonaws.com',
      Provider: `arn:aws:iam::123456789012:oidc-provider/${ISSUER.slice(8)}`,
    });
    const { AccessKeyId: accessKeyId = '', SecretAccessKey: secretAccessKey = '' } =
      answer.Credentials ?? {};
    const sessionToken = answer.Credentials?.SessionToken ?? '';
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const sts = new STSClient({ endpoint: test.endpoint, region: REGION, credentials });
    const caller = await sts.send(new GetCallerIdentityCommand({}));
    expect(caller.Arn).toBe('arn:aws:sts::123456789012:assumed-role/eks-multus-deployer/run-1');
  });

  it.each([
    ['another repository', { sub: 'repo:acme/other:ref:refs/heads/main' }, 'AccessDenied'],
    ['another audience', { aud: 'github.com' }, 'InvalidIdentityTokenException'],
    ['an expired token', { exp: '1 minute ago' }, 'ExpiredTokenException'],
    [
      'an issuer without a provider',
      { iss: 'https://other.example' },
      'InvalidIdentityTokenException',
    ],
  ])('refuses %s', async (_, claims, name) => {
    await expect(assume(await sign(claims))).rejects.toMatchObject({ name });
  });

  it('refuses a forged token, a text that is no token, and a missing role', async () => {
    const name = 'InvalidIdentityTokenException';
    await expect(assume(await forge())).rejects.toMatchObject({ name });
    await expect(assume('x'.repeat(20))).rejects.toMatchObject({ name });
    const absent = roleArn.replace('deployer', 'nobody');
    await expect(assume(await sign(), absent)).rejects.toMatchObject({
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
  });
});

it('answers a presigned GetCallerIdentity, with JSON on request', async () => {
  const query = new URLSearchParams({
    Action: 'GetCallerIdentity',
    Version: '2011-06-15',
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `AKIAREHEARSALACCOUNT/20260101/${REGION}/sts/aws4_request`,
    'X-Amz-SignedHeaders': 'host;x-k8s-aws-id',
    'X-Amz-Signature': '0'.repeat(64),
  });
  const headers = { accept: 'application/json', 'x-k8s-aws-id': 'cluster' };
  const answer = await fetch(`${test.endpoint}/?${query}`, { headers });
  expect(await answer.json()).toMatchObject({
    GetCallerIdentityResponse: { GetCallerIdentityResult: { Account: '123456789012' } },
  });
});

it('serves the parameters of EKS images and leaves others to moto', async () => {
  const Name =
    '/aws/service/eks/optimized-ami/1.34/amazon-linux-2023/x86_64/standard/recommended/image_id';
  const one = await test.clients.ssm.send(new GetParameterCommand({ Name }));
  const many = await test.clients.ssm.send(new GetParametersCommand({ Names: [Name] }));
  expect(one.Parameter?.Value).toMatch(/^ami-/);
  expect(one.Parameter?.LastModifiedDate).toBeInstanceOf(Date);
  expect(many.Parameters?.[0]?.Value).toBe(one.Parameter?.Value);
  const unknown = new GetParameterCommand({ Name: Name.replace('1.34', '0.1') });
  await expect(test.clients.ssm.send(unknown)).rejects.toMatchObject({ name: 'ParameterNotFound' });
});

it('served every call', () => {
  expect(test.aws.gateway.failures()).toEqual([]);
});

function assume(WebIdentityToken: string, RoleArn = roleArn) {
  // Unsigned, as with AWS: the token is all that the caller has.
  const sts = new STSClient({ endpoint: test.endpoint, region: REGION, maxAttempts: 1 });
  return sts.send(
    new AssumeRoleWithWebIdentityCommand({ RoleArn, RoleSessionName: 'run-1', WebIdentityToken }),
  );
}
