import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { InputError } from '../core/errors.ts';
import { flag, list, oneOf, parseInputs, readInputs, text, wholeNumber, yaml } from './inputs.ts';

const schema = z.object({
  name: text(/^[a-z]+$/, 'lower-case letters'),
  mode: oneOf(['fast', 'slow']).default('slow'),
  keep: flag().default(false),
  count: wholeNumber(1, 4).default(2),
  zones: list().optional(),
  groups: yaml(z.array(z.object({ size: z.number('a number') })), 'a YAML list').optional(),
});

const from = (given: Record<string, string>) => (name: string) => given[name] ?? '';

function problems(given: Record<string, string>) {
  try {
    readInputs(schema, from(given));
  } catch (error) {
    if (error instanceof InputError) return error.problems;
    throw error;
  }
  return [];
}

it('reads the inputs that are set, and applies defaults to the others', () => {
  const given = { name: 'lab', zones: 'a, b\nc,', groups: '- { size: 3 }', keep: 'True' };
  expect(readInputs(schema, from(given))).toEqual({
    name: 'lab',
    mode: 'slow',
    keep: true,
    count: 2,
    zones: ['a', 'b', 'c'],
    groups: [{ size: 3 }],
  });
});

it('reports all problems together, each with input, value and what is allowed', () => {
  expect(problems({ name: 'L4B', mode: 'quick', keep: 'yes', count: '9', groups: '[' })).toEqual([
    { input: 'name', value: 'L4B', allowed: 'lower-case letters' },
    { input: 'mode', value: 'quick', allowed: 'one of fast, slow' },
    { input: 'keep', value: 'yes', allowed: 'true or false' },
    { input: 'count', value: '9', allowed: 'a whole number from 1 to 4' },
    expect.objectContaining({ input: 'groups', value: '[' }),
  ]);
});

describe('checks of inputs against each other', () => {
  const tooMany = ({
    count,
    zones = [],
  }: {
    count: number;
    zones?: readonly string[] | undefined;
  }) => (zones.length > count ? [{ input: 'zones', allowed: `at most ${count} zones` }] : []);

  it('report the text of the input', () => {
    const parsed = parseInputs(schema, from({ name: 'lab', count: '1', zones: 'a,b' }));
    parsed.check(['count', 'zones'], tooMany);
    expect(() => parsed.valid()).toThrow('Input "zones": got "a,b"; allowed: at most 1 zones');
  });

  it('are skipped when one of the inputs is already invalid', () => {
    const parsed = parseInputs(schema, from({ name: 'lab', count: '9', zones: 'a,b' }));
    const seen: unknown[] = [];
    parsed.check(['count', 'zones'], (values) => {
      seen.push(values);
      return [];
    });
    expect(seen).toEqual([]);
    expect(parsed.values).toMatchObject({ name: 'lab', zones: ['a', 'b'] });
    expect(() => parsed.valid()).toThrow('Input "count": got "9"');
  });
});

describe('messages', () => {
  it('say that a required input is missing', () => {
    expect(new InputError(problems({})).message).toBe(
      'Input "name": got nothing; allowed: lower-case letters',
    );
  });
  it('name the place inside structured input', () => {
    expect(problems({ name: 'a', groups: '- { size: big }' })).toEqual([
      { input: 'groups', value: '- { size: big }', allowed: '0.size: a number' },
    ]);
  });
  it('shorten long values, and long lists of problems', () => {
    const [problem] = problems({ name: 'A'.repeat(1_000_000) });
    const many = Array.from(
      { length: 1_000 },
      () => problem ?? { input: '', value: '', allowed: '' },
    );
    expect(new InputError(many).message).toMatch(
      /got "A{200}…"; allowed: .*\n… and 960 more problems$/s,
    );
  });
});

it('splits a list at any mix of separators', () => {
  const word = fc.stringMatching(/^[a-z0-9-]{1,8}$/);
  const separator = fc.constantFrom(',', '\n', ', ', ' ,\n');
  fc.assert(
    fc.property(fc.array(word), separator, (words, by) => {
      expect(list().parse(words.join(by))).toEqual(words);
    }),
  );
});
