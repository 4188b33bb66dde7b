import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { CHECKOUT } from '../tools/checkout.ts';
import { start } from '../tools/process.ts';

export interface ProvisionRun {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly ms: number;
  /** Its output without the runner's commands. */
  readonly lines: readonly string[];
  /** When each milestone line appeared, in milliseconds from the start. Quick runs print these lines, too. */
  readonly times: readonly number[];
}

/** A moment of a run: after this many milestone lines, and this many milliseconds or one more line. */
export interface Moment {
  readonly lines: number;
  readonly ms: number;
}

export interface ProvisionRunOptions {
  /**
   * How many times faster than real time the action's clock runs. Without it, the action's `main.ts` runs.
   */
  readonly speed?: number | undefined;
  readonly killAt?: Moment | undefined;
  /** A program of `dev/testing/programs` that wires the action otherwise, and the kubeconfig that it reads. */
  readonly wiring?: { readonly program: string; readonly kubeconfig: string } | undefined;
}

/**
 * The moment of a run at a share of its duration. Time alone would hit another point in a quicker or slower
 * run, even its end, so the moment is never after the last milestone but one. Pure.
 */
export function momentOf({ ms, times }: Pick<ProvisionRun, 'ms' | 'times'>, share: number): Moment {
  const at = ms * share;
  const lines = times.filter((time) => time <= at).length;
  const last = Math.max(times.length - 2, 0);
  if (lines > last) return { lines: last, ms: 0 };
  return { lines, ms: Math.round(at - (times[lines - 1] ?? 0)) };
}

/** Runs provision from its source against an AWS endpoint, and kills it (SIGKILL) at a moment, if given. */
export async function runProvision(
  endpoint: string,
  inputs: Readonly<Record<string, string>>,
  { speed, killAt, wiring }: ProvisionRunOptions = {},
): Promise<ProvisionRun> {
  const { program = 'provision-at-speed.ts', kubeconfig = '' } = wiring ?? {};
  const script =
    speed === undefined ? ['src', 'provision', 'main.ts'] : ['dev', 'testing', 'programs', program];
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const files = { output: join(folder, 'output'), summary: join(folder, 'summary') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const began = Date.now();
  const child = start(process.execPath, [join(CHECKOUT, ...script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAREHEARSALACCOUNT',
      AWS_SECRET_ACCESS_KEY: 'secret',
      SPEED: String(speed ?? 1),
      KUBECONFIG: kubeconfig,
      GITHUB_RUN_ID: crypto.randomUUID(),
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    },
  });
  const [lines, times]: [string[], number[]] = [[], []];
  const kill = killer(killAt, () => child.kill('SIGKILL'));
  for (const input of [child.stdout, child.stderr].filter((stream) => stream !== null)) {
    createInterface({ input }).on('line', (line) => {
      if (line === '' || /^::(?!error)/.test(line)) return;
      lines.push(line);
      if (/ still waiting for /.test(line)) return;
      times.push(Date.now() - began);
      kill.after(times.length);
    });
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  kill.forget();
  rmSync(folder, { recursive: true });
  return { exitCode, ms: Date.now() - began, lines, times };
}

/** Calls `kill` at a moment. The caller passes the number of milestone lines to `after` whenever it rises. */
function killer(moment: Moment | undefined, kill: () => void) {
  let timer: NodeJS.Timeout | undefined;
  const after = (lines: number) => {
    if (moment === undefined || lines < moment.lines) return;
    if (lines > moment.lines) kill();
    else timer = setTimeout(kill, moment.ms);
  };
  after(0);
  return { after, forget: () => clearTimeout(timer) };
}
