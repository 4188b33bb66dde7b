import { mkdir, readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../process.ts';
import type { Progress } from '../progress.ts';
import {
  goEnvironment,
  goModuleFolder,
  goModuleKeys,
  installArguments,
  listArguments,
  readGoMod,
  testArguments,
} from './go-modules.ts';
import { pointTo } from './make-once.ts';
import { provide } from './provide.ts';
import { APART, type GoModule, testPackages } from './tool-sets.ts';

/** Programs whose Go package is not named after them. */
const renamed: Readonly<Record<string, string>> = {
  server: 'etcd',
  cmd: 'whereabouts',
  controlloop: 'ip-control-loop',
  reconciler: 'ip-reconciler',
};

/**
 * Builds the programs of the given modules that are missing, one module after the other (linking
 * Kubernetes takes 2 GiB of memory), and links them into `<cache>/bin`, unless their names would clash there. Resolves with
 * the folder of each module's programs, which changes its name when its content would.
 */
export async function ensureGoTools(
  cache: string,
  modules: readonly GoModule[],
  progress: Progress,
  signal: AbortSignal,
): Promise<ReadonlyMap<GoModule, string>> {
  const folders = new Map<GoModule, string>();
  for (const [module, key] of await goModuleKeys(cache, modules)) {
    const folder = await provide(join(cache, 'go-tools', module, key), {
      step: `build ${module} with Go`,
      progress,
      keep: 2,
      build: (temporary, note) => build(cache, module, temporary, note, signal),
    });
    if (!APART.has(module)) await link(folder, join(cache, 'bin'));
    folders.set(module, folder);
  }
  return folders;
}

/** Go gives way to the other builds: Kubernetes takes longest, and what the nodes' disk needs besides is made beside it. */
const GIVING_WAY = ['-n', '5', 'go'];

async function build(
  cache: string,
  module: GoModule,
  folder: string,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const env = { ...goEnvironment(cache, process.env), GOBIN: folder };
  const cwd = goModuleFolder(module);
  await mkdir(folder, { recursive: true });
  const follow = goProgress(note);
  const goMod = await readGoMod(module);
  const packages = await run('go', listArguments(goMod), {
    env,
    cwd,
    signal,
    onLine: (line) => line.startsWith('go: ') && follow(line, 0),
  });
  const total = packages.split('\n').length;
  const onLine = (line: string) => follow(line, total);
  await run('nice', [...GIVING_WAY, ...installArguments(goMod)], { env, cwd, signal, onLine });
  const tests = testPackages[module] ?? [];
  if (tests.length > 0) {
    note(`compiling the tests of ${tests.join(', ')}`);
    const args = testArguments(goMod, tests, `${folder}/`);
    await run('nice', [...GIVING_WAY, ...args], { env, cwd, signal });
  }
  for (const name of await readdir(folder)) {
    const better = renamed[name];
    if (better !== undefined) await rename(join(folder, name), join(folder, better));
  }
}

/**
 * Turns the lines of `go -v` into notes: the module that it downloads, or the package that it
 * compiles and how many are done. Packages that Go has compiled earlier are not printed, hence "of at most".
 */
export function goProgress(note: (text: string) => void): (line: string, total: number) => void {
  let compiled = 0;
  return (line, total) => {
    const download = /^go: downloading (\S+) (\S+)/.exec(line);
    if (download !== null) note(`downloading ${download[1]} ${download[2]}`);
    else if (!line.startsWith('go: ') && !line.startsWith('#')) {
      compiled += 1;
      note(`compiling ${line}, package ${compiled} of at most ${total}`);
    }
  };
}

async function link(folder: string, bin: string): Promise<void> {
  await mkdir(bin, { recursive: true });
  for (const name of await readdir(folder)) await pointTo(join(bin, name), join(folder, name));
}
