import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CHECKOUT } from '../tools/checkout.ts';

/** Everything that a rehearsal writes: state, logs, disks. git ignores it. */
export const RUN_FOLDER = join(CHECKOUT, '.rehearsal');
export const LOG_FOLDER = join(RUN_FOLDER, 'logs');
export const KUBECONFIG = join(RUN_FOLDER, 'kubeconfig');

/** kubectl's discovery cache, which is otherwise in the home folder. */
process.env['KUBECACHEDIR'] ??= join(RUN_FOLDER, 'kubectl-cache');

const STATE = join(RUN_FOLDER, 'world.json');

/** What the command needs to find a running world. */
export interface WorldState {
  /** The process id of the world's first process, in the machine's own namespace. */
  readonly pid: number;
  /** The start time of that process in clock ticks since boot. A reused process id has another start time. */
  readonly started: string;
  /** `starting` until the lab is up. */
  readonly phase: 'starting' | 'up';
  readonly nodes: number;
  /** The name of the fixture. */
  readonly fixture: string;
}

/** The running world of this checkout, or undefined. The state file of a dead world is ignored. */
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

/** Empties the run folder, including the logs of the previous run. */
export function freshRunFolder(): void {
  rmSync(RUN_FOLDER, { recursive: true, force: true, maxRetries: 5 });
  mkdirSync(LOG_FOLDER, { recursive: true });
}

/** Field 22 of /proc/PID/stat (see proc_pid_stat(5)); undefined when the process does not exist. */
export function startTime(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
