import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../tools/process.ts';

/**
 * Boots a kernel, a program, up to its first words and resolves with a sentence that says its version and how it runs
 * the programs of a node: under seccomp or, several times slower, under ptrace.
 */
export async function describeKernel(program: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kernel-'));
  const enough = new AbortController();
  const lines: string[] = [];
  const onLine = (line: string) => {
    lines.push(line);
    if (VERSION.test(line)) enough.abort();
  };
  const args = ['mem=64M', `uml_dir=${folder}`, 'seccomp=auto', 'con=null', 'con0=null,fd:1'];
  try {
    // It ends by itself, too: without a disk it cannot boot.
    await run(program, args, { signal: enough.signal, onLine }).catch(() => undefined);
    return sentence(lines);
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
