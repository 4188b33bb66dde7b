import type { CoreV1Event, V1Pod } from '@kubernetes/client-node';
import { podTrouble } from '../kubernetes/pod-trouble.ts';
import { isReady } from './placement.ts';

/** How far a pod is. */
export interface PodState {
  readonly name: string;
  readonly ready: boolean;
  /** In one line, for people. */
  readonly text: string;
  /** True when waiting cannot help. */
  readonly hopeless: boolean;
  /** True when a container says that it cannot start; that may pass, but not if it stays so. */
  readonly troubled: boolean;
}

/** Reads the state of a pod; events tell what its status does not (sandboxes that cannot be made). */
export function podState(pod: V1Pod, events: readonly CoreV1Event[] = []): PodState {
  const name = pod.metadata?.name ?? '';
  const node = pod.spec?.nodeName;
  if (pod.metadata?.deletionTimestamp !== undefined) {
    return { name, ready: false, text: 'it is being deleted', hopeless: true, troubled: true };
  }
  if (isReady(pod)) {
    const text = `Ready on ${node ?? 'no node'}`;
    return { name, ready: true, text, hopeless: false, troubled: false };
  }
  const trouble = podTrouble(pod);
  const phase = `${pod.status?.phase ?? 'Pending'}${node === undefined ? '' : ` on ${node}`}`;
  return {
    name,
    ready: false,
    text: trouble?.text ?? warning(events) ?? phase,
    hopeless: trouble?.hopeless ?? false,
    troubled: trouble !== undefined && node !== undefined,
  };
}

function warning(events: readonly CoreV1Event[]): string | undefined {
  const last = events
    .filter(({ type }) => type === 'Warning')
    .toSorted((a, b) => timeOf(a) - timeOf(b))
    .at(-1);
  return last === undefined
    ? undefined
    : `${last.reason ?? 'Warning'}: ${essenceOf(last.message ?? '')}`;
}

/**
 * What a CNI plugin said, without the ids and arguments that containerd and Multus put around it: they differ with
 * each try, and hide the reason.
 */
function essenceOf(message: string): string {
  const words = /ERRORED: .*?(error adding [^\n]+)/s.exec(message)?.[1];
  if (words !== undefined) return words;
  const shim = /plugin type="multus-shim".*?failed \(add\): (.+)/s.exec(message)?.[1];
  return (shim ?? message).replace(/sandbox "[0-9a-f]{64}"/, 'sandbox');
}

function timeOf(event: CoreV1Event): number {
  const time = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  return time === undefined ? 0 : new Date(time).getTime();
}
