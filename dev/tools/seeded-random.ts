import { createHash } from 'node:crypto';

/** A generator of numbers in [0, 1). The same seed gives the same numbers. */
export function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
