import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

export type Content = Readonly<Record<string, string | Uint8Array>>;

/**
 * A short name for exactly this content: 16 hexadecimal digits. The order of the parts does not
 * matter; names and values cannot run into each other, because each is preceded by its length.
 */
export function contentKey(parts: Content): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(parts).sort()) {
    for (const value of [name, parts[name] ?? '']) {
      hash.update(`${Buffer.byteLength(value)}:`).update(value);
    }
  }
  return hash.digest('hex').slice(0, 16);
}

/** The files below `folder` by relative path, each with whether it may be executed; none if absent. */
export async function folderContent(folder: string): Promise<Content> {
  const content: Record<string, string> = {};
  for (const name of await filesBelow(folder)) {
    const path = join(folder, name);
    const executable = ((await stat(path)).mode & 0o111) !== 0;
    content[name] = `${executable ? 'x' : '-'}${(await readFile(path)).toString('base64')}`;
  }
  return content;
}

/** The content of single files, by the names given. Throws when one is missing. */
export async function fileContent(paths: Readonly<Record<string, string>>): Promise<Content> {
  const read = Object.entries(paths).map(async ([name, path]) => [name, await readFile(path)]);
  return Object.fromEntries(await Promise.all(read));
}

async function filesBelow(folder: string): Promise<readonly string[]> {
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
      .sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
