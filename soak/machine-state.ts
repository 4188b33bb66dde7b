import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Everything that a command could leave on this machine and that /proc shows. */
export type MachineState = ReadonlySet<string>;

const NAMESPACES = ['net', 'mnt', 'pid'] as const;

/** Looks at processes, namespaces and mounts. Short-lived processes of others may be among them. */
export function machineState(): MachineState {
  const state = new Set<string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const kind of NAMESPACES) addLink(state, `/proc/${pid}/ns/${kind}`);
    const command = commandOf(pid);
    if (command !== '') state.add(`process ${pid} ${command}`);
  }
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [, , , , point] = line.split(' ');
    if (point !== undefined) state.add(`mount ${point}`);
  }
  return state;
}

/** What there is now and was not before, of what a rehearsal starts: namespaces, mounts, its programs. */
export function difference(before: MachineState, after: MachineState): readonly string[] {
  return [...after].filter((item) => !before.has(item) && concerns(item));
}

/** The programs of a rehearsal; what else runs on the machine comes and goes as it likes. */
const PROGRAMS =
  /unshare|world-main|rehears|moto|kube-|etcd|authenticator|linux\.?(uml)? mem=|\bact\b|containerd|lambda-runner/;

function concerns(item: string): boolean {
  return !item.startsWith('process ') || PROGRAMS.test(item);
}

function addLink(state: Set<string>, path: string): void {
  try {
    state.add(`namespace ${readlinkSync(path)}`);
  } catch {
    // The process has ended meanwhile.
  }
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
