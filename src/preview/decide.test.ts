import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DecisionContext, decide, type PreviewEvent } from './decide.ts';

const event: PreviewEvent = {
  action: 'opened',
  number: 12,
  labels: [],
  changedLabel: undefined,
  headRepository: 'acme/lab',
  headSha: 'abcdef0123',
  author: 'ann',
  draft: false,
};
const context: DecisionContext = {
  repository: 'acme/lab',
  actor: 'ann',
  label: undefined,
  drafts: true,
};
const gated = { ...context, label: 'preview' };

function decision(change: Partial<PreviewEvent>, given = context) {
  return decide({ ...event, ...change }, given).decision;
}

describe('without a label', () => {
  it.each([
    ['opened', 'deploy'],
    ['synchronize', 'deploy'],
    ['reopened', 'deploy'],
    ['ready_for_review', 'deploy'],
    ['closed', 'destroy'],
    ['labeled', 'skip'],
    ['unlabeled', 'skip'],
    ['edited', 'skip'],
  ])('%s: %s', (action, expected) => {
    expect(decision({ action, changedLabel: 'bug' })).toBe(expected);
  });
});

describe('with a label', () => {
  const labels = ['preview'];
  it.each([
    [{ action: 'opened' }, 'skip'],
    [{ action: 'opened', labels }, 'deploy'],
    [{ action: 'labeled', changedLabel: 'preview', labels }, 'deploy'],
    [{ action: 'labeled', changedLabel: 'bug', labels }, 'skip'],
    [{ action: 'unlabeled', changedLabel: 'preview' }, 'destroy'],
    [{ action: 'labeled', changedLabel: 'Preview', labels: ['Preview'] }, 'deploy'],
    [{ action: 'synchronize', labels: ['Preview'] }, 'deploy'],
    [{ action: 'unlabeled', changedLabel: 'bug', labels }, 'skip'],
    [{ action: 'synchronize' }, 'skip'],
    [{ action: 'synchronize', labels }, 'deploy'],
    [{ action: 'closed' }, 'destroy'],
  ])('%o: %s', (change, expected) => {
    expect(decision(change, gated)).toBe(expected);
  });
});

describe('without drafts', () => {
  const labels = ['preview'];
  const given = { ...gated, drafts: false };
  it.each([
    [{ action: 'opened', labels, draft: true }, 'skip'],
    [{ action: 'synchronize', labels, draft: true }, 'skip'],
    [{ action: 'labeled', changedLabel: 'preview', labels, draft: true }, 'skip'],
    [{ action: 'ready_for_review', labels }, 'deploy'],
    [{ action: 'converted_to_draft', labels, draft: true }, 'destroy'],
    [{ action: 'unlabeled', changedLabel: 'preview', draft: true }, 'destroy'],
    [{ action: 'closed', draft: true }, 'destroy'],
  ])('%o: %s', (change, expected) => {
    expect(decision(change, given)).toBe(expected);
  });

  it('a draft keeps its preview where drafts get previews', () => {
    expect(decision({ action: 'converted_to_draft', labels, draft: true }, gated)).toBe('skip');
  });
});

it('renews a preview by its own label, whatever label gives previews', () => {
  for (const label of [undefined, 'preview']) {
    const given = { ...context, label };
    const changedLabel = 'Multus-preview-keep';
    expect(decision({ action: 'labeled', changedLabel }, given)).toBe('renew');
    expect(decision({ action: 'unlabeled', changedLabel }, given)).toBe('skip');
  }
});

it('wakes a preview by a deploy, for pull requests that get previews only', () => {
  const change = { action: 'labeled', changedLabel: 'Multus-preview-awake' };
  expect(decide({ ...event, ...change }, context)).toEqual({
    decision: 'deploy',
    reason:
      'Pull request #12 has the label "multus-preview-awake" now: a deploy of abcdef0 wakes its preview.',
  });
  expect(decision(change, gated)).toBe('skip');
  expect(decision({ ...change, labels: ['preview'] }, gated)).toBe('deploy');
  expect(decision({ ...change, draft: true }, { ...context, drafts: false })).toBe('skip');
  for (const given of [context, { ...gated, label: 'bug' }]) {
    expect(decision({ ...change, action: 'unlabeled' }, given)).toBe('skip');
  }
});

const anyEvent = fc.record({
  action: fc.constantFrom('opened', 'synchronize', 'labeled', 'unlabeled', 'closed', 'edited'),
  number: fc.nat(),
  labels: fc.subarray(['preview', 'bug']),
  changedLabel: fc.constantFrom(undefined, 'preview', 'bug'),
  headRepository: fc.constantFrom('acme/lab', 'someone/lab', undefined),
  headSha: fc.constant('abcdef0123'),
  author: fc.constantFrom('ann', 'dependabot[bot]'),
  draft: fc.boolean(),
});
const anyContext = fc.record({
  repository: fc.constant('acme/lab'),
  actor: fc.constantFrom('ann', 'dependabot[bot]'),
  label: fc.constantFrom(undefined, 'preview'),
  drafts: fc.boolean(),
});

it('skips forks and Dependabot, and says why', () => {
  fc.assert(
    fc.property(anyEvent, anyContext, (given, givenContext) => {
      const made = decide(given, givenContext);
      const foreign = given.headRepository !== 'acme/lab';
      const bot = given.author === 'dependabot[bot]' || givenContext.actor === 'dependabot[bot]';
      if (!foreign && !bot) return;
      expect(made.decision).toBe('skip');
      expect(made.reason).toMatch(foreign ? /fork/ : /Dependabot/);
    }),
  );
});

it('destroys the preview of every closed pull request of its own, whatever the labels', () => {
  fc.assert(
    fc.property(anyEvent, fc.constantFrom(undefined, 'preview'), (given, label) => {
      const closed = { ...given, action: 'closed', author: 'ann', headRepository: 'acme/lab' };
      expect(decide(closed, { ...context, label }).decision).toBe('destroy');
    }),
  );
});
