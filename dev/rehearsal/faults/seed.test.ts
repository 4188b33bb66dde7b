import { expect, it } from 'vitest';
import type { Cause } from '../../../src/connectivity/evaluate/check.ts';
import { makeReport } from '../../../src/connectivity/report/report.ts';
import { FAULTS } from './faults.ts';
import { faultFinding } from './seed.ts';

const fault = {
  name: 'a fault',
  cause: 'mtu' as const,
  says: /has MTU 1400/,
  inject: async () => undefined,
  heal: async () => undefined,
};

function found(...failures: readonly (readonly [Cause, string])[]): boolean {
  const context = { cluster: 'c', namespace: 'n', layout: 'matrix' };
  const when = { startedAt: new Date(0), finishedAt: new Date(0) };
  const report = makeReport({ ...context, ...when }, { networks: [], pods: [] });
  const checks = failures.map(([cause, explanation]) => ({
    ...({ check: 'mtu', subject: 'a → b', outcome: 'failed', detail: '' } as const),
    cause,
    explanation,
    nextStep: '',
  }));
  return faultFinding(fault, { ...report, checks }).ok;
}

it('a fault counts as found when the report names its cause and no other', () => {
  expect(found(['mtu', 'b has MTU 1400'])).toBe(true);
  expect(found(['mtu', 'b has MTU 1400'], ['mtu', 'other words'])).toBe(true);
  expect(found()).toBe(false);
  expect(found(['mtu', 'something is narrow'])).toBe(false);
  expect(found(['traffic-dropped', 'b has MTU 1400'])).toBe(false);
  expect(found(['mtu', 'b has MTU 1400'], ['packet-loss', 'some are lost'])).toBe(false);
});

it('there are at least twenty-five faults, each with its own name', () => {
  expect(FAULTS.length).toBeGreaterThanOrEqual(25);
  expect(new Set(FAULTS.map(({ name }) => name)).size).toBe(FAULTS.length);
});
