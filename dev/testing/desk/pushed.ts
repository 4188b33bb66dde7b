import { execFileSync } from 'node:child_process';
import { run } from '../../tools/process.ts';

/** A file on the branch `main` of a bare repository; undefined when there is none. */
export function pushedFile(origin: string, path: string): Buffer | undefined {
  try {
    return execFileSync('git', ['-C', origin, 'show', `main:${path}`], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  } catch {
    return undefined;
  }
}

/** The paths of the files on the branch `main` of a bare repository. */
export async function pushedFiles(origin: string): Promise<readonly string[]> {
  const listed = await run('git', ['-C', origin, 'ls-tree', '-r', '--name-only', 'main']);
  return listed.split('\n').filter((path) => path !== '');
}
