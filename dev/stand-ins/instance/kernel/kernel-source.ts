import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../../../tools/process.ts';
import { hostSystem } from '../image/host-system.ts';

/** The oldest suite of Debian that has Linux 6.16 or later, where user-mode-linux can use seccomp. */
export const SOURCE_SUITE = 'trixie-backports';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

type Run = (program: string, args: readonly string[]) => Promise<string>;

/**
 * Downloads the newest kernel source package of Debian into `folder` and resolves with its path. It comes from the
 * mirror that this machine gets its own packages from, and apt verifies it with Debian's keyring. apt keeps its state
 * in `folder`, so that the machine's own package sources stay as they are. Rejects when no mirror has it.
 */
export async function downloadKernelSource(folder: string, signal: AbortSignal): Promise<string> {
  const options = await aptOptions(folder);
  const ask: Run = (program, args) => run(program, [...options, ...args], { cwd: folder, signal });
  await readPackageList(folder, await findMirrors(signal), ask);
  const name = newestSource(await ask('apt-cache', ['show', '--no-all-versions', 'linux-source']));
  await ask('apt-get', ['download', name]);
  const file = (await readdir(folder)).find((entry) => entry.startsWith(`${name}_`));
  if (file === undefined) throw new Error(`apt-get download ${name} left no file`);
  return join(folder, file);
}

/** Makes apt read `sources.list` in `folder` alone, and write nowhere else. */
async function aptOptions(folder: string): Promise<readonly string[]> {
  await mkdir(join(folder, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  const settings = {
    'Dir::Etc::sourcelist': join(folder, 'sources.list'),
    'Dir::Etc::sourceparts': '/dev/null',
    'Dir::State': join(folder, 'state'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(folder, 'cache'),
    // apt's own user cannot write to a folder in a home folder.
    'APT::Sandbox::User': 'root',
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
}

async function findMirrors(signal: AbortSignal): Promise<readonly string[]> {
  const format = '$(REPO_URI) $(RELEASE) $(COMPONENT)';
  const query = ['indextargets', '--no-release-info', '--format', format];
  const targets = await run('apt-get', query, { signal });
  const { suite } = hostSystem(await readFile('/etc/os-release', 'utf8'));
  return mirrorsOf(targets, suite);
}

/**
 * Reads lines of `URI release component`, which apt prints for its package sources. Returns the addresses with the
 * component `main` of `suite`. A repository that is not Debian's may name its releases after Debian's, so there can
 * be several.
 */
export function mirrorsOf(targets: string, suite: string): readonly string[] {
  const words = targets.split('\n').map((line) => line.split(' '));
  const matching = words.filter(
    ([, release, component]) => release === suite && component === 'main',
  );
  return [...new Set(matching.flatMap(([uri]) => uri ?? []))];
}

/** Reads the list of packages from the first mirror that has the suite, signed by Debian. */
async function readPackageList(folder: string, mirrors: readonly string[], ask: Run) {
  let failure: unknown = new Error('this machine has no Debian mirror among its package sources');
  for (const mirror of mirrors) {
    const source = `deb [signed-by=${KEYRING}] ${mirror} ${SOURCE_SUITE} main\n`;
    await writeFile(join(folder, 'sources.list'), source);
    try {
      await ask('apt-get', ['update']);
      return;
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

/** The package that the newest version of the package `linux-source` depends on, such as `linux-source-7.2`. */
export function newestSource(about: string): string {
  const found = /^Depends: (linux-source-\d+\.\d+)\b/m.exec(about);
  if (found?.[1] === undefined) throw new Error(`${SOURCE_SUITE} has no kernel source`);
  return found[1];
}
