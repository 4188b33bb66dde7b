import fc from 'fast-check';
import { expect, it } from 'vitest';
import { faultyReport } from '../testing/reported-clusters.ts';
import { matrixCsv } from './matrix-csv.ts';

/** Reads CSV as RFC 4180 describes it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    rows.push(row);
    row = [];
  }
  return rows;
}

const report = faultyReport();
const [names = [], ...rows] = readCsv(matrixCsv(report));
const column = (name: string) => rows.map((row) => row[names.indexOf(name)]);

it('has a line for each pair, all of one length, with what the report says of it', () => {
  expect(rows).toHaveLength(report.matrix.length);
  expect(new Set(rows.map(({ length }) => length))).toEqual(new Set([names.length]));
  expect(column('source_pod')).toEqual(report.matrix.map(({ source }) => source.pod));
  expect(column('target_address')).toEqual(report.matrix.map(({ target }) => target.address ?? ''));
  expect(column('seen')).toEqual(report.matrix.map(({ seen }) => seen));
  expect(column('received')).toEqual(report.matrix.map(({ received }) => String(received)));
  expect(new Set(column('tcp'))).toEqual(new Set(['']));
});

it('keeps any text, and lets no spreadsheet take it for a formula', () => {
  const [pair] = report.matrix;
  if (pair === undefined) throw new Error('no pair');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (pod) => {
      const matrix = [{ ...pair, source: { ...pair.source, pod } }];
      const [, [first = ''] = []] = readCsv(matrixCsv({ matrix }));
      expect(first).not.toMatch(/^[=+\-@\t\r]/);
      expect(first.replace(/^'(?=[=+\-@\t\r])/, '')).toBe(pod);
    }),
  );
});
