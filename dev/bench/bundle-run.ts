import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { start } from '../tools/process.ts';

export interface BundleMeasures {
  /** From the start of the process to its first line that is no command to the runner. */
  readonly firstLineMs: number;
  readonly firstLine: string;
  /** How long each log group was open, in milliseconds, by title. */
  readonly groups: ReadonlyMap<string, number>;
  /** Null when it was killed. */
  readonly exitCode: number | null;
  /** The peak memory of the process. */
  readonly peakMegabytes: number;
}

const LOOK_EVERY_MS = 20;

/**
 * Runs a bundle as the runner does, and measures from outside: until a line matches `until`, or to its end.
 */
export async function measureBundle(
  script: string,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
  until?: 'first-line',
): Promise<BundleMeasures> {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const files = { GITHUB_OUTPUT: join(folder, 'o'), GITHUB_STEP_SUMMARY: join(folder, 's') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const began = performance.now();
  const child = start(process.execPath, [script], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, ...files, ...variables(inputs), ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let peakKilobytes = 0;
  const look = () => {
    peakKilobytes = Math.max(peakKilobytes, peakOf(child.pid));
  };
  const looking = setInterval(look, LOOK_EVERY_MS);
  const groups = groupTimes();
  let first: { readonly line: string; readonly ms: number } | undefined;
  const { stdout } = child;
  if (stdout === null) throw new Error('the output is piped');
  createInterface({ input: stdout }).on('line', groups.line);
  stdout.setEncoding('utf8').on('data', (text: string) => {
    const line = text.split('\n').find((one) => one !== '' && !/^::(add-mask|group)/.test(one));
    if (first !== undefined || line === undefined) return;
    first = { line, ms: performance.now() - began };
    look();
    if (until === 'first-line') child.kill();
  });
  const exitCode = await new Promise<number | null>((resolve, reject) =>
    child.once('error', reject).once('close', resolve),
  );
  clearInterval(looking);
  rmSync(folder, { recursive: true });
  if (first === undefined) throw new Error(`${script} said nothing`);
  const peakMegabytes = peakKilobytes / 1024;
  const { ms: firstLineMs, line: firstLine } = first;
  return { firstLineMs, firstLine, groups: groups.times, exitCode, peakMegabytes };
}

/** The runner's commands that open and close groups. Only one group is open at a time. */
function groupTimes() {
  const times = new Map<string, number>();
  let [title, began] = ['', 0];
  const line = (text: string) => {
    if (text.startsWith('::group::')) {
      title = text.slice('::group::'.length);
      began = performance.now();
    } else if (text === '::endgroup::') {
      times.set(title, performance.now() - began);
    }
  };
  return { times, line };
}

/** The peak memory of a process as the kernel records it, in KiB; 0 once the process has ended. */
function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}

function variables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
  );
}
