import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commitAll } from '../../stand-ins/github/repository.ts';
import { pushedFile, pushedFiles } from '../../testing/desk/pushed.ts';

const WORKFLOWS = '.github/workflows';

/**
 * Puts the workflows that somebody pushed to `origin` into the folder from which act runs them.
 *
 * @param adapted a workflow's text as act needs it
 */
export async function receivePush(
  origin: string,
  folder: string,
  adapted: (text: string) => string,
): Promise<void> {
  rmSync(join(folder, WORKFLOWS), { recursive: true, force: true });
  mkdirSync(join(folder, WORKFLOWS), { recursive: true });
  const pushed = await pushedFiles(origin);
  for (const path of pushed.filter((one) => one.startsWith(`${WORKFLOWS}/`))) {
    const text = pushedFile(origin, path)?.toString() ?? '';
    writeFileSync(join(folder, path), adapted(text));
  }
  await commitAll(folder, 'what was pushed');
}
