import { Writable } from 'node:stream';
import { Exec, type KubeConfig, type V1Status } from '@kubernetes/client-node';
import { type Clock, systemClock } from '../core/clock.ts';
import { ClusterError, messageOf } from '../core/errors.ts';
import { redact } from '../core/redact.ts';
import { retry } from '../core/retry.ts';

export interface ExecTarget {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ExecTiming {
  /** How long all attempts may take together. */
  readonly timeoutMs: number;
  readonly clock?: Clock;
  /** Varies the pauses between attempts: see RetryPolicy. */
  readonly random?: () => number;
}

/**
 * The connection ended before the command did, or the API server or the kubelet could not be reached. A kubelet that
 * has just joined has no serving certificate for some seconds and refuses with `tls: internal error`.
 */
class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
}

const PAUSE_MS = 2_000;

/**
 * Runs a command in a container and gives what it printed. The command must be safe to run twice: when its connection
 * fails or drops, it runs again, with a fresh token, until `timeoutMs` have passed.
 *
 * @throws ClusterError when the command cannot be run, or does not end in time.
 */
export async function execInPod(
  config: KubeConfig,
  target: ExecTarget,
  command: readonly string[],
  timing: ExecTiming,
): Promise<ExecResult> {
  const { timeoutMs, clock = systemClock, random = Math.random } = timing;
  const end = clock.now() + timeoutMs;
  const exec = () => execOnce(config, target, command, Math.ceil(end - clock.now()));
  try {
    return await retry(exec, {
      clock,
      random,
      // The last attempt needs some time, too.
      deadline: end - PAUSE_MS,
      firstPauseMs: PAUSE_MS,
      factor: 1,
      mayPass: (error) => error instanceof ConnectionError,
    });
  } catch (error) {
    throw cannotExec(target, error);
  }
}

async function execOnce(
  config: KubeConfig,
  target: ExecTarget,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  const over = new AbortController();
  const timeout = AbortSignal.any([over.signal, AbortSignal.timeout(timeoutMs)]);
  const timedOut = rejectOnAbort(
    timeout,
    `no end after ${Math.round(timeoutMs / 100) / 10} seconds`,
  );
  const connecting: Promise<ExecSocket> = openExec(config, target, command).catch((error) => {
    throw refusalOrConnectionError(error);
  });
  try {
    const socket = await Promise.race([connecting, timedOut]);
    const { status, stdout, stderr } = await Promise.race([socket.ended, timedOut]);
    if (status === undefined) throw new ConnectionError('the connection to the API server dropped');
    return { stdout, stderr, exitCode: exitCodeOf(status) };
  } finally {
    over.abort();
    void connecting.then((socket) => socket.terminate()).catch(() => undefined);
  }
}

/** A refusal has an HTTP status; anything else is a connection that did not come about. */
function refusalOrConnectionError(error: unknown): Error {
  const message = messageOf(error);
  const refused = /Unexpected server response: (?:4\d\d)/.test(message);
  return refused ? new Error(message) : new ConnectionError(message);
}

/**
 * What an API server says over the web socket, which it opens before it turns to the kubelet:
 * https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apiserver/pkg/util/proxy/streamtranslator.go`
 */
const KUBELET_UNREACHED = /error (?:sending request|dialing backend):/;

/** https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apimachinery/pkg/util/remotecommand` */
function exitCodeOf(status: V1Status): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (cause?.message !== undefined) return Number(cause.message);
  const message = status.message ?? status.reason ?? 'the command could not be started';
  throw KUBELET_UNREACHED.test(message) ? new ConnectionError(message) : new Error(message);
}

function rejectOnAbort(signal: AbortSignal, message: string): Promise<never> {
  const promise = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(message)), { once: true });
  });
  promise.catch(() => undefined);
  return promise;
}

function cannotExec({ namespace, pod, container }: ExecTarget, error: unknown): ClusterError {
  return new ClusterError({
    resource: `container ${container} of pod ${namespace}/${pod}`,
    reason: `a command could not be run: ${redact(messageOf(error))}`,
    nextStep:
      'check that this identity may create pods/exec, that the pod still runs, and that the API server reaches the kubelet of its node (port 10250)',
    cause: error,
  });
}

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
      namespace,
      pod,
      container,
      [...command],
      stdout.stream,
      stderr.stream,
      null,
      false,
      status.resolve,
    )
    .catch((problem: unknown) => {
      throw connectionError(problem);
    });
  // The status is the last message; what closes before it has lost the command's end.
  socket.addEventListener('close', () => status.resolve(undefined));
  return {
    ended: status.promise.then((ended) => ({
      stdout: stdout.text(),
      stderr: stderr.text(),
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
