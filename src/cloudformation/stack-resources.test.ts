import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, it } from 'vitest';
import { type QueryAnswer, queryServer } from '../../dev/testing/servers/query-server.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import { stackInsides } from './stack-resources.ts';

const ID = 'arn:aws:cloudformation:ap-northeast-2:123456789012:stack/lab/1';
const CHANGE_SETS = '<Summaries><member><ChangeSetId>one</ChangeSetId></member></Summaries>';
const TAGS = '<Tags><member><Key>a</Key><Value>b</Value></member></Tags>';
const GONE = { code: 'ValidationError', message: `Stack [${ID}] does not exist` };
const GONE_TOO = { code: 'ChangeSetNotFound', message: 'ChangeSet [one] does not exist' };
const DENIED = { code: 'AccessDenied', message: 'no' };

let server: Awaited<ReturnType<typeof queryServer>>;
afterEach(() => server.close());

async function client(ListChangeSets: QueryAnswer, DescribeChangeSet: QueryAnswer = TAGS) {
  server = await queryServer({
    ListChangeSets: () => ListChangeSets,
    DescribeChangeSet: () => DescribeChangeSet,
  });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const config = { endpoint: server.url, region: 'ap-northeast-2', credentials, maxAttempts: 1 };
  return new CloudFormationClient(config);
}

describe('the planned tags of a stack without resources', () => {
  it('are those of its change set', async () => {
    expect(await stackInsides(await client(CHANGE_SETS)).plannedTags(ID)).toEqual({ a: 'b' });
  });

  it.each<[string, QueryAnswer, QueryAnswer]>([
    ['the stack', GONE, TAGS],
    ['its change set', CHANGE_SETS, GONE_TOO],
  ])('are undefined when another run has just removed %s', async (_, listed, described) => {
    expect(await stackInsides(await client(listed, described)).plannedTags(ID)).toBeUndefined();
  });

  it('cannot be read without the permission', async () => {
    await expect(stackInsides(await client(DENIED)).plannedTags(ID)).rejects.toThrow('no');
  });
});

it('a stack that another run has just removed has no change sets', async () => {
  expect(await sdkStackApi(await client(CHANGE_SETS)).countChangeSets(ID)).toBe(1);
  await server.close();
  expect(await sdkStackApi(await client(GONE)).countChangeSets(ID)).toBe(0);
  await server.close();
  await expect(sdkStackApi(await client(DENIED)).countChangeSets(ID)).rejects.toThrow('no');
});
