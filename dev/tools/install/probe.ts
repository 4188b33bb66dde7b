import { constants } from 'node:fs';
import { access, open, readdir } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { debianKernel } from '../../stand-ins/instance/kernel/kernel.ts';
import { run } from '../process.ts';
import { cacheFolder } from './cache.ts';
import { goEnvironment } from './go-modules.ts';
import type { Prerequisite, Question } from './prerequisites.ts';

/** Those of the prerequisites that this machine does not have. */
export async function findMissing(
  wanted: readonly Prerequisite[],
): Promise<readonly Prerequisite[]> {
  const found = await Promise.all(wanted.map(isThere));
  return wanted.filter((_, index) => found[index] !== true);
}

/** Full path of a program, looked for on the PATH and where administration programs are. */
export async function findProgram(name: string): Promise<string | undefined> {
  const path = (process.env['PATH'] ?? '').split(delimiter);
  for (const folder of [...path, '/usr/local/sbin', '/usr/sbin', '/sbin']) {
    const candidate = join(folder, name);
    if (await succeeds(access(candidate, constants.X_OK))) return candidate;
  }
  return undefined;
}

/** Full path of a browser of the Chromium family. Ubuntu has Chromium only as a snap, but its runners have Chrome. */
export async function findBrowser(): Promise<string | undefined> {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    const found = await findProgram(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Whether `version`, such as `go1.26.8` or `3.11`, is at least `major.minor`. */
export function isAtLeast(version: string, major: number, minor: number): boolean {
  const found = /(\d+)\.(\d+)/.exec(version);
  if (found === null) return false;
  const [have, haveMinor] = [Number(found[1]), Number(found[2])];
  return have > major || (have === major && haveMinor >= minor);
}

/** Whether an ELF program runs without the loader of shared libraries, told by its first page. */
export function isStatic(firstPage: Buffer): boolean {
  return (
    firstPage.subarray(1, 4).toString() === 'ELF' && !/\/ld-\w/.test(firstPage.toString('latin1'))
  );
}

async function isThere({ test }: Prerequisite): Promise<boolean> {
  return 'program' in test ? (await findProgram(test.program)) !== undefined : ask[test.question]();
}

const C_PROGRAM = '#include <stdio.h>\nint main() { return puts(""); }\n';
const pythonVersion = 'import sys; print("%d.%d" % sys.version_info[:2])';

const ask: Readonly<Record<Question, () => Promise<boolean>>> = {
  go: async () => {
    const env = goEnvironment(cacheFolder(), process.env);
    return isAtLeast(await run('go', ['env', 'GOVERSION'], { env }).catch(() => ''), 1, 21);
  },
  python: async () => isAtLeast(await run('python3', ['-c', pythonVersion]).catch(() => ''), 3, 10),
  'python-venv': () => succeeds(run('python3', ['-c', 'import ensurepip, venv'])),
  uml: async () =>
    (await succeeds(access(debianKernel.program, constants.X_OK))) &&
    (await readdir(debianKernel.modules).catch(() => [])).length > 0,
  'c-library': () =>
    succeeds(run('gcc', ['-x', 'c', '-o', '/dev/null', '-'], { input: C_PROGRAM })),
  'static-busybox': async () => {
    const busybox = await findProgram('busybox');
    return busybox !== undefined && isStatic(await firstPage(busybox));
  },
  browser: async () => (await findBrowser()) !== undefined,
  'x86-64': async () => process.arch === 'x64',
};

async function firstPage(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    return (await file.read({ buffer: Buffer.alloc(4096) })).buffer;
  } finally {
    await file.close();
  }
}

async function succeeds(work: Promise<unknown>): Promise<boolean> {
  return work.then(
    () => true,
    () => false,
  );
}
