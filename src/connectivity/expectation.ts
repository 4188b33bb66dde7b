import type { Scope } from './scope.ts';

/** One line of the input `expect`: which pairs of networks must talk, or must not. */
export interface Expectation {
  /** Name or `namespace/name` of networks; `*` stands for any run of characters. */
  readonly from: string;
  readonly to: string;
  /** Only pairs that are so far apart; all when absent. */
  readonly scope?: Exclude<Scope, 'unknown'>;
  readonly talk: boolean;
}

export type Expected = 'answer' | 'silence';

/** What should happen between two networks, and why. */
export interface Verdict {
  readonly expected: Expected;
  readonly because: string;
}

/**
 * The first expectation that fits decides. When none fits, pods on one network must answer each other and
 * pods on different networks must stay apart.
 *
 * @param from `namespace/name` of the network that asks
 * @param to `namespace/name` of the network that is asked
 */
export function expectationFor(
  from: string,
  to: string,
  scope: Scope,
  expectations: readonly Expectation[],
): Verdict {
  const index = expectations.findIndex(
    (one) =>
      matchesName(one.from, from) &&
      matchesName(one.to, to) &&
      (one.scope === undefined || one.scope === scope),
  );
  const found = expectations[index];
  if (found !== undefined) {
    const where = found.scope === undefined ? '' : ` (${found.scope})`;
    const because = `expect line ${index + 1}: ${found.from} → ${found.to}${where}`;
    return { expected: found.talk ? 'answer' : 'silence', because };
  }
  return from === to
    ? { expected: 'answer', because: 'one network' }
    : { expected: 'silence', because: 'different networks' };
}

/** Does a pattern fit a network's name, with or without its namespace? */
export function matchesName(pattern: string, id: string): boolean {
  const name = pattern.includes('/') ? id : (id.split('/')[1] ?? id);
  const parts = pattern.split('*').map((part) => part.replace(/[.\\+?^${}()|[\]]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`).test(name);
}
