import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CHECKOUT } from '../rehearsal/run-folder.ts';

export interface ProvisionRun {
  /** Null when it was killed. */
  readonly exitCode: number | null;
  readonly ms: number;
  /** What it printed, without the runner's commands. */
  readonly lines: readonly string[];
}

export interface ProvisionRunOptions {
  /** How many times as fast as real time the action's clock goes; its `main.ts` itself runs when not given. */
  readonly speed?: number | undefined;
  readonly killAfterMs?: number | undefined;
}

/** Runs provision from its source against an AWS endpoint, and kills it (SIGKILL) after some time if told to. */
export async function runProvision(
  endpoint: string,
  inputs: Readonly<Record<string, string>>,
  { speed, killAfterMs }: ProvisionRunOptions = {},
): Promise<ProvisionRun> {
  const script =
    speed === undefined ? ['provision', 'main.ts'] : ['testing', 'provision-at-speed.ts'];
  const folder = mkdtempSync(join(tmpdir(), 'soak-'));
  const files = { output: join(folder, 'output'), summary: join(folder, 'summary') };
  for (const file of Object.values(files)) writeFileSync(file, '');
  const began = Date.now();
  const child = spawn(process.execPath, [join(CHECKOUT, 'src', ...script)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    killSignal: 'SIGKILL',
    ...(killAfterMs === undefined ? {} : { timeout: killAfterMs }),
    env: {
      PATH: process.env['PATH'],
      HOME: folder,
      AWS_ENDPOINT_URL: endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAREHEARSALACCOUNT',
      AWS_SECRET_ACCESS_KEY: 'secret',
      SPEED: String(speed ?? 1),
      GITHUB_RUN_ID: crypto.randomUUID(),
      GITHUB_REPOSITORY: 'o/r',
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
      ),
    },
  });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
  rmSync(folder, { recursive: true });
  const lines = Buffer.concat(chunks).toString('utf8').split('\n');
  const told = lines.filter((line) => line !== '' && !/^::(?!error)/.test(line));
  return { exitCode, ms: Date.now() - began, lines: told };
}
