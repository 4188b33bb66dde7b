import { expect, it } from 'vitest';
import { repositoryState } from './api/state.ts';
import { mayDeploy } from './environment-rules.ts';

const MAIN = 'refs/heads/main';
const FEATURE = 'refs/heads/feature/x';
const PULL = 'refs/pull/7/merge';

it.each([
  ['no rules', 'any', [], [MAIN, FEATURE, PULL]],
  ['protected branches, and main protected', 'protected-branches', ['main'], [MAIN]],
  ['protected branches, and no branch protected', 'protected-branches', [], [MAIN, FEATURE, PULL]],
  ['main by name', ['main'], [], [MAIN]],
  ['previews', ['main', 'refs/pull/*/merge'], [], [MAIN, PULL]],
  ['a star, which stands for no slash', ['*'], [], [MAIN]],
] as const)('%s', (_, deployers, protectedBranches, allowed) => {
  const state = repositoryState('acme/lab');
  for (const branch of protectedBranches) state.protectedBranches.add(branch);
  state.environments.set('lab', { id: 1, name: 'lab', deployers });
  expect([MAIN, FEATURE, PULL].filter((ref) => mayDeploy(state, 'lab', ref))).toEqual(allowed);
  expect(mayDeploy(state, 'created-by-a-job', FEATURE)).toBe(true);
});
