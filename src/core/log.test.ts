import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commandsIn } from '../../dev/stand-ins/github/runner-commands.ts';
import { inert } from './log.ts';

/** Texts that the runner takes for commands. */
const SMUGGLED = [
  '::add-mask::a',
  'pod says:\n  ::error::no',
  'one\r::set-output name=x::y',
  'a ##[command]b ##[error]c',
  '###[group]',
  '\u00a0::stop-commands::x',
  '\u0085::set-output name=x::y',
  '\u2028\u3000::WARNING::x',
  '\ufeff::error::at the start of the stream',
  '##[add-mask]a',
] as const;

/** Parts of commands, white space of .NET, and characters that a comparison by language rules skips. */
const PARTS = [
  ...'::#[] ,%\t\v\f\r\n',
  ...'\u0085\u00a0\u1680\u180e\u2000\u200a\u2028\u2029\u202f\u205f\u3000\ufeff',
  ...'\0\u00ad\u034f\u200b\u200d\u2060\u115f\ufe0f\u0301',
  ...['::', '##[', 'error', 'add-mask', 'set-output name=x', 'fd00::1', '%0A', '\r\n'],
];

describe('inert text', () => {
  it.each(SMUGGLED)('is no command: %j', (text) => {
    expect(inert(text)).not.toBe(text);
    expect(inert(text).replaceAll('\u200a', '')).toBe(text);
    expect(commandsIn(inert(text))).toEqual([]);
  });

  it('is no command, whatever the text is', () => {
    const hostile = fc.array(fc.constantFrom(...PARTS), { maxLength: 12 });
    fc.assert(
      fc.property(hostile, (parts) => {
        const shown = inert(parts.join(''));
        expect(commandsIn(shown)).toEqual([]);
        expect(shown.replaceAll('\u200a', '')).toBe(parts.join('').replaceAll('\u200a', ''));
      }),
      { numRuns: 3_000 },
    );
  });

  it('is found in time, however many blank lines come first', () => {
    const began = performance.now();
    inert(`${'\n \u0085'.repeat(200_000)}::error::x${'#'.repeat(200_000)}`);
    expect(performance.now() - began).toBeLessThan(2_000);
  });

  it.each(['a::b', 'AWS::EC2::Instance', '# [x]', '## [x]', 'fe80::1', ''])(
    'stays as it is otherwise: %j',
    (text) => {
      expect(inert(text)).toBe(text);
    },
  );
});

describe('the runner', () => {
  it.each(SMUGGLED.filter((text) => !/command\]|###/.test(text)))(
    'takes for a command: %j',
    (text) => {
      expect(commandsIn(text)).toHaveLength(1);
    },
  );
});
