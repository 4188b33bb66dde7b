import { createHash } from 'node:crypto';

/** Numbers in [0, 1) that a seed repeats. */
export function seededRandom(seed: number): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE() / 2 ** 32;
  };
}
