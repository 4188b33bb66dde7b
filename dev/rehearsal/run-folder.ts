import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../tools/checkout.ts';

/** Everything that one rehearsal writes: state, logs, disks. Ignored by git. */
export const RUN_FOLDER = join(CHECKOUT, '.rehearsal');
export const LOG_FOLDER = join(RUN_FOLDER, 'logs');
export const KUBECONFIG = join(RUN_FOLDER, 'kubeconfig');

/** Where kubectl may keep what it learns of an API server, instead of in the home folder. */
process.env['KUBECACHEDIR'] ??= join(RUN_FOLDER, 'kubectl-cache');

const STATE = join(RUN_FOLDER, 'world.json');

/** What the command needs to find a running world again. */
export interface WorldState {
  /** Process id, in the machine's own namespace, of the world's first process. */
  readonly pid: number;
  /** Start time of that process in clock ticks since boot: a reused pid has another one. */
  readonly started: string;
  /** `starting` until the lab stands. */
  readonly phase: 'starting' | 'up';
  readonly nodes: number;
  /** The name of what is rehearsed. */
  readonly fixture: string;
}

/** The running world of this checkout, or undefined. A state file of a dead world counts for nothing. */
export function runningWorld(): WorldState | undefined {
  if (!existsSync(STATE)) return undefined;
  const state = JSON.parse(readFileSync(STATE, 'utf8')) as WorldState;
  return startTime(state.pid) === state.started ? state : undefined;
}

export function rememberWorld(state: WorldState): void {
  mkdirSync(RUN_FOLDER, { recursive: true });
  writeFileSync(STATE, `${JSON.stringify(state)}\n`);
}

export function forgetWorld(): void {
  rmSync(STATE, { force: true });
}

/** A clean run folder; the logs of the run before go too. */
export function freshRunFolder(): void {
  rmSync(RUN_FOLDER, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(LOG_FOLDER, { recursive: true });
}

/** Field 22 of /proc/PID/stat, or undefined when there is no such process (proc_pid_stat(5)). */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
