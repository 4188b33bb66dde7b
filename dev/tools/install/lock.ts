import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * Runs `work` while no other process holds the lock on the file `path`. The lock is the kernel's (flock),
 * held by a child that ends when its standard input closes: however this process ends, even by SIGKILL,
 * the lock goes with it, so there is no stale lock to recognise. `waiting` hears who holds it.
 */
export async function withLock<T>(
  path: string,
  waiting: (holder: string) => void,
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn('flock', [path, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  // Somebody may have killed it; then there is nothing to close.
  holder.stdin.on('error', () => {});
  const held = new Promise<void>((resolve, reject) => {
    holder.once('error', (cause) => reject(new Error('cannot run flock (util-linux)', { cause })));
    holder.once('exit', (code) => reject(new Error(`flock ${path}: exit code ${code}`)));
    holder.stdout.once('data', () => resolve());
  });
  const patience = setTimeout(() => void tellHolder(path, waiting), 1_000);
  try {
    await held;
    clearTimeout(patience);
    await writeFile(path, `${process.pid}\n`);
    return await work();
  } finally {
    clearTimeout(patience);
    holder.stdin.end();
  }
}

async function tellHolder(path: string, waiting: (holder: string) => void): Promise<void> {
  const pid = (await readFile(path, 'utf8').catch(() => '')).trim();
  waiting(pid === '' ? 'another process' : `process ${pid}`);
}
