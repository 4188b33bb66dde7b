import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../../../tools/process.ts';
import { consoleProgress } from '../../../tools/progress.ts';
import {
  compileProgress,
  ensureKernel,
  kernelInCache,
  whyKernelMustBeBuilt,
} from './build-kernel.ts';
import { debianKernel } from './kernel.ts';

let cache = '';
let said: string[] = [];
let builds = 0;
let fault: string | undefined;
const findFault = async () => fault;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'kernels-'));
  said = [];
  builds = 0;
  fault = undefined;
});
afterEach(() => rmSync(cache, { recursive: true }));

const ensure = (build: (folder: string) => Promise<unknown>, signal = neverAborted) =>
  ensureKernel(
    cache,
    consoleProgress((line) => said.push(line)),
    signal,
    {
      build: async (folder) => {
        builds += 1;
        await mkdir(folder, { recursive: true });
        await build(folder);
      },
      findFault,
    },
  );
const neverAborted = new AbortController().signal;

describe('ensureKernel', () => {
  it('builds the kernel once', async () => {
    const build = (folder: string) => writeFile(join(folder, 'linux'), '');
    const { program, modules } = await ensure(build);
    expect(existsSync(program)).toBe(true);
    expect(await ensure(build)).toEqual({ program, modules });
    expect(builds).toBe(1);
  });

  it("takes Debian's kernel and says why when the source does not compile, without trying again", async () => {
    const build = (folder: string) =>
      writeFile(join(folder, 'failure.log'), 'error: no\nno 64 bits\n');
    expect(await ensure(build)).toBe(debianKernel);
    expect(await ensure(build)).toBe(debianKernel);
    expect(builds).toBe(1);
    expect(said.at(-1)).toMatch(/cannot build ours: no 64 bits; see .*failure\.log/);
  });

  it("takes Debian's kernel when there is no source, and asks for it again the next time", async () => {
    const build = () => run('sh', ['-c', 'echo "E: no Release file" >&2; exit 100']);
    expect(await ensure(build)).toBe(debianKernel);
    expect(await ensure(build)).toBe(debianKernel);
    expect(builds).toBe(2);
    expect(said.at(-1)).toMatch(/cannot build ours: E: no Release file$/);
  });

  it("fails with both reasons where Debian's kernel runs no programs either", async () => {
    fault = 'ptrace set fp regs failed, errno = 14';
    const build = () => run('sh', ['-c', 'echo "E: no Release file" >&2; exit 100']);
    await expect(ensure(build)).rejects.toThrow(
      "nodes have no kernel: cannot build ours: E: no Release file; Debian's kernel runs no programs on this processor (ptrace set fp regs failed, errno = 14). Mend the first of them",
    );
  });

  it('ends with whoever ends the build, and leaves nothing that looks built', async () => {
    await expect(ensure(() => run('sh', ['-c', 'kill $$']))).rejects.toThrow('SIGTERM');
    const aborted = AbortSignal.abort();
    await expect(ensure(() => run('false', []), aborted)).rejects.toThrow('exit code 1');
    const left = readdirSync(join(cache, 'kernels')).filter((name) => !name.startsWith('.'));
    expect(left).toEqual([]);
  });
});

describe('kernelInCache', () => {
  it("is Debian's until ours is built", async () => {
    expect(await kernelInCache(cache)).toBe(debianKernel);
    const ours = await ensure((folder) => writeFile(join(folder, 'linux'), ''));
    expect(await kernelInCache(cache)).toEqual(ours);
  });

  it("is Debian's after a build that failed", async () => {
    await ensure((folder) => writeFile(join(folder, 'failure.log'), 'error: no\n'));
    expect(await kernelInCache(cache)).toBe(debianKernel);
  });
});

describe('whyKernelMustBeBuilt', () => {
  it("says nothing where Debian's kernel runs programs", async () => {
    expect(await whyKernelMustBeBuilt(cache, findFault)).toBeUndefined();
  });

  it('gives the reason until ours is built', async () => {
    fault = 'ptrace set fp regs failed, errno = 14';
    expect(await whyKernelMustBeBuilt(cache, findFault)).toBe(
      "Debian's kernel runs no programs on this processor (ptrace set fp regs failed, errno = 14)",
    );
    await ensure((folder) => writeFile(join(folder, 'linux'), ''));
    expect(await whyKernelMustBeBuilt(cache, findFault)).toBeUndefined();
  });
});

describe('compileProgress', () => {
  it('counts compiled files and passes on what the script says', () => {
    const notes: string[] = [];
    const follow = compileProgress((text) => notes.push(text));
    for (const line of [
      'unpacking the source',
      '  HOSTCC  a',
      '  CC      mm/slub.o',
      '  AR      b.a',
    ])
      follow(line);
    follow('  CC      mm/mmap.o');
    expect(notes).toEqual([
      'unpacking the source',
      'compiling mm/slub.o, file 1',
      'compiling mm/mmap.o, file 2',
    ]);
  });
});
