import { access } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../process.ts';
import type { Progress } from '../progress.ts';
import { debianPackages, missingMessage, prerequisitesOf } from './prerequisites.ts';
import { findMissing, findProgram } from './probe.ts';
import { asRoot } from './root.ts';
import type { ToolSet } from './tool-sets.ts';

/**
 * Makes sure that the machine has what the sets need. On Debian and Ubuntu it installs its own
 * packages, as root or through sudo when that asks for no password. Throws an error that says what is missing,
 * what for, and what to type.
 */
export async function ensurePrerequisites(
  sets: readonly ToolSet[],
  progress: Progress,
): Promise<void> {
  const missing = await findMissing(prerequisitesOf(sets));
  if (missing.length === 0) return;
  const packages = debianPackages(missing);
  if (packages.length === 0 || !(await canInstall())) throw new Error(missingMessage(missing));
  await progress.step(`install Debian packages ${packages.join(', ')}`, (note) =>
    install(packages, note),
  );
  const still = await findMissing(missing);
  if (still.length > 0) throw new Error(missingMessage(still));
}

async function canInstall(): Promise<boolean> {
  if ((await findProgram('apt-get')) === undefined) return false;
  const isDebian = await access('/etc/debian_version').then(
    () => true,
    () => false,
  );
  if (!isDebian || process.getuid?.() === 0) return isDebian;
  return run('sudo', ['-n', 'true']).then(
    () => true,
    () => false,
  );
}

async function install(packages: readonly string[], note: (text: string) => void): Promise<void> {
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive', 'LC_ALL=C'];
  const apt = [...env, 'apt-get', '-o', `DPkg::Lock::Timeout=${PATIENCE_MS / 1000}`];
  const steps = [
    [...apt, 'update'],
    [...apt, 'install', '--yes', '--no-install-recommends', ...packages],
  ];
  for (const step of steps) {
    const [program, ...args] = asRoot(step);
    await onceUnlocked(() => run(program, args, { onLine: (line) => note(line.slice(0, 80)) }));
  }
}

const PATIENCE_MS = 300_000;

/**
 * Runs apt-get again as long as another program, such as the one that looks for updates every day, has the package
 * lists locked: for that lock apt-get itself does not wait, only for dpkg's.
 */
export async function onceUnlocked(apt: () => Promise<unknown>, pauseMs = 1_000): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    try {
      await apt();
      return;
    } catch (error) {
      if (!/Could not get lock/.test(String(error)) || Date.now() > deadline) throw error;
    }
    await sleep(pauseMs);
  }
}
