import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contentKey, fileContent } from '../../../tools/install/content-key.ts';
import { exists } from '../../../tools/install/make-once.ts';
import { provide } from '../../../tools/install/provide.ts';
import { ProgramError, run } from '../../../tools/process.ts';
import type { Progress } from '../../../tools/progress.ts';
import { findFault as findFaultOf } from './describe-kernel.ts';
import { debianKernel, type Kernel } from './kernel.ts';
import { downloadKernelSource, SOURCE_SUITE } from './kernel-source.ts';

const script = join(import.meta.dirname, 'build-kernel.sh');
const config = join(import.meta.dirname, 'nodes.config');

/**
 * The kernel that nodes run. We build it from Debian's newest kernel source, because Debian's own package is several
 * times slower. When that is not possible, nodes run the package, and the progress says why. A source that does
 * not compile is not tried again until somebody removes its folder. Throws when the package cannot run programs here either.
 */
export async function ensureKernel(
  cache: string,
  progress: Progress,
  signal: AbortSignal,
  { build, findFault }: KernelEffects = { build: buildKernel, findFault: findFaultOf },
): Promise<Kernel> {
  const folder = await kernelFolder(cache);
  const fallBack = async (reason: string) => {
    const fault = await findFault(debianKernel.program);
    if (fault !== undefined) {
      throw new Error(
        `nodes have no kernel: cannot build ours: ${reason}; ${unableDebian(fault)}. Mend the first of them`,
      );
    }
    progress.say(`nodes run Debian's kernel, which is slower: cannot build ours: ${reason}`);
    return debianKernel;
  };
  try {
    await provide(folder, {
      step: "build the nodes' kernel",
      progress,
      keep: 2,
      build: (temporary, note) => build(temporary, note, signal),
    });
  } catch (error) {
    if (signal.aborted || isInterruption(error)) throw error;
    return fallBack(lastLine(error instanceof Error ? error.message : String(error)));
  }
  const log = join(folder, 'failure.log');
  if (await exists(log)) {
    const reason = lastLine(await readFile(log, 'utf8'));
    return fallBack(`${reason}; see ${log}, and remove ${folder} to try again`);
  }
  return kernelAt(folder);
}

/**
 * Why nodes cannot do without a kernel of ours on this machine; undefined when they can, because it is in the cache folder or
 * because Debian's runs programs here.
 */
export async function whyKernelMustBeBuilt(
  cache: string,
  findFault: KernelEffects['findFault'] = findFaultOf,
): Promise<string | undefined> {
  if ((await kernelInCache(cache)) !== debianKernel) return undefined;
  const fault = await findFault(debianKernel.program);
  return fault === undefined ? undefined : unableDebian(fault);
}

function unableDebian(fault: string): string {
  return `Debian's kernel runs no programs on this processor (${fault})`;
}

/** The kernel that nodes can run without a build: ours when it is in the cache folder, otherwise Debian's. */
export async function kernelInCache(cache: string): Promise<Kernel> {
  const ours = kernelAt(await kernelFolder(cache));
  return (await exists(ours.program)) ? ours : debianKernel;
}

/** The folder of our kernel. Its name changes when a build would give another kernel. */
async function kernelFolder(cache: string): Promise<string> {
  const key = contentKey({ ...(await fileContent({ script, config })), suite: SOURCE_SUITE });
  return join(cache, 'kernels', key);
}

function kernelAt(folder: string): Kernel {
  return { program: join(folder, 'linux'), modules: join(folder, 'modules') };
}

interface KernelEffects {
  readonly build: BuildKernel;
  /** What keeps a kernel, a program, from running programs on this machine, if anything does. */
  readonly findFault: (program: string) => Promise<string | undefined>;
}

/** Builds the kernel in `folder`, or leaves a `failure.log` there when the source does not compile. */
type BuildKernel = (
  folder: string,
  note: (text: string) => void,
  signal: AbortSignal,
) => Promise<void>;

const buildKernel: BuildKernel = async (folder, note, signal) => {
  const download = join(folder, 'download');
  await mkdir(download, { recursive: true });
  note(`downloading the source from ${SOURCE_SUITE}`);
  const source = await downloadKernelSource(download, signal);
  const onLine = compileProgress(note);
  await run('bash', [script, folder, source, config], { signal, onLine });
  await rm(download, { recursive: true });
};

/** Turns the lines of the build script and of make into notes. */
export function compileProgress(note: (text: string) => void): (line: string) => void {
  let compiled = 0;
  return (line) => {
    const file = /^ +CC +(\S+)/.exec(line)?.[1];
    if (file !== undefined) {
      compiled += 1;
      note(`compiling ${file}, file ${compiled}`);
    } else if (/^[a-z]/.test(line)) note(line);
  };
}

/** Whether a program ended because somebody ended it, as at Ctrl-C. */
function isInterruption(error: unknown): boolean {
  return error instanceof ProgramError && error.signal !== null;
}

function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? '';
}
