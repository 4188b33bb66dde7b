import { describe, expect, it } from 'vitest';
import { type Expectation, expectationFor, matchesName } from './pairs.ts';

describe('expectationFor', () => {
  it('by default expects an answer within a network and silence between networks', () => {
    expect(expectationFor('d/a', 'd/a', 'other-zone', [])).toEqual({
      expected: 'answer',
      because: 'one network',
    });
    expect(expectationFor('d/a', 'd/b', 'same-node', [])).toEqual({
      expected: 'silence',
      because: 'different networks',
    });
  });

  it('uses the first line that matches networks, direction and scope', () => {
    const lines: readonly Expectation[] = [
      { from: 'a', to: 'a', scope: 'other-zone', talk: false },
      { from: 'd/a', to: '*', talk: true },
    ];
    const expected = (from: string, to: string, scope: 'same-node' | 'other-zone') =>
      expectationFor(from, to, scope, lines);
    expect(expected('d/a', 'd/a', 'other-zone')).toEqual({
      expected: 'silence',
      because: 'expect line 1: a → a (other-zone)',
    });
    expect(expected('d/a', 'd/b', 'same-node').expected).toBe('answer');
    expect(expected('d/b', 'd/a', 'same-node').because).toBe('different networks');
  });
});

describe('matchesName', () => {
  it.each([
    ['a', 'd/a', true],
    ['a', 'd/ab', false],
    ['d/a', 'e/a', false],
    ['ipvlan-*', 'd/ipvlan-conf-1', true],
    ['*/x', 'd/x', true],
    ['a.b', 'd/axb', false],
    ['*', 'd/anything', true],
  ])('%s, %s: %s', (pattern, id, fits) => {
    expect(matchesName(pattern, id)).toBe(fits);
  });
});
