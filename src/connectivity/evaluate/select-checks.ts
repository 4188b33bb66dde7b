import { CATALOGUE, CHECKS, type CheckName } from './catalogue/catalogue.ts';
import { TAGS } from './catalogue/entry.ts';

/** Which checks run. */
export type ChosenChecks = ReadonlySet<CheckName>;

export const EVERY_CHECK: ChosenChecks = new Set(CHECKS);

/** All words that name a check or, as a tag, several. */
export const CHECK_WORDS: ReadonlySet<string> = new Set([...CHECKS, ...TAGS]);

/**
 * The checks that names and tags choose. Pure.
 *
 * @param wanted names and tags; every check when absent
 * @param unwanted names and tags of what is left out; it comes after `wanted`
 */
export function selectChecks(
  wanted: readonly string[] | undefined,
  unwanted: readonly string[],
): ChosenChecks {
  const isMeant = (check: CheckName, words: readonly string[]) =>
    words.includes(check) || CATALOGUE[check].tags.some((tag) => words.includes(tag));
  return new Set(
    CHECKS.filter(
      (check) => (wanted === undefined || isMeant(check, wanted)) && !isMeant(check, unwanted),
    ),
  );
}
