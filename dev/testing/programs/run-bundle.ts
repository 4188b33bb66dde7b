import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packFile } from '../../../src/core/pack-files.ts';
import { type RunningScript, startNode } from './start-node.ts';

export interface BundleRun {
  readonly exitCode: number | null;
  /** Everything that was printed, workflow commands included. */
  readonly log: string;
  /** The text of each `::error …::` annotation. */
  readonly errors: readonly string[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
}

export type Inputs = Readonly<Record<string, string>>;

/** Runs an action's bundle, as the runner would. `beside` runs at the same time; its failure fails the run. */
export function runBundle(
  action: string,
  inputs: Inputs,
  env?: NodeJS.ProcessEnv,
  beside?: Beside,
) {
  return runEntry(packFile('actions', action, 'dist', 'index.js'), inputs, env, beside);
}

/** Runs an action from its source, otherwise as the runner would. */
export function runSource(action: string, inputs: Inputs, env?: NodeJS.ProcessEnv) {
  return runEntry(packFile('src', action, 'main.ts'), inputs, env);
}

/**
 * Runs the provision action from its source as the runner would, but with a clock that is `speed` times faster. `beside`
 * runs at the same time: it may wait for what the action prints, and its failure fails the run.
 */
export function runProvisionAtSpeed(
  speed: number,
  inputs: Inputs,
  env?: NodeJS.ProcessEnv,
  beside?: Beside,
) {
  const script = packFile('dev', 'testing', 'programs', 'provision-at-speed.ts');
  return runEntry(script, inputs, { ...env, SPEED: String(speed) }, beside);
}

export type Beside = (action: RunningScript) => Promise<unknown>;

/** Starts a script with the current Node in the environment of a step. */
function runEntry(script: string, inputs: Inputs, env?: NodeJS.ProcessEnv, beside?: Beside) {
  return asStep(inputs, env, async (environment) => {
    const running = startNode(script, environment);
    const [exitCode] = await Promise.all([running.exited, beside?.(running)]);
    return { exitCode, log: running.log() };
  });
}

/**
 * Passes inputs as `INPUT_*`, and outputs and summary as files, to what `run` runs. Of the caller's own environment it gets
 * only PATH; `env` adds to it.
 */
export async function asStep(
  inputs: Inputs,
  env: NodeJS.ProcessEnv = {},
  run: (environment: NodeJS.ProcessEnv) => Promise<Pick<BundleRun, 'exitCode' | 'log'>>,
): Promise<BundleRun> {
  const folder = await mkdtemp(join(tmpdir(), 'run-bundle-'));
  const files = { output: join(folder, 'output'), summary: join(folder, 'summary') };
  try {
    // The toolkit appends to these; the runner has made them.
    for (const file of Object.values(files)) await writeFile(file, '');
    const { exitCode, log } = await run({
      PATH: process.env['PATH'],
      HOME: folder,
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      ...inputVariables(inputs),
      ...env,
    });
    return {
      exitCode,
      log,
      errors: annotations(log),
      outputs: parseOutputs(await read(files.output)),
      summary: await read(files.summary),
    };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** An HTTP server that notes each request and answers 500: for proving that nothing was called. */
export async function recordingServer() {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`);
    response.writeHead(500).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: requests as readonly string[],
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** The runner's own rule: upper case, spaces become underscores, hyphens stay. */
function inputVariables(inputs: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      value,
    ]),
  );
}

function annotations(log: string): string[] {
  return [...log.matchAll(/^::error(?: [^:]*)?::(.*)$/gm)].map(([, message = '']) =>
    message.replaceAll('%0A', '\n').replaceAll('%0D', '\r').replaceAll('%25', '%'),
  );
}

/** `name<<delimiter`, lines, `delimiter`. */
function parseOutputs(text: string): Record<string, string> {
  return Object.fromEntries(
    [...text.matchAll(/^([^\n<]+)<<(\S+)\n([\s\S]*?)\n\2$/gm)].map(
      ([, name = '', , value = '']) => [name, value],
    ),
  );
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
}
