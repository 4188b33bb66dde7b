import fc from 'fast-check';
import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { element } from './xml.ts';

describe('element', () => {
  it('writes text that an XML parser reads back unchanged', () => {
    const parser = new XMLParser({ parseTagValue: false, trimValues: false });
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii' }), (text) => {
        const clean = [...text].filter((c) => c >= ' ' || '\t\n'.includes(c)).join('');
        expect(parser.parse(element('T', clean))).toEqual({ T: clean });
      }),
    );
  });
  it('leaves undefined out and nests members', () => {
    expect(element('R', { A: undefined, B: [{ C: 1 }, 'x'], D: false })).toBe(
      '<R><B><member><C>1</C></member><member>x</member></B><D>false</D></R>',
    );
  });
});
