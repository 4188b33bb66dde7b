import { Writable } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { messageOf } from '../github/errors.ts';
import type { ExecTarget } from './exec.ts';

/** A command that runs in a container, seen from the other end of a web socket. */
export interface ExecSocket {
  /** What it printed; the status is undefined when the connection ended before the command did. */
  readonly ended: Promise<{
    readonly stdout: string;
    readonly stderr: string;
    readonly status: V1Status | undefined;
  }>;
  terminate(): void;
}

/**
 * Has the API server start a command.
 *
 * @throws Error `Unexpected server response: <HTTP status>` when it refuses, or the connection's own.
 */
export async function openExec(
  config: KubeConfig,
  { namespace, pod, container }: ExecTarget,
  command: readonly string[],
): Promise<ExecSocket> {
  const stdout = collector();
  const stderr = collector();
  const status = Promise.withResolvers<V1Status | undefined>();
  const socket = await new Exec(config)
    .exec(
      ...[namespace, pod, container, [...command], stdout.stream, stderr.stream, null, false],
      status.resolve,
    )
    .catch((problem: unknown) => {
      throw connectionError(problem);
    });
  // The status is the last message; what closes before it has lost the command's end.
  socket.addEventListener('close', () => status.resolve(undefined));
  return {
    ended: status.promise.then((ended) => ({
      ...{ stdout: stdout.text(), stderr: stderr.text() },
      status: ended,
    })),
    terminate: () => socket.terminate(),
  };
}

function collector() {
  const chunks: Buffer[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      done();
    },
  });
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}

/** A web socket that fails before it is open gives an event in the place of an error. */
function connectionError(problem: unknown): Error {
  const { error = problem } = problem as { readonly error?: unknown };
  return error instanceof Error ? error : new Error(messageOf(error));
}
