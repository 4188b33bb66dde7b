import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentKey, fileContent } from '../../../tools/install/content-key.ts';
import { provide } from '../../../tools/install/provide.ts';
import { asRoot } from '../../../tools/install/root.ts';
import { run } from '../../../tools/process.ts';
import type { Progress } from '../../../tools/progress.ts';
import { hostSystem } from './host-system.ts';

const script = join(import.meta.dirname, 'build-system.sh');

/** The systems: their packages, and the folder of the cache that keeps them. */
const SYSTEMS = {
  nodes: { packages: 'packages.txt', folder: 'system' },
  tests: { packages: 'test-packages.txt', folder: 'test-system' },
} as const;

/**
 * The operating system of the nodes without our files, or of the images that foreign tests run: a tar archive that mmdebstrap
 * makes from the distribution's packages, once per distribution and package list. Resolves with its path.
 */
export async function ensureSystem(
  cache: string,
  kind: keyof typeof SYSTEMS,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { suite, components } = hostSystem(await readFile('/etc/os-release', 'utf8'));
  const packageList = join(import.meta.dirname, SYSTEMS[kind].packages);
  const files = await fileContent({ script, packageList });
  const key = contentKey({ ...files, suite, components: components.join() });
  const packages = (await readFile(packageList, 'utf8')).trim().split('\n');
  const choice = [suite, components.join(), packages.join()];
  return provide(join(cache, SYSTEMS[kind].folder, `${key}.tar`), {
    step: `install the system of the ${kind} (${suite})`,
    progress,
    keep: 2,
    build: (temporary, note) => inOwnNamespaces(script, [temporary, ...choice], { signal, note }),
  });
}

/** Runs a script as root with its own mounts and processes. Both are gone when it ends. */
export async function inOwnNamespaces(
  path: string,
  args: readonly string[],
  options: { readonly signal: AbortSignal; readonly note: (text: string) => void },
): Promise<void> {
  const alone = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
  const [command, ...rest] = asRoot([...alone, 'sh', path, ...args]);
  const onLine = (line: string) => options.note(line.trim().slice(0, 80));
  await run(command, rest, { signal: options.signal, onLine });
}
