import fc from 'fast-check';
import { expect, it } from 'vitest';
import { suiteFindings, type TestResult } from './suite-findings.ts';

const explained = [{ test: /route/, reason: /^gateway differs$/, because: 'kind has another one' }];
const results = fc.array(
  fc.record({
    name: fc.constantFrom('pods', 'route'),
    outcome: fc.constantFrom('passed' as const, 'failed' as const, 'skipped' as const),
    reason: fc.constantFrom('gateway differs', 'no address'),
  }),
);
const run = (tests: readonly TestResult[]) =>
  suiteFindings({ version: 'multus v4', tests }, explained);

it('passes only when something passed and each failure is explained, or one in twenty is not', () => {
  fc.assert(
    fc.property(results, (tests) => {
      const count = (outcome: string) => tests.filter((test) => test.outcome === outcome).length;
      const unexplained = tests.filter(
        ({ name, outcome, reason }) =>
          outcome === 'failed' && (name !== 'route' || reason !== 'gateway differs'),
      ).length;
      const [summary, ...rest] = run(tests);
      expect(summary?.ok).toBe(
        count('passed') > 0 && count('passed') >= 0.95 * (count('passed') + unexplained),
      );
      expect(rest).toHaveLength(count('failed') + count('skipped'));
      expect(rest.filter(({ ok }) => !ok)).toHaveLength(unexplained);
    }),
  );
});

it('names each failure with what the test said and why it cannot pass', () => {
  const route = { name: 'default route', outcome: 'failed', reason: 'gateway differs' } as const;
  const pods = { name: 'pods', outcome: 'passed', reason: '' } as const;
  expect(run([pods, route])).toEqual([
    {
      what: 'multus v4',
      found: '2 ran: 1 passed, 1 failed; 0 skipped\n100 % of those that apply pass',
      ok: true,
    },
    { what: 'Failed', found: 'default route\ngateway differs\nkind has another one', ok: true },
  ]);
});

it('does not accept a test that was skipped without a reason', () => {
  const [, skipped] = run([{ name: 'pods', outcome: 'skipped', reason: '' }]);
  expect(skipped?.ok).toBe(false);
});
