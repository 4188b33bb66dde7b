import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { RUN_FOLDER } from './run-folder.ts';

/** The namespaces of one world, in the kernel's notation (`net:[4026532291]`). */
export interface Namespaces {
  readonly net: string;
  readonly pid: string;
  readonly mnt: string;
}

export interface EnteredWorld {
  /** The `unshare` process. When it ends, everything inside ends. */
  readonly process: ChildProcess;
  /** The process id of the world's first process, seen from outside. */
  readonly pid: number;
  readonly namespaces: Namespaces;
}

const UNSHARE = [
  'unshare',
  '--net',
  '--mount',
  '--pid',
  '--fork',
  '--mount-proc',
  '--kill-child=SIGKILL',
];

/**
 * Starts `node script` as the first process of its own network, mount and process-id namespaces. When it ends,
 * for whatever reason, the kernel ends every process inside and removes the namespaces, links and mounts.
 *
 * Needs root. The child's output goes to the file `log`. File descriptor 3 is an IPC channel.
 */
export async function enterWorld(
  script: string,
  args: readonly string[],
  log: string,
): Promise<EnteredWorld> {
  const [command = '', ...options] = UNSHARE;
  const output = openSync(log, 'a');
  const child = spawn(command, [...options, process.execPath, script, ...args], {
    stdio: ['ignore', output, output, 'ipc'],
    detached: true,
  });
  closeSync(output);
  const pid = await firstProcess(child);
  return { process: child, pid, namespaces: namespacesOf(pid) };
}

async function firstProcess(child: ChildProcess): Promise<number> {
  const own = readlinkSync('/proc/self/ns/net');
  const deadline = Date.now() + 60_000;
  while (child.exitCode === null && child.pid !== undefined && Date.now() < deadline) {
    const found = descendants(child.pid).find((pid) => {
      try {
        return (
          readlinkSync(`/proc/${pid}/ns/net`) !== own &&
          readFileSync(`/proc/${pid}/comm`, 'utf8').trim() !== 'unshare'
        );
      } catch {
        return false;
      }
    });
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(
    'cannot create namespaces with unshare; the rehearsal needs root (or sudo) and a kernel with network, mount and pid namespaces',
  );
}

function descendants(pid: number): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter((text) => text !== '')
      .map(Number);
    return children.flatMap((child) => [child, ...descendants(child)]);
  } catch {
    return [];
  }
}

/** The namespaces of a process. */
export function namespacesOf(pid: number): Namespaces {
  const link = (kind: string) => readlinkSync(`/proc/${pid}/ns/${kind}`);
  return { net: link('net'), pid: link('pid'), mnt: link('mnt') };
}

/** What an ended world left on the machine. Each list is empty when all is well. */
export interface LocalLeftovers {
  readonly processes: readonly string[];
  readonly namespaces: readonly string[];
  readonly mounts: readonly string[];
}

/** Searches /proc for anything that still belongs to the world. */
export function localLeftovers(gone: Namespaces): LocalLeftovers {
  const names = new Set<string>(Object.values(gone));
  const held = processIds().flatMap((pid) =>
    ['net', 'pid', 'mnt'].flatMap((kind) => {
      try {
        const name = readlinkSync(`/proc/${pid}/ns/${kind}`);
        return names.has(name) ? [{ pid, name }] : [];
      } catch {
        return [];
      }
    }),
  );
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .filter((line) => line.includes(RUN_FOLDER) || [...names].some((name) => line.includes(name)));
  return {
    processes: [...new Set(held.map(({ pid }) => describe(pid)))],
    namespaces: [...new Set(held.map(({ name }) => name))],
    mounts,
  };
}

function processIds(): readonly string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name));
}

function describe(pid: string): string {
  try {
    return `${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()}`;
  } catch {
    return pid;
  }
}
