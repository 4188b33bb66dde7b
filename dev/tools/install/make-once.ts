import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm, stat, symlink, utimes } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { withLock } from './lock.ts';

/**
 * Makes `target`, a file or a folder named after its content, unless it exists. `build` gets a temporary
 * path beside it, which becomes `target` in one rename at the end: an interrupted build never leaves
 * something that looks complete. Of several processes one builds and the others wait for it.
 */
export async function makeOnce(
  target: string,
  note: (text: string) => void,
  build: (temporary: string) => Promise<void>,
): Promise<void> {
  if (await exists(target)) return;
  await mkdir(dirname(target), { recursive: true });
  await withLock(
    lockOf(target),
    (holder) => note(`waiting for ${holder}, which makes the same`),
    async () => {
      if (await exists(target)) return;
      await removeUnfinished(target);
      const temporary = `${target}.${process.pid}.unfinished`;
      try {
        await build(temporary);
        await rename(temporary, target);
      } finally {
        await rm(temporary, { recursive: true, force: true });
      }
    },
  );
}

/**
 * Keeps `used` and the `newest` - 1 others that were used last in its folder of content-named things,
 * and removes the rest. The time of use is the access time: the modification time of a disk image
 * must stay as it was, because copy-on-write disks on top of it remember it.
 */
export async function forgetOld(used: string, newest: number): Promise<void> {
  const folder = dirname(used);
  await utimes(used, new Date(), (await stat(used)).mtime);
  const finished = (await readdir(folder)).filter(
    (name) => !name.startsWith('.') && !name.endsWith('.unfinished'),
  );
  const aged = finished.map(async (name) => {
    const path = join(folder, name);
    // Another process may be forgetting the same thing right now.
    const time = await stat(path).then(
      ({ atimeMs }) => atimeMs,
      () => 0,
    );
    return { path, time: path === used ? Infinity : time };
  });
  const newestFirst = (await Promise.all(aged)).sort((a, b) => b.time - a.time);
  for (const { path } of newestFirst.slice(newest)) {
    await rm(path, { recursive: true, force: true });
    await rm(lockOf(path), { force: true });
  }
}

/**
 * Makes the symbolic link `link` point to `target`, replacing another link in one step. Any number of callers may
 * do so at once, also within one process.
 */
export async function pointTo(link: string, target: string): Promise<void> {
  const temporary = `${link}.${randomUUID()}`;
  await symlink(target, temporary);
  await rename(temporary, link);
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function removeUnfinished(target: string): Promise<void> {
  const prefix = `${basename(target)}.`;
  for (const name of await readdir(dirname(target))) {
    if (name.startsWith(prefix) && name.endsWith('.unfinished')) {
      await rm(join(dirname(target), name), { recursive: true, force: true });
    }
  }
}

function lockOf(target: string): string {
  return join(dirname(target), `.${basename(target)}.lock`);
}
