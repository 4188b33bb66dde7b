import type { HeldPlace, Holder } from '../aws/places.ts';
import { HOUR_MS } from '../core/clock.ts';
import type { TaggedEnvironment } from './tagged-environments.ts';

/** What is known about the places of a repository's previews. */
export interface PlaceFacts {
  readonly held: readonly HeldPlace[];
  /** The previews of the repository that have stacks, whatever their state. Read after `held`. */
  readonly previews: readonly Pick<TaggedEnvironment, 'name' | 'pullRequest' | 'expiresAt'>[];
  /** The preview that wants a place. */
  readonly name: string;
  readonly maxPreviews: number;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** The next step on the way to a place. Each may be done twice, and by two runs at once. */
export type PlaceStep =
  /** The preview has a place, or needs none because it exists already. */
  | { readonly kind: 'placed' }
  | { readonly kind: 'full'; readonly holders: readonly string[] }
  | { readonly kind: 'take'; readonly number: number; readonly holder: Holder }
  | { readonly kind: 'free'; readonly places: readonly HeldPlace[] }
  /** These have no stack, and had time to make one. Whether one is still being deployed, GitHub knows. */
  | { readonly kind: 'free-if-idle'; readonly places: readonly HeldPlace[] };

/**
 * A deploy job takes at most three hours (`timeout-minutes` in preview.yml), so whoever has no stack after that time has died
 * before making one.
 */
export const CERTAINLY_ENDED_MS = 3.5 * HOUR_MS;

/**
 * Says what to do next so that a preview gets a place, and never more than `maxPreviews` have one.
 *
 * Previews without a place get one first: they are from an earlier release, or were deployed without a limit. Pure.
 */
export function nextPlaceStep(facts: PlaceFacts): PlaceStep {
  const { held, previews, name, maxPreviews, now } = facts;
  const doubled = held.filter(({ environment }, index) =>
    held.slice(0, index).some((one) => environment !== '' && one.environment === environment),
  );
  if (doubled.length > 0) return { kind: 'free', places: doubled };
  const exists = previews.some((one) => one.name === name);
  const own = held.find(({ environment }) => environment === name);
  if (own !== undefined) {
    // Others take an old place without a stack for a forgotten one, so it is taken anew.
    const fresh = exists || now - own.since < CERTAINLY_ENDED_MS / 2;
    return fresh ? { kind: 'placed' } : { kind: 'free', places: [own] };
  }
  const idle = held.filter(
    ({ environment, since }) =>
      !previews.some((one) => one.name === environment) && now - since > CERTAINLY_ENDED_MS,
  );
  if (idle.length > 0) return { kind: 'free-if-idle', places: idle };
  const unplaced = previews.filter(
    (one) => one.name !== name && !held.some(({ environment }) => environment === one.name),
  );
  const number = freeNumber(held, maxPreviews);
  const holders = [
    ...held.map(({ environment }) => environment),
    ...unplaced.map((one) => one.name),
  ];
  const [first] = unplaced;
  const next = first?.name ?? name;
  if (number !== undefined && (first !== undefined || exists || holders.length < maxPreviews)) {
    return { kind: 'take', number, holder: { environment: next, since: now } };
  }
  return exists ? { kind: 'placed' } : { kind: 'full', holders };
}

/**
 * The lowest free number, or none. After `max-previews` was lowered, higher numbers may still be taken; then as many of the
 * lower ones stay free, so that two runs at once cannot take one too many together.
 */
function freeNumber(held: readonly HeldPlace[], maxPreviews: number): number | undefined {
  const above = (limit: number) => held.filter(({ number }) => number > limit).length;
  let limit = maxPreviews;
  while (limit > 0 && limit > maxPreviews - above(limit)) limit -= 1;
  const numbers = Array.from({ length: limit }, (_, index) => index + 1);
  return numbers.find((number) => !held.some((one) => one.number === number));
}
