import { expect, it } from 'vitest';
import type { Report } from '../connectivity/report/report.ts';
import { type Findings, judge } from './judge.ts';

const AT = '2026-11-25T10:00:00.000Z';
const RUN = 'https://github.com/acme/lab/actions/runs/7';
const PASSED = { result: 'passed', counts: { passed: 9, failed: 0, skipped: 0 }, checks: [] };
const FAILED = {
  result: 'failed',
  counts: { passed: 8, failed: 1, skipped: 0 },
  checks: [
    { check: 'pod-ready', subject: 'a', outcome: 'passed', detail: 'Ready' },
    {
      check: 'reachability',
      subject: 'a net1 → b net1',
      outcome: 'failed',
      detail: 'no answer to 3 pings',
      explanation: 'eth1 is down.',
      nextStep: 'set it up',
    },
  ],
};

/** What a run of these findings found; by default nothing is wrong. */
function judged(change: Partial<Omit<Findings, 'report'>> & { readonly report?: unknown }) {
  const findings = { report: PASSED, verify: 'success', nodes: 'success', images: [], ...change };
  return judge({ ...findings, report: findings.report as Report } as Findings, AT, RUN);
}

it('finds an environment well when every check passes', () => {
  expect(judged({})).toEqual({
    at: AT,
    run: RUN,
    well: true,
    checks: { passed: 9, failed: 0 },
    failures: [],
    daysBehind: null,
  });
});

it('names each failed check, with what verify says of it', () => {
  expect(judged({ report: FAILED })).toMatchObject({
    well: false,
    failures: [
      {
        what: 'reachability a net1 → b net1',
        seen: 'no answer to 3 pings',
        advice: 'eth1 is down. To do: set it up',
      },
    ],
  });
});

it('counts a verify without a report as a failure, and one that did not run as none', () => {
  const none = { report: undefined };
  expect(judged({ ...none, verify: 'failure' })?.failures.map(({ what }) => what)).toEqual([
    'connectivity',
  ]);
  expect(judged({ ...none, verify: 'skipped' })).toMatchObject({ well: true, checks: null });
});

it('counts a report without a single check as a failure', () => {
  const report = { ...PASSED, result: 'failed', counts: { passed: 0, failed: 0, skipped: 3 } };
  expect(judged({ report })?.failures).toMatchObject([{ seen: 'No check was possible.' }]);
});

it('counts nodes that could not be looked at or renewed as a failure', () => {
  expect(judged({ nodes: 'failure' })?.failures).toMatchObject([{ what: 'nodes' }]);
});

it('says nothing of an environment when a step was cancelled', () => {
  expect(judged({ verify: 'cancelled', report: FAILED })).toBeUndefined();
  expect(judged({ nodes: 'cancelled' })).toBeUndefined();
});

it('keeps the number of days by which the oldest AMI is behind', () => {
  const images = [3, null, 40].map((daysBehind) => ({ group: 'ng1', daysBehind }));
  expect(judged({ images })?.daysBehind).toBe(40);
});
