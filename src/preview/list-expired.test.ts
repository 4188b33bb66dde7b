import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PullRequestFacts } from '../github/pull-request.ts';
import { reasonToDestroy } from './list-expired.ts';
import type { TaggedEnvironment } from './tagged-environments.ts';

const NOW = Date.parse('2026-11-24T12:00:00Z');
const environment: TaggedEnvironment = {
  name: 'eks-multus-pr-12',
  repository: 'acme/lab',
  repositoryId: undefined,
  pullRequest: 12,
  stacks: [],
  asleep: false,
  foreign: [],
  expiresAt: NOW + 1,
};
const facts: PullRequestFacts = {
  open: true,
  merged: false,
  headSha: 'abc',
  headBranch: 'more-networks',
  headRepository: 'acme/lab',
  labels: [],
  draft: false,
};
const open = { facts, branchExists: true };

describe('an environment has to be destroyed', () => {
  it.each([
    [
      'when it has expired',
      { ...environment, expiresAt: NOW },
      open,
      'expired at 2026-11-24T12:00Z',
    ],
    [
      'when its pull request is closed',
      environment,
      { ...open, facts: { ...facts, open: false } },
      'pull request #12 is closed',
    ],
    [
      'when its pull request is merged',
      environment,
      { ...open, facts: { ...facts, open: false, merged: true } },
      'pull request #12 is merged',
    ],
    [
      'when its pull request does not exist',
      environment,
      { ...open, facts: undefined },
      'pull request #12 does not exist',
    ],
    [
      'when its branch is gone',
      environment,
      { facts, branchExists: false },
      'branch more-networks is gone',
    ],
    [
      'when it was made by hand and has expired',
      { ...environment, expiresAt: NOW - 1 },
      undefined,
      'expired at 2026-11-24T11:59Z',
    ],
  ] as const)('%s', (_, given, pull, expected) => {
    expect(reasonToDestroy(given, pull, NOW)).toBe(expected);
  });
});

it('stays while its pull request is open and it has not expired or never expires', () => {
  const time = fc.option(fc.integer({ min: NOW + 1, max: NOW + 1e10 }), { nil: undefined });
  fc.assert(
    fc.property(time, fc.boolean(), (expiresAt, byHand) => {
      const pull = byHand ? undefined : open;
      expect(reasonToDestroy({ ...environment, expiresAt }, pull, NOW)).toBeUndefined();
    }),
  );
});
