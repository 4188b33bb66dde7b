import { STSClient } from '@aws-sdk/client-sts';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { type QueryAnswer, queryServer } from '../../dev/testing/servers/query-server.ts';
import { CloudError } from '../core/errors.ts';
import { createClient } from './clients.ts';
import { credentialProvider } from './credentials.ts';
import { callerIdentity } from './identity.ts';
import { assumeRole } from './web-identity.ts';

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const token = `${encode({ alg: 'RS256' })}.${encode({
  sub: 'repo:o/r:ref:refs/heads/main',
  aud: 'sts.amazonaws.com',
  iss: 'https://token.actions.githubusercontent.com',
})}.c2lnbmF0dXJl`;
const request = {
  region: 'ap-northeast-2',
  roleArn: 'arn:aws:iam::111122223333:role/deployer',
  audience: 'sts.amazonaws.com',
  durationSeconds: 3600,
  sessionName: 'eks-multus-7',
};
const CREDENTIALS = `<Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId><SecretAccessKey>key</SecretAccessKey>
  <SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;
const IDENTITY = `<Account>111122223333</Account><UserId>u</UserId>
  <Arn>arn:aws:sts::111122223333:assumed-role/deployer/eks-multus-7</Arn>`;

let server: Awaited<ReturnType<typeof queryServer>>;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

async function sts(assume: () => QueryAnswer) {
  server = await queryServer({
    AssumeRoleWithWebIdentity: assume,
    GetCallerIdentity: () => IDENTITY,
  });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
}

function source() {
  const masked: string[] = [];
  return { masked, idToken: async () => token, mask: (secret: string) => void masked.push(secret) };
}

describe('a role that trusts the job', () => {
  it('returns masked credentials', async () => {
    await sts(() => CREDENTIALS);
    const { masked, ...tokens } = source();
    expect(
      await assumeRole(request, { ...tokens, mask: (secret) => void masked.push(secret) }),
    ).toEqual({
      accessKeyId: 'ASIAEXAMPLE',
      secretAccessKey: 'key',
      sessionToken: 'session',
      expiration: new Date('2099-01-01T00:00:00Z'),
    });
    expect(masked).toEqual(['ASIAEXAMPLE', 'key', 'session']);
    expect(Object.fromEntries(server.calls[0] ?? [])).toMatchObject({
      RoleArn: request.roleArn,
      RoleSessionName: 'eks-multus-7',
      DurationSeconds: '3600',
      WebIdentityToken: token,
    });
  });

  it('is assumed once for all clients, whose calls name the run', async () => {
    await sts(() => CREDENTIALS);
    const credentials = credentialProvider(request, source());
    const client = createClient(STSClient, { region: request.region, credentials, runId: '7' });
    expect(await callerIdentity(client)).toEqual({
      accountId: '111122223333',
      arn: 'arn:aws:sts::111122223333:assumed-role/deployer/eks-multus-7',
    });
    await callerIdentity(client);
    expect(server.calls.map((call) => call.get('Action'))).toEqual([
      'AssumeRoleWithWebIdentity',
      'GetCallerIdentity',
      'GetCallerIdentity',
    ]);
    expect(server.userAgents[1]).toContain('eks-multus-actions');
    expect(server.userAgents[1]).toContain('run/7');
  });
});

describe('a refusal', () => {
  async function refusal(code: string, message = 'Not authorized') {
    await sts(() => ({ code, message }));
    const error = await assumeRole(request, source()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CloudError);
    expect((error as CloudError).message).not.toContain(token);
    return (error as CloudError).failure;
  }

  it.each(['AccessDenied', 'InvalidIdentityToken'])(
    '%s shows the claims and the trust policy',
    async (code) => {
      const { reason, nextStep } = await refusal(code);
      expect(reason).toContain(`Not authorized (${code}`);
      expect(reason).toContain('sub "repo:o/r:ref:refs/heads/main"');
      expect(nextStep).toContain(
        '"token.actions.githubusercontent.com:sub": "repo:o/r:ref:refs/heads/main"',
      );
    },
  );

  it('with another cause does not blame the trust policy, and never shows the token', async () => {
    const { nextStep, reason } = await refusal('ValidationError', `bad token ${token}`);
    expect(reason).toContain('bad token (token)');
    expect(nextStep).toContain('role-duration-seconds');
  });

  it('of a later call names the call', async () => {
    server = await queryServer({ GetCallerIdentity: () => ({ code: 'Denied', message: 'no' }) });
    vi.stubEnv('AWS_ENDPOINT_URL', server.url);
    const credentials = async () => ({ accessKeyId: 'a', secretAccessKey: 'b' });
    const client = createClient(STSClient, { region: request.region, credentials, runId: '7' });
    await expect(callerIdentity(client)).rejects.toMatchObject({
      operation: 'STS GetCallerIdentity',
    });
  });
});
