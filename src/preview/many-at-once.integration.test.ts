import { HeadBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestMoto } from '../../dev/stand-ins/aws/testing/local-aws.ts';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import { newPullRequest, type PullRequest } from '../../dev/stand-ins/github/api/state.ts';
import { pullRequestEvents } from '../../dev/stand-ins/github/events/pull-request.ts';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { s3Places } from '../aws/places.ts';
import { s3Staging } from '../aws/staging.ts';
import { defaultBucketName } from '../aws/staging-bucket.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { creationTags, stackTags } from '../environment/tags.ts';
import { repositoryClient } from '../github/repository-client.ts';
import { toPreviewEvent } from './decide.ts';
import { readPreviewInputs } from './inputs.ts';
import type { PreviewOutputs } from './outputs.ts';
import { preview } from './run.ts';

const REPOSITORY = 'acme/telecom-lab';
const PULLS = 20;
const MAX = 5;
const accountId = '123456789012';
const region = 'ap-northeast-2';
const credentials = { accessKeyId: 'AKIAEXAMPLE', secretAccessKey: 'secret' };
const PERMISSIONS = { contents: 'read', 'pull-requests': 'write', deployments: 'write' } as const;
const waiting = { clock: fakeClock(), log: recordingLog() };

let moto: Awaited<ReturnType<typeof startTestMoto>>['moto'];
let api: GithubApi;
let s3: S3Client;

beforeAll(async () => {
  [{ moto }, api] = await Promise.all([startTestMoto(), startGithubApi(0)]);
  s3 = new S3Client({ endpoint: moto.url, region, credentials, maxAttempts: 3 });
});
afterAll(() => Promise.all([moto.stop(), api.stop()]));

const bucket = { name: defaultBucketName(accountId, region), region, accountId };
const nameOf = ({ number }: PullRequest) => `eks-multus-pr-${number}`;

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** An account and a repository with twenty pull requests. Stacks are there in no time; all else is real or the stand-in's. */
function world(chance: () => number) {
  const stacks = new Map<string, Stack>();
  let most = 0;
  const rest = () => new Promise((ended) => setTimeout(ended, chance() * 5));
  const places = s3Places(s3, { bucket, prefix: 'eks-multus-pr' }, waiting);

  async function command(pull: PullRequest, given: Readonly<Record<string, string>>) {
    let outputs: PreviewOutputs = {};
    const token = api.token(REPOSITORY, PERMISSIONS);
    const texts = { 'aws-region': region, 'github-token': token, name: nameOf(pull), ...given };
    const inputs = readPreviewInputs((name) => (texts as Record<string, string>)[name] ?? '');
    await preview({
      inputs,
      places,
      runUrl: 'https://github.test/run',
      actor: 'ann',
      stacks: { list: async () => [...stacks.values()] },
      github: repositoryClient(token, REPOSITORY, api.url),
      run: { id: '1', repository: REPOSITORY, pullRequest: String(pull.number) },
      event: () =>
        toPreviewEvent(
          pullRequestEvents(api.repository(REPOSITORY), pull, 'synchronize')[0]?.payload,
        ),
      readFile: async () => '',
      now: () => Date.now(),
      log: recordingLog(),
      notice: () => undefined,
      setOutputs: (some) => {
        outputs = { ...outputs, ...some };
      },
      addSummary: async () => undefined,
    });
    return outputs;
  }

  /** What preview.yml does on a push. Every fifth deploy fails before it makes a stack. */
  async function push(pull: PullRequest) {
    await rest();
    const { proceed, result } = await command(pull, { command: 'begin', 'max-previews': `${MAX}` });
    if (proceed !== true) return result;
    await rest();
    const fails = chance() < 0.2;
    if (!fails) {
      const run = { id: '1', repository: REPOSITORY, pullRequest: String(pull.number) };
      const expiry = { ttlHours: 24, now: Date.now() };
      const tags = { ...stackTags(nameOf(pull)), ...creationTags(run, expiry) };
      stacks.set(nameOf(pull), { name: nameOf(pull), status: 'CREATE_COMPLETE', tags } as Stack);
    }
    most = Math.max(most, stacks.size);
    await rest();
    const status = fails ? 'failure' : 'success';
    return (await command(pull, { command: 'report', status, 'max-previews': `${MAX}` })).result;
  }

  async function close(pull: PullRequest) {
    const { pullRequests } = api.repository(REPOSITORY);
    pullRequests.set(pull.number, { ...pull, state: 'closed' });
    await rest();
    stacks.delete(nameOf(pull));
    await s3Staging(s3, waiting).clear(bucket, nameOf(pull));
    await command(pull, { command: 'end' });
  }

  return { stacks, places, push, close, most: () => most };
}

it.each([1, 2, 3])(
  'twenty pull requests at once: never more than five previews, everybody is told, nothing is left (seed %s)',
  async (seed) => {
    const { pullRequests, comments } = api.repository(REPOSITORY);
    comments.clear();
    const pulls = Array.from({ length: PULLS }, (_, index) => newPullRequest(index + 1));
    for (const pull of pulls) pullRequests.set(pull.number, pull);
    const { stacks, places, push, close, most } = world(chances(seed));
    const told = ({ number }: PullRequest) =>
      [...comments.values()].filter(({ pullRequest }) => pullRequest === number);

    /** Pushes to all at once, and checks what each is told. Returns which of them have a preview, and which were refused. */
    async function wave(pushed: readonly PullRequest[]) {
      const results = await Promise.all(pushed.map(push));
      for (const [index, pull] of pushed.entries()) {
        expect(['ready', 'failed', 'refused']).toContain(results[index]);
        expect(told(pull)).toHaveLength(1);
        expect(told(pull)[0]?.body).toContain(`: ${results[index]}\n`);
      }
      const ended = (how: string) => pushed.filter((_, index) => results[index] === how);
      for (const pull of ended('refused')) {
        expect(told(pull)[0]?.body).toMatch(/max-previews is 5, and there are 5 previews: .*pr-/);
      }
      const holders = (await places.held()).map(({ environment }) => environment);
      expect(holders.sort()).toEqual([...stacks.keys()].sort());
      expect(stacks.size).toBeLessThanOrEqual(MAX);
      return { up: ended('ready'), refused: ended('refused') };
    }

    const first = await wave(pulls);
    expect(first.refused.length).toBeGreaterThan(0);
    await Promise.all(first.up.map(close));
    await wave(first.refused);
    await Promise.all(pulls.map(close));
    // Some of those that have a place fail before they have a stack.
    expect(most()).toBeGreaterThan(1);
    expect(most()).toBeLessThanOrEqual(MAX);
    expect(stacks.size).toBe(0);
    expect(await places.held()).toEqual([]);
    await expect(s3.send(new HeadBucketCommand({ Bucket: bucket.name }))).rejects.toThrow();
    for (const pull of pulls) expect(told(pull)[0]?.body).toContain(': destroyed\n');
  },
  300_000,
);
