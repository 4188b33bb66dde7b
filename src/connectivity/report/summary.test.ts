import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultyReport, hostileReport } from '../testing/reported-clusters.ts';
import { compareReports } from './compare-reports.ts';
import { fitSections, summaryMarkdown } from './summary.ts';

const GITHUB_LIMIT = 1024 * 1024;

describe('summaryMarkdown', () => {
  it('has failures first, then counts, matrix, topology, and the prefixes of each node and ENI', () => {
    const text = summaryMarkdown(faultyReport());
    const titles = [...text.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    expect(titles).toEqual(['Failures', 'Checks', 'Matrix', 'Topology', 'Prefixes', 'Pods']);
    expect(text).toContain('| verify-1-1 net1 |');
    expect(text).toMatch(/\| ❌ \|/);
    expect(text).toContain('```mermaid\nflowchart LR');
    expect(text).toContain('| 10.1.0.0/28 | 2 of 16 |');
  });

  it('says what changed since an earlier report, after the failures', () => {
    const report = faultyReport();
    const well = report.checks.map((check) => ({ ...check, outcome: 'passed' as const }));
    const text = summaryMarkdown(report, compareReports({ ...report, checks: well }, report));
    const titles = [...text.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    expect(titles.slice(0, 2)).toEqual(['Failures', 'What changed']);
    expect(text).toContain(`${report.counts.failed} broken, 0 still failing, 0 mended`);
    expect(text).toContain('| broken | reachability |');
  });

  it('stays below the limit with 400 pods, and says what it left out', () => {
    const report = faultyReport({ nodes: 20, podsOnEach: 20, maxPairs: 8000 });
    const text = summaryMarkdown(report);
    expect(report.pods).toHaveLength(400);
    expect(Buffer.byteLength(text)).toBeLessThan(GITHUB_LIMIT);
    expect(text).toContain('300 pods are left out here. `report.html`');
    expect(text).toContain('Each cell is the worst of its pairs');
  });

  it('stays below the limit when everything fails and every text is long', () => {
    const report = faultyReport({ nodes: 20, podsOnEach: 20, maxPairs: 4000 });
    const long = 'ü'.repeat(3_000);
    const failed = { outcome: 'failed', detail: long, cause: 'slow', explanation: long } as const;
    const checks = report.checks.map((check) => ({ ...check, ...failed, nextStep: long }));
    const pods = report.pods.map((pod) => ({ ...pod, routes: long.repeat(20) }));
    const text = summaryMarkdown({ ...report, checks, pods });
    expect(Buffer.byteLength(text)).toBeLessThan(GITHUB_LIMIT);
    expect(text).toMatch(/\d+ failures are left out here/);
    expect(text).toMatch(/The routes of \d+ pods are left out here/);
  });

  it('keeps tables and diagram intact for any names', () => {
    const text = summaryMarkdown(hostileReport());
    const diagram = text.split('```mermaid\n')[1]?.split('\n```')[0] ?? '';
    expect(diagram).not.toMatch(/<(?!br>)/);
    expect(diagram).toContain('#60;img');
    const rows = text.split('\n').filter((line) => line.startsWith('| reachability | '));
    for (const row of rows.filter((line) => line.includes('img'))) {
      expect(row.replaceAll('\\|', '').split('|').length).toBe(7);
    }
  });
});

describe('fitSections', () => {
  it('never exceeds the limit, and counts the rows that it left out', () => {
    const sections = fc.array(
      fc.record({ head: fc.string({ unit: 'grapheme' }), rows: fc.array(fc.string()) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(sections, fc.integer({ min: 2_000, max: 4_000 }), (parts, bytes) => {
        const given = parts.map((part) => ({ ...part, leftOut: (n: number) => `${n} left out` }));
        expect(Buffer.byteLength(fitSections(given, bytes))).toBeLessThanOrEqual(bytes);
      }),
    );
    const rows = Array.from({ length: 100 }, (_, index) => `row ${index}`);
    const section = { head: 'head', rows, leftOut: (count: number) => `${count} left out` };
    expect(fitSections([section], 2_000)).not.toContain('left out');
    expect(fitSections([{ ...section, rows: rows.slice(0, 3), total: 100 }], 2_000)).toBe(
      'head\nrow 0\nrow 1\nrow 2\n\n97 left out',
    );
    expect(fitSections([section, { ...section, head: 'x'.repeat(900) }], 1_000)).toContain(
      '100 left out',
    );
  });
});
