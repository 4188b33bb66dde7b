import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Everything that a command could leave on this machine, as far as /proc shows it. */
export type MachineState = ReadonlySet<string>;

const NAMESPACES = ['net', 'mnt', 'pid'] as const;

/**
 * The processes that npm scripts of `checkout` started, directly or indirectly, with their namespaces, and all
 * mounts. npm passes INIT_CWD to all that a script starts, which tells these processes from others.
 */
export function machineState(checkout: string): MachineState {
  const state = new Set<string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    if (!environmentOf(pid).includes(`INIT_CWD=${checkout}`)) continue;
    state.add(`process ${pid} ${read(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim()}`);
    for (const kind of NAMESPACES) {
      const namespace = linkOf(`/proc/${pid}/ns/${kind}`);
      if (namespace !== '') state.add(`namespace ${namespace}`);
    }
  }
  for (const line of read('/proc/self/mountinfo').split('\n')) {
    const [, , , , point] = line.split(' ');
    if (point !== undefined) state.add(`mount ${point}`);
  }
  return state;
}

/** What exists now and did not exist before. */
export function difference(before: MachineState, after: MachineState): readonly string[] {
  return [...after].filter((item) => !before.has(item));
}

function environmentOf(pid: string): readonly string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** Empty when the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}
