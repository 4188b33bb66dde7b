import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { HeldPlace } from '../aws/places.ts';
import { CERTAINLY_ENDED_MS, nextPlaceStep, type PlaceFacts } from './place-step.ts';

const NOW = Date.parse('2026-11-24T10:00:00Z');
const LONG_AGO = NOW - CERTAINLY_ENDED_MS - 1;

function held(number: number, environment: string, since = NOW): HeldPlace {
  return { number, environment, since, key: `places/${number}`, version: `v${number}` };
}
const preview = (name: string) => ({ name, pullRequest: 1, expiresAt: undefined });
const facts = (given: Partial<PlaceFacts>): PlaceFacts => ({
  held: [],
  previews: [],
  name: 'pr-9',
  maxPreviews: 2,
  now: NOW,
  ...given,
});
const step = (given: Partial<PlaceFacts>) => nextPlaceStep(facts(given));

describe('a preview', () => {
  it('takes the lowest free place', () => {
    const holder = { environment: 'pr-9', since: NOW };
    expect(step({})).toEqual({ kind: 'take', number: 1, holder });
    expect(step({ held: [held(1, 'pr-1')] })).toEqual({ kind: 'take', number: 2, holder });
  });

  it('has its place already', () => {
    expect(step({ held: [held(1, 'pr-9')] })).toEqual({ kind: 'placed' });
  });

  it('takes an old place without a stack anew, before others take it for a forgotten one', () => {
    const own = held(1, 'pr-9', LONG_AGO);
    expect(step({ held: [own] })).toEqual({ kind: 'free', places: [own] });
    expect(step({ held: [own], previews: [preview('pr-9')] })).toEqual({ kind: 'placed' });
  });

  it('is refused when all places are taken, by previews with a place or without one', () => {
    const full = { kind: 'full', holders: ['pr-1', 'pr-2'] };
    expect(step({ held: [held(1, 'pr-1'), held(2, 'pr-2')] })).toEqual(full);
    expect(step({ held: [held(1, 'pr-1'), held(2, 'pr-2')], name: 'pr-1' }).kind).toBe('placed');
    const previews = [preview('pr-1'), preview('pr-2'), preview('pr-3')];
    expect(step({ held: [held(1, 'pr-1'), held(2, 'pr-2')], previews })).toEqual({
      kind: 'full',
      holders: ['pr-1', 'pr-2', 'pr-3'],
    });
  });

  it('that exists is updated also when there are too many', () => {
    const given = { held: [held(1, 'pr-1'), held(2, 'pr-2')], previews: [preview('pr-9')] };
    expect(step(given)).toEqual({ kind: 'placed' });
  });
});

it('gives previews without a place one first', () => {
  expect(step({ previews: [preview('pr-1')] })).toMatchObject({
    kind: 'take',
    number: 1,
    holder: { environment: 'pr-1' },
  });
});

it('frees the second place of one preview, and asks about places without a stack', () => {
  const second = held(2, 'pr-1');
  expect(step({ held: [held(1, 'pr-1'), second] })).toEqual({ kind: 'free', places: [second] });
  const idle = held(1, 'pr-1', LONG_AGO);
  expect(step({ held: [idle, held(2, '')] })).toEqual({ kind: 'free-if-idle', places: [idle] });
});

it('takes no low place while higher ones are taken, after max-previews was lowered', () => {
  const high = [held(4, 'pr-4'), held(5, 'pr-5')];
  expect(step({ held: high }).kind).toBe('full');
  expect(step({ held: high, maxPreviews: 3 })).toMatchObject({ kind: 'take', number: 1 });
  expect(step({ held: [held(1, 'pr-1'), ...high], maxPreviews: 3 }).kind).toBe('full');
});

/** The places after a step, as all runs see them. */
function after(places: readonly HeldPlace[], given: PlaceFacts): readonly HeldPlace[] {
  const next = nextPlaceStep(given);
  if (next.kind === 'take') {
    const taken = places.some(({ number }) => number === next.number);
    const place = { ...held(next.number, next.holder.environment), version: `${Math.random()}` };
    return taken ? places : [...places, place];
  }
  if (next.kind !== 'free') return places;
  const gone = new Set(next.places.map(({ version }) => version));
  return places.filter(({ version }) => !gone.has(version));
}

it('never gives away more places than there are, whatever the runs have read before', () => {
  const names = fc.constantFrom(...Array.from({ length: 12 }, (_, index) => `pr-${index}`));
  // Which run acts, and how many steps ago it looked.
  const moves = fc.array(fc.tuple(names, fc.nat(5)), { maxLength: 60 });
  const startAt = fc.uniqueArray(fc.integer({ min: 1, max: 8 }), { maxLength: 3 });
  fc.assert(
    fc.property(moves, fc.integer({ min: 1, max: 5 }), startAt, (given, maxPreviews, numbers) => {
      const states: (readonly HeldPlace[])[] = [
        numbers.map((number) => held(number, `old-${number}`)),
      ];
      const most = Math.max(maxPreviews, numbers.length);
      for (const [name, ago] of given) {
        const present = states.at(-1) ?? [];
        const seen = states.at(-1 - ago) ?? states[0] ?? [];
        states.push(after(present, facts({ held: seen, name, maxPreviews })));
        expect(states.at(-1)?.length).toBeLessThanOrEqual(most);
      }
    }),
  );
});
