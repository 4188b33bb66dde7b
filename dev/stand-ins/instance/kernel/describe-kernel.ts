import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../tools/process.ts';

/**
 * Boots a kernel, a program, up to its first words and resolves with a sentence that says its version and how it runs
 * the programs of a node: under seccomp or, several times slower, under ptrace.
 */
export async function describeKernel(program: string): Promise<string> {
  const enough = new AbortController();
  // It ends by itself, too: without a disk it cannot boot.
  const lines = await boot(program, [], enough.signal, (line) => {
    if (VERSION.test(line)) enough.abort();
  });
  return sentence(lines);
}

/**
 * Boots a kernel, a program, whose only process is `/bin/true` of this machine. Resolves with what keeps it from
 * running that, in the words of the kernel; with undefined when nothing does. Takes a second or two.
 *
 * Linux up to 6.12 gives user-mode-linux a fixed room for the state of the processor's registers (`HOST_FP_SIZE` of
 * arch/x86/um/user-offsets.c, passed to ptrace by os-Linux/registers.c). A processor with AMX has more state, and the host
 * refuses to set less than all of it, so each program ends before its first instruction.
 */
export async function findFault(program: string): Promise<string | undefined> {
  const root = ['rootfstype=hostfs', 'root=/dev/root', 'ro', 'init=/bin/true'];
  return faultIn(await boot(program, root, AbortSignal.timeout(PATIENCE_MS)));
}

/** A kernel that says nothing more for so long hangs. */
const PATIENCE_MS = 120_000;

/** Resolves with the lines that a kernel prints until it ends, or until `signal` ends it. */
async function boot(
  program: string,
  args: readonly string[],
  signal: AbortSignal,
  heard: (line: string) => void = () => undefined,
): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    heard(line);
  };
  const always = ['mem=64M', `uml_dir=${folder}`, 'seccomp=auto', 'con=null', 'con0=null,fd:1'];
  try {
    // Its exit code says nothing: a kernel without processes has nothing to do but to panic.
    await run(program, [...always, ...args], { signal, onLine }).catch(() => undefined);
    return lines;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const VERSION = /^Linux version (\S+)/;

/** Reads the first lines that a user-mode-linux kernel prints: checks of the host, then its version. */
export function sentence(lines: readonly string[]): string {
  const version = lines.map((line) => VERSION.exec(line)?.[1]).find((found) => found !== undefined);
  if (version === undefined) throw new Error(`the kernel does not boot:\n${lines.join('\n')}`);
  const seccomp = lines.some((line) => /seccomp filters can be installed\.\.\.OK/.test(line));
  return `nodes run Linux ${version} with ${seccomp ? 'seccomp' : 'ptrace, which is slow'}`;
}

/** Reads all lines of a kernel whose only process has nothing to do: what it says before it panics, unless the process succeeded. */
export function faultIn(lines: readonly string[]): string | undefined {
  const spoken = lines.map((line) => line.trim()).filter((line) => line !== '');
  const panic = spoken.findIndex((line) => line.startsWith('Kernel panic'));
  if (panic < 0) return spoken.at(-1) ?? 'it says nothing';
  const line = spoken[panic] ?? '';
  if (line.endsWith('Attempted to kill init! exitcode=0x00000000')) return undefined;
  return line.includes('kill init') ? (spoken[panic - 1] ?? line) : line;
}
