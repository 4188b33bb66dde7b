import { existsSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/**
 * The program of an invocation's child process (`node runner.ts FOLDER HANDLER`). It loads the handler of a
 * deployment package, passes it the event from standard input and writes its result to standard output. The
 * handler's own output goes to standard error, which is its log.
 */
delete process.env['NODE_COMPILE_CACHE'];
process.stdout.write = process.stderr.write.bind(process.stderr) as typeof process.stdout.write;

interface Invocation {
  readonly event: unknown;
  readonly context: { readonly deadlineMs: number } & Readonly<Record<string, unknown>>;
}

const [folder = '.', handlerName = 'index.handler'] = process.argv.slice(2);
const { event, context } = JSON.parse(readFileSync(0, 'utf8')) as Invocation;

try {
  const handler = await loadHandler(folder, handlerName);
  const result = await handler(event, {
    ...context,
    getRemainingTimeInMillis: () => context.deadlineMs - Date.now(),
  });
  finish({ result: result ?? null });
} catch (error) {
  const { name, message, stack } = error instanceof Error ? error : new Error(String(error));
  console.error(stack ?? message);
  finish({ error: { errorType: name, errorMessage: message, trace: stack?.split('\n') ?? [] } });
}

function finish(outcome: object): never {
  writeSync(1, JSON.stringify(outcome));
  process.exit(0);
}

type Handler = (event: unknown, context: unknown) => unknown;

/** `index.handler` is the export `handler` of index.mjs, index.js or index.cjs. */
async function loadHandler(root: string, name: string): Promise<Handler> {
  const dot = name.lastIndexOf('.');
  const [file, exported] = [name.slice(0, dot), name.slice(dot + 1)];
  const path = ['.mjs', '.js', '.cjs']
    .map((extension) => join(root, `${file}${extension}`))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) throw new Error(`Cannot find module '${file}' in the package`);
  const module: Record<string, unknown> = await import(pathToFileURL(path).href);
  const found = module[exported] ?? (module['default'] as Record<string, unknown>)?.[exported];
  if (typeof found !== 'function') throw new Error(`${name} is undefined or not exported`);
  return found as Handler;
}
