import { describe, expect, it } from 'vitest';
import { inert } from './log.ts';

/** What the runner does with a line, as far as it decides whether it is a command. */
const isCommand = (line: string) => line.trimStart().startsWith('::') || line.includes('##[');

describe('inert text', () => {
  it.each([
    '::add-mask::a',
    'pod says:\n  ::error::no',
    'one\r::set-output name=x::y',
    'a ##[command]b',
    '###[group]',
    '\u00a0::stop-commands::x',
    ':::warning::x',
  ])('is no command: %j', (text) => {
    const shown = inert(text);
    expect(text.split(/[\r\n]/).some(isCommand)).toBe(true);
    expect(shown.split(/[\r\n]/).some(isCommand)).toBe(false);
    expect(shown.replaceAll('\u2060', '')).toBe(text);
  });

  it.each(['a::b', 'AWS::EC2::Instance', '# [x]', '## [x]', 'fe80::1', ''])(
    'stays as it is otherwise: %j',
    (text) => {
      expect(inert(text)).toBe(text);
    },
  );
});
