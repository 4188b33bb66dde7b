import type { constants } from 'node:os';
import { COMPILED } from '../../tools/checkout.ts';
import { mortal, start } from '../../tools/process.ts';
import { startedFile } from './bundled-programs.ts';

/** A running script: its output so far, and its end. */
export interface RunningScript {
  /** Standard output and standard error, in the order in which they arrived. */
  log(): string;
  /** Resolves as soon as it has printed such words. Rejects, with its log, when it ends without them. */
  said(words: RegExp): Promise<void>;
  /** Sends it a signal, as the runner does when a job is cancelled. */
  kill(signal: keyof typeof constants.signals): void;
  /** The exit code, or null when a signal ended it. */
  readonly exited: Promise<number | null>;
}

/** Starts a script with the current Node. Of the caller's environment, the script gets only this. */
export function startNode(script: string, env: NodeJS.ProcessEnv): RunningScript {
  const node = mortal(process.execPath, [startedFile(script)]);
  const child = start(...node, {
    env: { NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const chunks: Buffer[] = [];
  const log = () => Buffer.concat(chunks).toString('utf8');
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  const said = (words: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => words.test(log()) && resolve();
      child.stdout?.on('data', look);
      void exited.then(() => reject(new Error(`it never said ${words}:\n${log()}`)), reject);
      look();
    });
  return { log, said, kill: (signal) => void child.kill(signal), exited };
}
