import { pathToFileURL } from 'node:url';

/** What the parent asks for: one run of a script in this environment, which has nothing of our own. */
export interface RunRequest {
  readonly script: string;
  readonly env: NodeJS.ProcessEnv;
}

/** How such a run ended, and all that it printed. */
export interface RunAnswer {
  readonly exitCode: number;
  readonly log: string;
}

/** Takes the place of the end of the process. */
class Exit extends Error {
  readonly code: number;

  constructor(code: number) {
    super(`exit ${code}`);
    this.code = code;
  }
}

let runs = 0;

/** Runs a script until it would end the process. Its own module is new for each run, those that it imports are not. */
async function run({ script, env }: RunRequest): Promise<RunAnswer> {
  for (const name of Object.keys(process.env)) delete process.env[name];
  Object.assign(process.env, env);
  process.exitCode = undefined;
  process.removeAllListeners('uncaughtException');
  runs += 1;
  const printed: string[] = [];
  const release = capture((text) => printed.push(text));
  try {
    await import(`${pathToFileURL(script)}?run=${runs}`);
    throw new Error(`${script} did not end the process:\n${printed.join('')}`);
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
    return { exitCode: error.code, log: printed.join('') };
  } finally {
    release();
  }
}

/** Gives all that is printed to `to`, until the returned function is called. */
function capture(to: (text: string) => void): () => void {
  const releases = [process.stdout, process.stderr].map((stream) => {
    const { write } = stream;
    stream.write = (chunk: string | Uint8Array) => {
      to(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString('utf8'));
      return true;
    };
    return () => {
      stream.write = write;
    };
  });
  return () => {
    for (const release of releases) release();
  };
}

const end = process.exit.bind(process);
process.exit = (code) => {
  throw new Exit(Number(code ?? process.exitCode ?? 0));
};
process.once('disconnect', () => end(0));
process.on('message', (request: RunRequest) => {
  void run(request).then((answer) => process.send?.(answer));
});
