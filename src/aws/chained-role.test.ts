import { afterEach, expect, it, vi } from 'vitest';
import { type QueryAnswer, queryServer } from '../../dev/testing/servers/query-server.ts';
import { assumeChainedRole, memoized } from './credentials.ts';

const request = {
  region: 'ap-northeast-2',
  roleArn: 'arn:aws:iam::444455556666:role/workload',
  sessionName: 'eks-multus-7',
};
const GIVEN = `<Credentials><AccessKeyId>ASIASECOND</AccessKeyId><SecretAccessKey>key</SecretAccessKey>
  <SessionToken>session</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials>`;

let server: Awaited<ReturnType<typeof queryServer>>;
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.close();
});

async function assume(answers: QueryAnswer[]) {
  server = await queryServer({ AssumeRole: () => answers.shift() ?? GIVEN });
  vi.stubEnv('AWS_ENDPOINT_URL', server.url);
  let keys = 0;
  const first = memoized(async () => ({ accessKeyId: `ASIA${++keys}`, secretAccessKey: 's' }));
  const masked: string[] = [];
  const given = await assumeChainedRole(request, first, (secret) => void masked.push(secret));
  return { given, masked, keys };
}

it('returns masked credentials of the second role for one hour, which is the limit of AWS', async () => {
  const { given, masked } = await assume([]);
  expect(given.accessKeyId).toBe('ASIASECOND');
  expect(masked).toEqual(['ASIASECOND', 'key', 'session']);
  expect(server.calls[0]?.get('RoleArn')).toBe(request.roleArn);
  expect(server.calls[0]?.get('DurationSeconds')).toBe('3600');
});

it('renews the first role when its session has expired', async () => {
  const { keys } = await assume([{ code: 'ExpiredToken', message: 'over' }]);
  expect(keys).toBe(2);
});

it('names the role and the permission that it lacks', async () => {
  const denied = { code: 'AccessDenied', message: 'not authorized to perform: sts:AssumeRole' };
  await expect(assume([denied])).rejects.toMatchObject({
    failure: {
      resource: `role ${request.roleArn}`,
      nextStep: expect.stringContaining('sts:AssumeRole'),
    },
  });
});
