import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKOUT } from '../../tools/checkout.ts';

const TEXT = readFileSync(join(CHECKOUT, 'SECURITY.md'), 'utf8');
const named = [...TEXT.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, path = '']) => path);
/** Each claim on one line. */
const claims = TEXT.replaceAll(/\n {2}(?=\S)/g, ' ')
  .split('\n')
  .filter((line) => line.startsWith('- Cannot '));

describe('the threat model', () => {
  it('names a test for each thing that an attacker cannot do', () => {
    expect(claims.length).toBeGreaterThan(10);
    for (const claim of claims) {
      expect(claim).toMatch(/\]\([\w/.-]+\.test\.ts\)/);
    }
  });

  it.each([...new Set(named)])('names a file that exists and tests something: %s', (path) => {
    expect(existsSync(join(CHECKOUT, path))).toBe(true);
    expect(path).toMatch(/\.test\.ts$/);
    expect(readFileSync(join(CHECKOUT, path), 'utf8')).toMatch(/\bexpect\(/);
  });
});
