import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { contentKey, folderContent } from './content-key.ts';

describe('contentKey', () => {
  const content = fc.dictionary(fc.string(), fc.string());

  it('does not depend on the order of the parts', () => {
    fc.assert(
      fc.property(content, (parts) => {
        const reversed = Object.fromEntries(Object.entries(parts).reverse());
        expect(contentKey(reversed)).toBe(contentKey(parts));
      }),
    );
  });

  it('tells different content apart, and equal content alike', () => {
    fc.assert(
      fc.property(content, content, (one, other) => {
        const sorted = (parts: object) => JSON.stringify(Object.entries(parts).sort());
        expect(contentKey(one) === contentKey(other)).toBe(sorted(one) === sorted(other));
      }),
    );
  });

  it('does not let a name run into its value', () => {
    expect(contentKey({ ab: 'c' })).not.toBe(contentKey({ a: 'bc' }));
  });
});

describe('folderContent', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'content-'));
    mkdirSync(join(folder, 'bin'));
    writeFileSync(join(folder, 'bin', 'init'), 'echo hello', { mode: 0o644 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('names files by their path in the folder', async () => {
    expect(Object.keys(await folderContent(folder))).toEqual([join('bin', 'init')]);
  });

  it('notices that a file became executable', async () => {
    const before = contentKey(await folderContent(folder));
    chmodSync(join(folder, 'bin', 'init'), 0o755);
    expect(contentKey(await folderContent(folder))).not.toBe(before);
  });

  it('is empty for a folder that does not exist', async () => {
    expect(await folderContent(join(folder, 'none'))).toEqual({});
  });
});
