import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Everything that a command could leave on this machine and that /proc shows. */
export type MachineState = ReadonlySet<string>;

const NAMESPACES = ['net', 'mnt', 'pid'] as const;

/**
 * The processes that npm scripts of `checkout` started, directly or not, with their namespaces, and all
 * mounts. npm hands INIT_CWD down to whatever a script starts, so what else runs here does not disturb.
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

/** What there is now and was not before. */
export function difference(before: MachineState, after: MachineState): readonly string[] {
  return [...after].filter((item) => !before.has(item));
}

function environmentOf(pid: string): readonly string[] {
  return read(`/proc/${pid}/environ`).split('\0');
}

/** The empty text when the process has ended meanwhile. */
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
