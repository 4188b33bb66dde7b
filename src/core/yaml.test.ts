import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { readYaml } from './yaml.ts';

const values = (text: string) => {
  const read = readYaml(text, 'kubernetes');
  return 'documents' in read ? read.documents.map(({ value }) => value) : read.problem;
};

describe('readYaml', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 30 }).map((one) => one.replace(/\r/g, ''));

  it('reads what a YAML library wrote, in both dialects', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{3,8}$/), text), (object) => {
        const written = stringify(object, { version: '1.1' });
        expect(values(written)).toEqual([parse(written, { version: '1.1' })]);
        expect(readYaml(stringify(object), 'core')).toMatchObject({
          documents: [{ value: object }],
        });
      }),
    );
  });

  it('reads a text in quotes alike however its further lines are indented', () => {
    const words = fc.array(fc.stringMatching(/^[a-z"{}:,#-]{1,6}$/), {
      minLength: 2,
      maxLength: 6,
    });
    const indent = fc.constantFrom('', ' ', '    ', '\t', '  \t');
    fc.assert(
      fc.property(words, fc.array(indent, { minLength: 6, maxLength: 6 }), (lines, by) => {
        fc.pre(!lines.some((line) => line.startsWith('---')));
        const quoted = lines.map((line, index) => `${index === 0 ? '' : by[index]}${line}`);
        const source = `a:\n  b: '${quoted.join('\n')}'\n  c: 1\nd: 2\n`;
        expect(values(source)).toEqual([{ a: { b: lines.join(' '), c: 1 }, d: 2 }]);
      }),
    );
  });

  it('reads such texts in each of several documents', () => {
    expect(values("a: '{\n}'\n---\nb: '{\n}'\n...\n---\nc: \"{\n}\"\n")).toEqual([
      { a: '{ }' },
      { b: '{ }' },
      { c: '{ }' },
    ]);
  });

  it('never throws, whatever the text', () => {
    const pieces = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '- ',
      '&a ',
      '*a',
      '{',
      '}',
      '[',
      "'",
      '"',
      '---\n',
      '<<',
      '\t',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 30 }), (some) => {
        const read = readYaml(some.join(''), 'kubernetes');
        if ('problem' in read) expect(read.problem).toMatch(/^line \d+/);
      }),
      { numRuns: 500 },
    );
  });

  it('says on which line each document begins', () => {
    const read = readYaml('# x\na: 1\n---\n\nb: 2\n', 'kubernetes');
    expect(read).toEqual({
      documents: [
        { value: { a: 1 }, line: 2 },
        { value: { b: 2 }, line: 5 },
      ],
    });
  });
});
