import type { AccountFacts } from '../facts.ts';
import type { SetUp } from '../set-up.ts';

/** Something that the account's owner should know before anything is made. */
export interface Finding {
  /** A problem stops the run; a notice does not. */
  readonly level: 'problem' | 'notice';
  /** What is wrong, with the input or resource that it is about. */
  readonly text: string;
  /** What to do about it. */
  readonly fix: string;
}

/** One question that is answered before anything is made. */
export interface Check {
  readonly name: string;
  /** The facts without which the check cannot be made. */
  readonly needs: readonly (keyof AccountFacts)[];
  /** Pure. Skips what the facts do not say. */
  readonly find: (setUp: SetUp, facts: AccountFacts) => readonly Finding[];
}

/** A finding with its fix, in one line. */
export function sentence({ text, fix }: Finding): string {
  return `${text}. Fix: ${fix}`;
}

/** What would make a deploy fail, and what to do about it. */
export function problem(text: string, fix: string): Finding {
  return { level: 'problem', text, fix };
}

/** What stops nothing but needs attention, and what to do about it. */
export function notice(text: string, fix: string): Finding {
  return { level: 'notice', text, fix };
}
