import { rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { run } from '../process.ts';
import type { Progress } from '../progress.ts';
import { contentKey, fileContent } from './content-key.ts';
import { withLock } from './lock.ts';
import { exists, forgetOld, pointTo } from './make-once.ts';

/** A virtual environment: the link in the cache that points at it, and the files that say what is in it. */
interface VenvPlan {
  readonly link: string;
  readonly requirements: string;
  readonly constraints: string;
}

const here = (file: string) => join(import.meta.dirname, file);
const venvs = {
  venv: {
    link: 'venv',
    requirements: here('requirements.txt'),
    constraints: here('constraints.txt'),
  },
  checkov: {
    link: 'checkov',
    requirements: here('checkov-requirements.txt'),
    constraints: here('checkov-constraints.txt'),
  },
} as const satisfies Record<string, VenvPlan>;

/**
 * Installs Python programs unless they are there, and points a link, such as `<cache>/venv`, at them. A venv
 * cannot be renamed, because its scripts name their interpreter by full path; a mark inside, written last, says
 * that it is complete.
 */
export async function ensureVenv(
  name: keyof typeof venvs,
  cache: string,
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  const plan = venvs[name];
  const folder = name === 'venv' ? 'venvs' : `venvs-${name}`;
  const venv = join(cache, folder, await venvKey(plan));
  const complete = join(venv, 'complete');
  if (!(await exists(complete))) {
    await progress.step(`install Python programs (${name})`, (note) =>
      withLock(
        join(dirname(venv), `.${basename(venv)}.lock`),
        (holder) => note(`waiting for ${holder}, which installs the same`),
        async () => {
          if (await exists(complete)) return;
          await install(plan, venv, note, signal);
          await writeFile(complete, '');
        },
      ),
    );
  }
  await forgetOld(venv, 2);
  await pointTo(join(cache, plan.link), venv);
}

/** A venv is bound to the Python that made it. */
async function venvKey({ requirements, constraints }: VenvPlan): Promise<string> {
  const python = await run('python3', ['-c', 'import sys; print(sys.base_prefix, sys.version)']);
  return contentKey({ ...(await fileContent({ requirements, constraints })), python });
}

async function install(
  { requirements, constraints }: VenvPlan,
  venv: string,
  note: (text: string) => void,
  signal: AbortSignal,
): Promise<void> {
  await rm(venv, { recursive: true, force: true });
  note('making the virtual environment');
  await run('python3', ['-m', 'venv', venv], { signal });
  const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--no-cache-dir'];
  // Python compiles a file when a program first imports it, and most files are never imported.
  const packages = ['--no-compile', '-c', constraints, '-r', requirements];
  await run(join(venv, 'bin', 'python'), [...pip, ...packages], {
    signal,
    onLine: (line) => {
      const at = /^(Collecting|Downloading|Installing) (.*)/.exec(line.trim());
      if (at !== null) note(`${at[1]?.toLowerCase()} ${at[2]?.slice(0, 80)}`);
    },
  });
}
