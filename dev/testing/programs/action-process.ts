import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { packFile } from '../../../src/core/pack-files.ts';
import { COMPILED } from '../../tools/checkout.ts';
import { mortal, start } from '../../tools/process.ts';
import type { RunAnswer, RunRequest } from './run-again.ts';
import { asStep, type BundleRun, type Inputs } from './run-bundle.ts';

/** One process in which an action runs again and again. */
export interface ActionProcess {
  /** One run after the other, each with an environment of its own, as `runSource` makes it. */
  run(inputs: Inputs, env?: NodeJS.ProcessEnv): Promise<BundleRun>;
  stop(): Promise<void>;
}

/**
 * Starts a process for many runs of an action's source, which saves the start of Node and the loading of its modules for
 * each. Only for runs that end before they call anything, because the process goes on.
 */
export function startActionProcess(action: string): ActionProcess {
  const script = packFile('src', action, 'main.ts');
  const program = packFile('dev', 'testing', 'programs', 'run-again.ts');
  const child = start(...mortal(process.execPath, [program]), {
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: COMPILED },
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let last: Promise<unknown> = Promise.resolve();
  return {
    run: (inputs, env) =>
      asStep(inputs, env, (environment) => {
        const answer = last.then(() => ask(child, { script, env: environment }));
        last = answer.catch(() => undefined);
        return answer;
      }),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}

async function ask(child: ChildProcess, request: RunRequest): Promise<RunAnswer> {
  const given = new AbortController();
  const answered = once(child, 'message', given);
  const ended = once(child, 'exit', given);
  try {
    child.send(request);
    const [answer] = await Promise.race([
      answered,
      ended.then(([code]) => Promise.reject(new Error(`the process ended with code ${code}`))),
    ]);
    return answer;
  } finally {
    for (const one of [answered, ended]) one.catch(() => undefined);
    given.abort();
  }
}
