import { describe, expect, it } from 'vitest';
import {
  clusterEvidence,
  faultyReport,
  HOSTILE,
  hostileReport,
  reportOf,
} from '../testing/reported-clusters.ts';
import { reportPage } from './page.ts';
import { matrixOf, prefixRows } from './pair-state.ts';
import { abridge, annotations, MOST_ANNOTATIONS } from './report-files.ts';
import { topologyMermaid } from './topology.ts';

const LARGE = { nodes: 20, podsOnEach: 20, maxPairs: 2000 };

describe('annotations', () => {
  it('are few, with the first failure of each cause first', () => {
    const found = annotations(faultyReport());
    expect(found).toHaveLength(MOST_ANNOTATIONS);
    expect(new Set(found.slice(0, 4).map(({ title }) => title.split(':')[0])).size).toBe(4);
    expect(found[0]?.message).toContain('To do: ');
  });

  it('are none when every check passed', () => {
    const size = { nodes: 2, podsOnEach: 1, maxPairs: 100 };
    expect(annotations(reportOf(clusterEvidence(size), 100))).toEqual([]);
  });
});

describe('matrixOf', () => {
  it('is by endpoint while it is readable, then by node and network', () => {
    const report = faultyReport();
    expect(matrixOf(report, 12)).toMatchObject({ by: 'place' });
    const byNode = matrixOf(report, 11);
    expect(byNode.by).toBe('node');
    expect(byNode.rows).toHaveLength(6);
    const pairs = byNode.rows.flatMap((row) => byNode.columns.flatMap((c) => byNode.cell(row, c)));
    expect(pairs).toHaveLength(report.matrix.length);
  });
});

describe('prefixRows', () => {
  it('counts the addresses of tested pods in each prefix of each interface', () => {
    const rows = prefixRows(faultyReport());
    expect(rows).toHaveLength(12);
    expect(rows[0]).toMatchObject({
      ...{ device: 'eth1', prefix: '10.1.0.0/28', capacity: 16 },
      addresses: ['10.1.0.0', '10.1.0.1'],
    });
  });

  it('has interfaces without a prefix too, and those that are not attached last', () => {
    const report = faultyReport();
    const [node] = report.nodes;
    const loose = (node?.interfaces ?? []).map((eni) => ({
      ...eni,
      deviceIndex: eni.deviceIndex === 1 ? null : eni.deviceIndex,
      prefixes: [],
    }));
    const nodes = node === undefined ? [] : [{ ...node, interfaces: loose }];
    expect(prefixRows({ ...report, nodes }).map(({ device, prefix }) => [device, prefix])).toEqual([
      ['eth2', null],
      ['', null],
    ]);
  });
});

describe('topologyMermaid', () => {
  it('has nodes, pods, networks and the pairs that fail', () => {
    const text = topologyMermaid(faultyReport());
    expect(text.match(/subgraph/g)).toHaveLength(3);
    expect(text).toContain('p0 ---|"net1<br>10.1.0.0"| w0');
    expect(text).toMatch(/p0 -\.->\|"silent"\| p2/);
  });

  it('stays readable with 400 pods', () => {
    const text = topologyMermaid(faultyReport(LARGE));
    expect(text.split('\n').length).toBeLessThan(60);
    expect(text).toContain('20 pods');
    expect(text).toContain('8 more nodes');
  });
});

describe('abridge', () => {
  it('leaves a small report as it is, and makes a large one small', () => {
    const small = faultyReport();
    expect(abridge(small)).toBe(small);
    const large = faultyReport(LARGE);
    const output = abridge(large);
    expect(output).toMatchObject({ abridged: true, counts: large.counts, matrix: [] });
    expect(JSON.stringify(output).length).toBeLessThan(400_000);
    expect(abridge(large, 10_000).pods).toEqual([]);
  });
});

describe('reportPage', () => {
  const page = reportPage(hostileReport(), { css: 'p{}', script: 'let a' });

  it('escapes all text, in markup and in data', () => {
    expect(page).not.toContain(HOSTILE);
    expect(page).not.toContain('<img');
    expect(page.match(/<\/script>/g)).toHaveLength(2);
    const [, data = ''] = /id="report-data">(.*?)<\/script>/s.exec(page) ?? [];
    expect(JSON.stringify(JSON.parse(data))).toContain(JSON.stringify(HOSTILE).slice(1, -1));
  });

  it('allows only its own style and script', () => {
    expect(page).toContain('default-src &#39;none&#39;');
    expect(page).toMatch(/script-src &#39;sha256-[\w+/=]+&#39;;/);
    expect(page).not.toMatch(/(src|href)="https?:/);
  });
});
