import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';

export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
}

/** A program that runs until it is stopped; its output goes to one log file. */
export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Resolves when the process has ended, whoever ended it. */
  readonly exited: Promise<number | null>;
  /** Ends the whole process group: SIGTERM, then SIGKILL after `graceMs`. Safe to call twice. */
  stop(graceMs?: number): Promise<void>;
}

const running = new Set<ChildProcess>();

/** Starts a program in a process group of its own. `stopAll` ends the group if it still runs. */
export function start(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = spawn(command, args, { ...options, detached: true });
  running.add(child);
  const ended = () => running.delete(child);
  child.once('error', ended).once('close', ended);
  return child;
}

/** The command line of a program that the kernel kills when its parent ends, even if the parent is killed by SIGKILL. */
export function mortal(command: string, args: readonly string[]): readonly [string, string[]] {
  return ['setpriv', ['--pdeathsig', 'KILL', '--', command, ...args]];
}

/** Starts a long-lived program in a process group of its own; it ends with us. */
export function startService(
  name: string,
  command: string,
  args: readonly string[],
  options: ProcessOptions & { readonly log: string },
): Service {
  mkdirSync(dirname(options.log), { recursive: true });
  const output = openSync(options.log, 'a');
  const stdio = ['ignore' as const, output, output];
  const child = start(...mortal(command, args), { stdio, ...pick(options) });
  closeSync(output);
  const exited = endOf(child);
  if (child.pid === undefined) {
    throw new Error(`cannot start ${name}: setpriv (util-linux) is not there`);
  }
  return {
    name,
    pid: child.pid,
    log: options.log,
    exited,
    stop: (graceMs) => stopGroup(child, exited, graceMs),
  };
}

/** A program that was run and did not end with exit code 0. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  /** The signal that ended it; null when it ended by itself. */
  readonly signal: NodeJS.Signals | null;

  constructor(message: string, signal: NodeJS.Signals | null) {
    super(message);
    this.signal = signal;
  }
}

/**
 * Runs a program to its end and resolves with its standard output. Each line of both streams is given
 * to `onLine`. Rejects with the command and its last lines when it exits non-zero.
 */
export function run(
  command: string,
  args: readonly string[],
  options: ProcessOptions & {
    readonly onLine?: (line: string) => void;
    readonly signal?: AbortSignal;
    readonly input?: string;
  } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = start(command, args, {
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...pick(options),
    });
    const exited = endOf(child);
    options.signal?.addEventListener('abort', () => void stopGroup(child, exited, 0));
    // A program may end without reading all of its input. The exit code below says how it ended.
    child.stdin?.on('error', () => {}).end(options.input);
    const stdout: string[] = [];
    const tail: string[] = [];
    const follow = (stream: NodeJS.ReadableStream | null, keep?: string[]) => {
      if (stream === null) return;
      createInterface({ input: stream }).on('line', (line) => {
        keep?.push(line);
        tail.push(line);
        if (tail.length > 20) tail.shift();
        options.onLine?.(line);
      });
    };
    follow(child.stdout, stdout);
    follow(child.stderr);
    child.on('error', (cause) => reject(new Error(`cannot run ${command}`, { cause })));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(stdout.join('\n'));
      else {
        const ended = signal === null ? `exit code ${code}` : `signal ${signal}`;
        const message = `${command} ${args.join(' ')}: ${ended}\n${tail.join('\n')}`;
        reject(new ProgramError(message, signal));
      }
    });
  });
}

/** Ends every process that this module started and that still runs. */
export async function stopAll(graceMs = 2_000): Promise<void> {
  await Promise.all([...running].map((child) => stopGroup(child, endOf(child), graceMs)));
}

/** The signals that ask a program to end: Ctrl-C, kill, and a terminal that closes. */
export const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

let endsOnSignals = false;

/**
 * Ends this program's children when a signal ends it. For programs with nothing else to clean up. A second signal ends
 * the program at once. Safe to call twice.
 */
export function endOnSignals(): void {
  if (endsOnSignals) return;
  endsOnSignals = true;
  for (const signal of ENDING_SIGNALS) {
    process.once(signal, () => void stopAll(0).finally(() => process.kill(process.pid, signal)));
  }
}

function endOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
}

async function stopGroup(
  child: ChildProcess,
  exited: Promise<unknown>,
  graceMs = 2_000,
): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  signalGroup(child.pid, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), graceMs);
  await exited;
  clearTimeout(timer);
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function pick(options: ProcessOptions): { env?: NodeJS.ProcessEnv; cwd?: string } {
  return {
    ...(options.env === undefined ? {} : { env: options.env }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  };
}
