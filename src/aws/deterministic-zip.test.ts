import { createHash } from 'node:crypto';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import { afterEach, expect, it, vi } from 'vitest';
import { deterministicZip } from './deterministic-zip.ts';

const files = { 'index.mjs': strToU8('export const handler = 1;'), 'a.txt': strToU8('a') };
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

afterEach(() => vi.unstubAllEnvs());

it('can be unpacked', () => {
  const unpacked = unzipSync(deterministicZip(files));
  expect(Object.keys(unpacked)).toEqual(['a.txt', 'index.mjs']);
  expect(strFromU8(unpacked['index.mjs'] ?? new Uint8Array())).toBe('export const handler = 1;');
});

it('has the same bytes for any order of files and any time zone', () => {
  const reversed = Object.fromEntries(Object.entries(files).reverse());
  const hashes = ['UTC', 'Asia/Seoul', 'America/Los_Angeles'].map((zone) => {
    vi.stubEnv('TZ', zone);
    return hash(deterministicZip(reversed));
  });
  expect(new Set([...hashes, hash(deterministicZip(files))]).size).toBe(1);
});
