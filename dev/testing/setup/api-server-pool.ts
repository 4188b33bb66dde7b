import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startApiServer } from '../../stand-ins/cluster/api-server.ts';
import { ensureTools } from '../../tools/install/tools.ts';
import { consoleProgress } from '../../tools/progress.ts';
import { settledEtcd } from '../servers/etcd-state.ts';

/** The environment variable with the port of the pool. */
const PORT = 'API_SERVER_POOL_PORT';
const HOST = '127.0.0.1';
/** What a borrower says of a server that is again as it was after its start. */
const RESTORED = 'restored\n';
/** Borrowers beyond so many wait for a server. */
const MOST = 3;
/** A server that nobody borrows for so long is stopped: it costs a hundredth of a core, and a start two seconds of it. */
const IDLE_MS = 60_000;

/** What a borrower is told. */
interface Lent {
  readonly kubeconfig: string;
  readonly etcd: string;
  /** Path of a file with the entries of its first state, see EtcdState. */
  readonly state: string;
}

interface Pooled {
  readonly lent: Lent;
  stop(): Promise<void>;
}

/**
 * Global setup of the integration tests: lends API servers to files of tests, one file after the other. A start costs more
 * than two seconds of CPU time. The borrower makes its server again what it was; one that is not given back so is stopped.
 * Starts a server only for a borrower that finds none.
 */
export async function setup(): Promise<() => Promise<void>> {
  const pool = createPool();
  const listener = createServer((borrower) => {
    borrower.on('error', () => {});
    pool.lend(borrower).catch((error) => {
      borrower.end(`${JSON.stringify({ error: String(error) })}\n`);
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, HOST, resolve));
  process.env[PORT] = String((listener.address() as AddressInfo).port);
  return async () => {
    listener.close();
    await pool.stop();
  };
}

function createPool() {
  /** Servers that nobody has, each with the timer that stops it. */
  const idle: { readonly pooled: Pooled; readonly timer: NodeJS.Timeout }[] = [];
  /** Borrowers that wait, the first one first. */
  const waiting: (() => void)[] = [];
  const all = new Set<Pooled>();
  let count = 0;
  const end = async (pooled: Pooled) => {
    await pooled.stop();
    all.delete(pooled);
    count -= 1;
    waiting.shift()?.();
  };
  const find = async (): Promise<Pooled> => {
    while (idle.length === 0 && count === MOST) {
      await new Promise<void>((resolve) => waiting.push(resolve));
    }
    const found = idle.pop();
    clearTimeout(found?.timer);
    if (found !== undefined) return found.pooled;
    count += 1;
    try {
      const pooled = await startPooled();
      all.add(pooled);
      return pooled;
    } catch (error) {
      count -= 1;
      waiting.shift()?.();
      throw error;
    }
  };
  const takeBack = (pooled: Pooled) => {
    const entry = { pooled, timer: setTimeout(() => void forget(), IDLE_MS) };
    const forget = () => {
      idle.splice(idle.indexOf(entry), 1);
      return end(pooled);
    };
    idle.push(entry);
    waiting.shift()?.();
  };
  return {
    async lend(borrower: Socket): Promise<void> {
      const pooled = await find();
      if (borrower.destroyed) return takeBack(pooled);
      let restored = false;
      borrower.on('data', () => {
        restored = true;
      });
      borrower.on('close', () => (restored ? takeBack(pooled) : void end(pooled)));
      borrower.write(`${JSON.stringify(pooled.lent)}\n`);
    },
    async stop(): Promise<void> {
      for (const { timer } of idle) clearTimeout(timer);
      await Promise.all([...all].map((pooled) => pooled.stop()));
    },
  };
}

async function startPooled(): Promise<Pooled> {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  const runDir = await mkdtemp(join(tmpdir(), 'pooled-api-server-'));
  const { etcd, kubeconfig, stop } = await startApiServer({ tools, runDir });
  const state = join(runDir, 'state.json');
  await writeFile(state, JSON.stringify([...(await settledEtcd(etcd))]));
  return {
    lent: { kubeconfig, etcd, state },
    async stop() {
      await stop();
      await rm(runDir, { recursive: true, force: true });
    },
  };
}

/** A server of the pool, until it is given back. */
export interface Borrowed extends Lent {
  /** `restored` says that the server is again as it was. */
  giveBack(restored: boolean): Promise<void>;
}

/** Whether the global setup has made a pool. */
export function hasPool(): boolean {
  return process.env[PORT] !== undefined;
}

/** Borrows a server that is as after its start. Another file gets it when this process ends. */
export async function borrowApiServer(): Promise<Borrowed> {
  const connection = connect(Number(process.env[PORT]), HOST);
  const closed = new Promise<void>((resolve) => connection.once('close', () => resolve()));
  const answer = await new Promise<string>((resolve, reject) => {
    connection.once('error', reject);
    createInterface({ input: connection }).once('line', resolve);
  });
  const lent = JSON.parse(answer) as Lent & { readonly error?: string };
  if (lent.error !== undefined) throw new Error(lent.error);
  const giveBack = async (restored: boolean) => {
    connection.end(restored ? RESTORED : '');
    await closed;
  };
  return { ...lent, giveBack };
}
