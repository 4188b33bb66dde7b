import { expect, it } from 'vitest';
import { newPullRequest, type PullRequest, repositoryState } from '../api/state.ts';
import { pullRequestEvents } from './pull-request.ts';

const state = repositoryState('acme/lab');
const open = newPullRequest(3, { headRepository: 'acme/lab', labels: ['preview'] });
const closed: PullRequest = { ...open, state: 'closed' };

it.each([
  ['opened', open],
  ['synchronize', open],
  ['reopened', open],
  ['labeled', open],
  ['unlabeled', open],
  ['closed', closed],
  ['closed', { ...closed, merged: true }],
] as const)('%s: a payload as GitHub describes it, for both triggers', (action, pull) => {
  const label = action.endsWith('labeled') ? 'preview' : undefined;
  const events = pullRequestEvents(state, pull, action, label);
  expect(events.map(({ name }) => name)).toEqual(['pull_request', 'pull_request_target']);
  expect(events[0]?.payload).toMatchObject({ action, number: 3 });
});

it('sends no pull_request event for a pull request with a conflict', () => {
  const events = pullRequestEvents(state, { ...closed, conflict: true }, 'closed');
  expect(events.map(({ name }) => name)).toEqual(['pull_request_target']);
});
