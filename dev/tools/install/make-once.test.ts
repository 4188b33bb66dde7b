import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forgetOld, makeOnce, pointTo } from './make-once.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'make-once-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const visible = () => readdirSync(folder).filter((name) => !name.startsWith('.'));
const quiet = () => {};

describe('makeOnce', () => {
  it('builds once, however many ask at the same time', async () => {
    let builds = 0;
    const target = join(folder, 'key');
    const build = async (temporary: string) => {
      builds += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      await writeFile(temporary, 'content');
    };
    await Promise.all([1, 2, 3].map(() => makeOnce(target, quiet, build)));
    expect(builds).toBe(1);
    expect(await readFile(target, 'utf8')).toBe('content');
  });

  it('leaves nothing that looks complete when the build fails, and can be tried again', async () => {
    const target = join(folder, 'key');
    const failing = makeOnce(target, quiet, async (temporary) => {
      await writeFile(temporary, 'half');
      throw new Error('no space');
    });
    await expect(failing).rejects.toThrow('no space');
    expect(visible()).toEqual([]);
    await makeOnce(target, quiet, (temporary) => writeFile(temporary, 'whole'));
    expect(visible()).toEqual(['key']);
  });

  it('clears away what a killed build left behind', async () => {
    mkdirSync(join(folder, 'key.77.unfinished'));
    await makeOnce(join(folder, 'key'), quiet, (temporary) => writeFile(temporary, ''));
    expect(visible()).toEqual(['key']);
  });
});

describe('forgetOld', () => {
  it('keeps what is used now and what was used last, and no modification time changes', async () => {
    for (const [name, age] of [
      ['a', 400],
      ['b', 300],
      ['c', 200],
      ['d', 100],
    ] as const) {
      const time = Date.now() / 1000 - age;
      await writeFile(join(folder, name), name);
      utimesSync(join(folder, name), time, time);
    }
    const before = statSync(join(folder, 'a')).mtimeMs;
    await forgetOld(join(folder, 'a'), 2);
    expect(visible()).toEqual(['a', 'd']);
    expect(statSync(join(folder, 'a')).mtimeMs).toBe(before);
  });
});

describe('pointTo', () => {
  it('replaces a link', async () => {
    const link = join(folder, 'link');
    for (const name of ['one', 'two']) {
      mkdirSync(join(folder, name));
      await pointTo(link, join(folder, name));
    }
    await writeFile(join(link, 'file'), '');
    expect(existsSync(join(folder, 'two', 'file'))).toBe(true);
  });

  it('lets many make the same link at once, and leaves nothing beside it', async () => {
    const link = join(folder, 'link');
    const targets = Array.from({ length: 20 }, (_, index) => join(folder, `${index}`));
    await Promise.all(targets.map((target) => pointTo(link, target)));
    expect(visible()).toEqual(['link']);
    expect(targets).toContain(readlinkSync(link));
  });
});
