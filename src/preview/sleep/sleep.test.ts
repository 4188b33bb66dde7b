import fc from 'fast-check';
import { expect, it } from 'vitest';
import { commentMarkdown } from '../comment.ts';
import { keptComment } from '../expiry.ts';
import { whyItStays } from './list-idle.ts';
import { type SleepFacts, sleepComment } from './sleep-comment.ts';

const NOW = Date.parse('2026-11-24T19:07:00Z');
const comment = commentMarkdown({
  environment: 'eks-multus-pr-7',
  state: 'ready',
  runUrl: 'https://github.test/1',
  exists: true,
  price: '0.351 dollars per hour',
  expiresAt: NOW + 3_600_000,
});
const facts: SleepFacts = {
  status: 'success',
  asleep: true,
  price: '0.151 dollars per hour while it sleeps',
  runUrl: 'https://github.test/2',
  now: NOW,
};

it('the comment says that a preview sleeps, since when, at what price, and how it wakes', () => {
  const text = sleepComment(comment, facts) ?? '';
  expect(text).toContain('### Multus preview `eks-multus-pr-7`: asleep\n');
  expect(text).toContain(
    '| Sleep | no nodes since 2026-11-24 19:07 UTC ([run](https://github.test/2)). It costs 0.151 dollars per hour while it sleeps. To wake it, push a commit or add the label `multus-preview-awake`, which also keeps it awake. If the label is there already, remove it first |',
  );
  // All else stays, also what later runs read from it.
  expect(text).toContain('| Price | 0.351 dollars per hour |');
  expect(keptComment(text, NOW)?.expiresAt).toBe(keptComment(comment, NOW)?.expiresAt);
});

it('the comment says once that it has woken, and nothing of one that was awake', () => {
  const asleep = sleepComment(comment, facts) ?? '';
  const awake = sleepComment(asleep, { ...facts, asleep: false }) ?? '';
  expect(awake).toContain('### Multus preview `eks-multus-pr-7`: awake\n');
  expect(awake.match(/^\| Sleep \| woken at 2026-11-24 19:07 UTC/gm)).toHaveLength(1);
  expect(sleepComment(awake, { ...facts, asleep: false })).toBeUndefined();
  expect(sleepComment(comment, { ...facts, asleep: false })).toBeUndefined();
});

it.each(['failure', 'cancelled'] as const)('a %s changes the state of nothing', (status) => {
  const text = sleepComment(comment, { ...facts, status }) ?? '';
  expect(text).toContain('`: ready\n');
  expect(text).toMatch(
    /^\| Sleep \| ❌ the last attempt to let it sleep or wake (failed|was can)/m,
  );
});

it('sleeping twice leaves one row', () => {
  const once = sleepComment(comment, facts) ?? '';
  const twice = sleepComment(once, { ...facts, now: NOW + 60_000 }) ?? '';
  expect(twice.match(/^\| Sleep \|/gm)).toHaveLength(1);
});

const idle = fc.record({
  asleep: fc.boolean(),
  isBusy: fc.boolean(),
  labels: fc.subarray(['Multus-Preview-Awake', 'bug']),
});

it('lets sleep exactly what is awake, idle and without the label', () => {
  fc.assert(
    fc.property(idle, ({ asleep, ...known }) => {
      const why = whyItStays({ asleep }, { turn: 'sleep', idleHours: 2, ...known });
      const keeps = known.isBusy || known.labels.includes('Multus-Preview-Awake');
      expect(why === undefined).toBe(!asleep && !keeps);
    }),
  );
});

it('wakes exactly what sleeps', () => {
  fc.assert(
    fc.property(idle, ({ asleep, ...known }) => {
      const why = whyItStays({ asleep }, { turn: 'wake', idleHours: 2, ...known });
      expect(why === undefined).toBe(asleep);
    }),
  );
});
