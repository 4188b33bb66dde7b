import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultyReport } from '../testing/reported-clusters.ts';
import {
  type ComparedReport,
  changesOf,
  compareReports,
  comparisonText,
} from './compare-reports.ts';

type Check = ComparedReport['checks'][number];

const outcomes = fc.constantFrom('passed', 'failed', 'skipped');
const checks = fc
  .dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), outcomes)
  .map((all) =>
    Object.entries(all).map(
      ([subject, outcome]): Check => ({ check: 'mtu', subject, outcome, detail: '' }),
    ),
  );

function report(of: readonly Check[], seen: 'answer' | 'silence' = 'answer'): ComparedReport {
  const [source, target] = ['a', 'b'].map((pod) => ({ pod, interface: 'net1' }));
  if (source === undefined || target === undefined) throw new Error('two places');
  return { startedAt: '2026-01-01T00:00:00Z', checks: of, matrix: [{ source, target, seen }] };
}

const subjects = (of: readonly Check[]) => of.map(({ subject }) => subject).toSorted();
const failing = (of: readonly Check[]) => of.filter(({ outcome }) => outcome === 'failed');

describe('compareReports', () => {
  it('finds no change between a report and itself', () => {
    fc.assert(
      fc.property(checks, (all) => {
        const { broken, mended, lost, pairs, stillFailing } = compareReports(
          report(all),
          report(all),
        );
        expect([broken, mended, lost, pairs]).toEqual([[], [], [], []]);
        expect(stillFailing).toEqual(failing(all));
      }),
    );
    const faulty = faultyReport();
    expect(compareReports(faulty, faulty).stillFailing).toHaveLength(faulty.counts.failed);
  });

  it('counts each failure of the later report once, and each of the earlier one once', () => {
    fc.assert(
      fc.property(checks, checks, (earlier, later) => {
        const found = compareReports(report(earlier), report(later));
        const { broken, mended, lost, stillFailing } = found;
        expect(subjects([...broken, ...stillFailing])).toEqual(subjects(failing(later)));
        expect(subjects([...mended, ...lost, ...stillFailing])).toEqual(subjects(failing(earlier)));
        expect(changesOf(found)).toHaveLength(
          broken.length + mended.length + lost.length + stillFailing.length,
        );
      }),
    );
  });

  it('takes for mended only what passes', () => {
    fc.assert(
      fc.property(checks, checks, (earlier, later) => {
        const { mended } = compareReports(report(earlier), report(later));
        expect(mended.every(({ outcome }) => outcome === 'passed')).toBe(true);
      }),
    );
  });

  it('names pairs of which something else was seen', () => {
    const found = compareReports(report([]), report([], 'silence'));
    expect(changesOf(found)).toEqual([
      {
        ...{ what: 'pair changed', check: 'matrix', subject: 'a net1 → b net1' },
        detail: 'answer before, silence now',
      },
    ]);
    expect(comparisonText(found)).toBe(
      'Since 2026-01-01T00:00:00Z: 0 broken, 0 still failing, 0 mended; 1 pairs changed.',
    );
  });
});
