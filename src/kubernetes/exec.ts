import type { KubeConfig, V1Status } from '@kubernetes/client-node';
import { ClusterError, messageOf } from '../github/errors.ts';
import { type ExecSocket, openExec } from './exec-socket.ts';

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

/** A connection that ended before the command did: worth one more try. */
class DroppedError extends Error {
  override readonly name = 'DroppedError';
}

/**
 * Runs a command in a container and gives what it printed. The command must be one that can be run twice:
 * when the connection drops, it is tried once more, with a fresh token.
 *
 * @throws ClusterError when it cannot be run, or does not end within `timeoutMs`.
 */
export async function execInPod(
  config: KubeConfig,
  target: ExecTarget,
  command: readonly string[],
  timeoutMs: number,
): Promise<ExecResult> {
  try {
    try {
      return await execOnce(config, target, command, timeoutMs);
    } catch (error) {
      if (!(error instanceof DroppedError)) throw error;
      return await execOnce(config, target, command, timeoutMs);
    }
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
  const timedOut = rejectOnAbort(timeout, `no end after ${timeoutMs / 1000} seconds`);
  const connecting: Promise<ExecSocket> = openExec(config, target, command).catch((error) => {
    throw refusedOrDropped(error);
  });
  try {
    const socket = await Promise.race([connecting, timedOut]);
    const { status, stdout, stderr } = await Promise.race([socket.ended, timedOut]);
    if (status === undefined) throw new DroppedError('the connection to the API server dropped');
    return { stdout, stderr, exitCode: exitCodeOf(status) };
  } finally {
    over.abort();
    void connecting.then((socket) => socket.terminate()).catch(() => undefined);
  }
}

/** A refusal has an HTTP status; anything else is a connection that did not come about. */
function refusedOrDropped(error: unknown): Error {
  const message = messageOf(error);
  const refused = /Unexpected server response: (?:4\d\d)/.test(message);
  return refused ? new Error(message) : new DroppedError(message);
}

/** https://github.com/kubernetes/kubernetes `staging/src/k8s.io/apimachinery/pkg/util/remotecommand` */
function exitCodeOf(status: V1Status): number {
  if (status.status === 'Success') return 0;
  const cause = status.details?.causes?.find(({ reason }) => reason === 'ExitCode');
  if (cause?.message !== undefined) return Number(cause.message);
  throw new Error(status.message ?? status.reason ?? 'the command could not be started');
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
    reason: `a command could not be run: ${messageOf(error)}`,
    nextStep:
      'check that this identity may create pods/exec, that the pod still runs, and that the API server reaches the kubelet of its node (port 10250)',
    cause: error,
  });
}
