import type { HeldPlace, Places } from '../../aws/places.ts';

/** Places in memory. Each call ends a moment later, so that runs at once mix. */
export function fakePlaces(): Places & { readonly taken: Map<number, HeldPlace> } {
  const taken = new Map<number, HeldPlace>();
  let versions = 0;
  const moment = () => new Promise(setImmediate);
  return {
    taken,
    async held() {
      const held = [...taken.values()].sort((a, b) => a.number - b.number);
      await moment();
      return held;
    },
    async take(number, holder) {
      await moment();
      if (taken.has(number)) return false;
      versions += 1;
      taken.set(number, { ...holder, number, key: `places/${number}`, version: String(versions) });
      return true;
    },
    async free(places) {
      await moment();
      for (const { number, version } of places) {
        if (taken.get(number)?.version === version) taken.delete(number);
      }
    },
  };
}
