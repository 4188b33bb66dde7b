import { afterAll, beforeAll, expect, it } from 'vitest';
import { type GithubApi, startGithubApi } from '../../dev/stand-ins/github/api/server.ts';
import { fakeSha } from '../../dev/stand-ins/github/api/state.ts';
import { repositoryClient } from './repository-client.ts';
import { putStickyComment } from './sticky-comment.ts';

let api: GithubApi;

beforeAll(async () => {
  api = await startGithubApi(0);
});
afterAll(() => api.stop());

it('finds its own comment among many, and ignores comments that quote its marker', async () => {
  const { comments, pullRequests, nextId } = api.repository('acme/lab');
  const client = repositoryClient(
    api.token('acme/lab', { 'pull-requests': 'write' }),
    'acme/lab',
    api.url,
  );
  const say = (author: string, body: string) => {
    const id = nextId();
    comments.set(id, { id, pullRequest: 3, author, body, createdAt: '', updatedAt: '' });
  };
  pullRequests.set(3, {
    number: 3,
    author: 'ann',
    headBranch: 'more',
    headRepository: 'acme/lab',
    labels: [],
    headSha: fakeSha('3'),
    state: 'open',
    merged: false,
    conflict: false,
  });
  say('mallory', '<!-- preview pr-3 -->\nmine');
  say('github-actions[bot]', '<!-- preview pr-33 -->\nof another preview');
  for (let count = 0; count < 120; count += 1) say('ann', `comment ${count}`);
  await putStickyComment(client, 3, 'preview pr-3', 'first');
  say('ann', 'thanks');
  await putStickyComment(client, 3, 'preview pr-3', 'second');
  const own = [...comments.values()].filter(({ body }) => body.includes('preview pr-3 '));
  expect(own.map(({ author, body }) => [author, body.split('\n')[1]])).toEqual([
    ['mallory', 'mine'],
    ['github-actions[bot]', 'second'],
  ]);
});
