import { join } from 'node:path';
import { startService } from '../../../tools/process.ts';

/** A moto server with the plugin beside this file: AWS service data in one Python process. */
export interface Moto {
  readonly url: string;
  stop(): Promise<void>;
}

export interface MotoOptions {
  /** The Python interpreter of a virtual environment with `moto[server]` 5.2.5. */
  readonly python: string;
  readonly port: number;
  /** The file for its output. */
  readonly log: string;
}

/** Generous, because a crash is noticed at once and a machine with cold file caches takes long. */
const READY_WITHIN_MS = 180_000;

/**
 * Starts moto and resolves when it answers (about two seconds). Otherwise rejects with the path of its log.
 */
export async function startMoto({ python, port, log }: MotoOptions): Promise<Moto> {
  const script = join(import.meta.dirname, 'start.py');
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: '1', PYTHONUNBUFFERED: '1' };
  const service = startService('moto', python, [script, String(port)], { log, env });
  let ended = false;
  void service.exited.then(() => {
    ended = true;
  });
  const moto = { url: `http://127.0.0.1:${port}`, stop: () => service.stop() };
  return whenReady(moto, () => ended, log);
}

/**
 * Resolves with `moto` when it answers. If it ends or takes too long, stops it and rejects with the path of
 * its log.
 */
export async function whenReady(moto: Moto, ended: () => boolean, log: string): Promise<Moto> {
  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await answers(moto.url))) {
    if (ended() || Date.now() > deadline) {
      await moto.stop();
      throw new Error(`moto did not start; see ${log}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return moto;
}

async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(`${url}/moto-api/`, { signal: AbortSignal.timeout(2_000) });
    await answer.arrayBuffer();
    return true;
  } catch {
    return false;
  }
}
