import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDocument, stringify } from 'yaml';
import { AWS_AUTH_SAMPLES } from '../../dev/testing/samples/aws-auth-samples.ts';
import { rowsFromLines } from './row-lines.ts';

/** What the whole of YAML makes of a text. */
function byYaml(text: string): unknown {
  const document = parseDocument(text, { schema: 'failsafe' });
  expect(document.errors).toEqual([]);
  return document.toJS() ?? [];
}

describe('rowsFromLines', () => {
  it.each(['eksctl', 'console', 'terraform', 'empty', 'only blank lines'])('reads: %s', (name) => {
    const text = AWS_AUTH_SAMPLES[name] ?? '?';
    expect(rowsFromLines(text)).toEqual(byYaml(text));
  });

  it.each([
    ['a list on one line', '- groups: [a]'],
    ['a value that is missing', '- username:\n- username: a'],
    ['a value that is missing at the end', '- username:'],
    ['a key twice', '- a: 1\n  "a": 2'],
    ['a text over two lines', '- a: b\n    c'],
    ['an item that is not where the others are', '- a:\n  - b\n    - c'],
    ['an item too far to the left', '- a:\n - b'],
    ['a row that is not where the others are', '- a: b\n - a: c'],
    ['an entry before the first row', '  a: b\n- a: c'],
    ['an escape', '- a: "\\x41"'],
    ['a colon at the end', '- a: b:'],
    ['an anchor', '- a: &b c'],
    ['another document', '- a: b\n---\n- a: c'],
    ['a line end of Windows', '- a: b\r\n- a: c\r\n'],
    ['a tab', '- a:\tb'],
    ['a mapping', 'a: b'],
    ['a word', 'a'],
  ])('leaves to YAML: %s', (_name, text) => {
    expect(rowsFromLines(text)).toBeUndefined();
  });

  it('agrees with YAML on every text that it reads', () => {
    const word = fc.constantFrom('a', 'b:c', 'arn:aws:iam::1:role/x', '"q: #"', "'s'", '012', 'd:');
    const line = fc
      .tuple(
        fc.constantFrom('', ' ', '  ', '    ', '- ', '  - ', '    - '),
        fc.constantFrom('', 'k: ', 'k:', 'l: ', '"m": ', '# '),
        fc.oneof(word, fc.constant('')),
        fc.constantFrom('', ' ', ' # why', '#'),
      )
      .map((parts) => parts.join(''));
    const rows = fc.array(fc.dictionary(fc.constantFrom('k', 'l'), fc.array(word)));
    const tools = fc
      .tuple(rows, fc.boolean())
      .map(([value, indentSeq]) => stringify(value, { indentSeq }));
    let read = 0;
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n')),
          fc.tuple(tools, line, fc.nat(200)).map(([text, more, at]) => {
            const lines = text.split('\n');
            return lines.toSpliced(at % (lines.length + 1), 0, more).join('\n');
          }),
        ),
        (text) => {
          const rowsOfText = rowsFromLines(text);
          if (rowsOfText === undefined) return;
          read += rowsOfText.length > 0 ? 1 : 0;
          expect(rowsOfText).toEqual(byYaml(text));
        },
      ),
      { numRuns: 10_000, seed: 5 },
    );
    expect(read).toBeGreaterThan(200);
  });
});
