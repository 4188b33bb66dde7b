import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commentMarkdown } from '../../../../src/preview/comment.ts';
import { newPullRequest, repositoryState } from '../../../stand-ins/github/api/state.ts';
import type { Scenario } from '../scenario.ts';
import { deployedEarlier, withEarlierExpiry } from './passing-time.ts';

const NOW = Date.parse('2026-11-28T07:03:00.000Z');
const HOUR_MS = 3_600_000;

const comment = (expiresAt: number) =>
  commentMarkdown({
    environment: 'eks-multus-pr-7',
    state: 'ready',
    runUrl: 'https://github.test/1',
    exists: true,
    expiresAt,
  });

it('makes a comment that of a preview which expires earlier', () => {
  const hours = fc.integer({ min: 0, max: 99 });
  fc.assert(
    fc.property(hours, (many) => {
      const earlier = withEarlierExpiry(comment(NOW), many);
      expect(earlier).toBe(comment(NOW - many * HOUR_MS));
    }),
  );
});

it('leaves other comments alone', () => {
  const text = 'The Multus preview `p` expires at 2026-11-28 07:03 UTC and is then destroyed.';
  expect(withEarlierExpiry(text, 3)).toBe(text);
});

it('makes the deployments of one preview older', () => {
  const state = repositoryState('acme/lab');
  const fields = { ref: 'main', sha: 'a', transient: true, production: false, statuses: [] };
  const createdAt = '2026-11-28T07:03:00Z';
  for (const id of [7, 8]) {
    state.deployments.set(id, { ...fields, id, environment: `eks-multus-pr-${id}`, createdAt });
  }
  deployedEarlier({ site: { state } } as Scenario, newPullRequest(7), 3);
  expect(state.deployments.get(7)?.createdAt).toBe('2026-11-28T04:03:00Z');
  expect(state.deployments.get(8)?.createdAt).toBe(createdAt);
});
