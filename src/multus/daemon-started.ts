import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Clock } from '../core/clock.ts';
import type { Rest } from '../kubernetes/rest.ts';

/** Whether the daemon of a Ready pod has put itself in front of the VPC CNI, so that new pods get their networks. */
export type HasStarted = (pod: V1Pod) => Promise<boolean>;

/**
 * What the daemon logs once it listens, answers and has written `00-multus.conf`, in all releases of Multus 4
 * (`cmd/multus-daemon/main.go`, `pkg/server/config/manager.go`).
 */
const STARTED = 'started to watch file';
/** The message is one of the first; later ones need not be read. */
const LOG_BYTES = 65_536;

/**
 * The daemon ends after 45 seconds when the VPC CNI's configuration is missing (`GetReadinessIndicatorFile` in
 * `pkg/types/conf.go`), and at once when it cannot write its own. So one that runs for longer has started.
 */
const LONG_ENOUGH_MS = 60_000;

/**
 * Judges the pods of Multus by their logs, or by how long they run where the log cannot be read or no longer has the
 * message. The image may lack all programs but Multus, so no probe can ask on the node. For a pod with a startup probe,
 * Ready says enough. Each container is asked about until it has started.
 */
export function daemonStarted(rest: Rest, clock: Clock): HasStarted {
  const started = new Set<string>();
  return async (pod) => {
    const [container] = pod.spec?.containers ?? [];
    if (container === undefined || container.startupProbe !== undefined) return true;
    const statuses = pod.status?.containerStatuses ?? [];
    const status = statuses.find(({ name }) => name === container.name);
    const since = runningSince(status);
    if (since === undefined) return false;
    const id = `${pod.metadata?.uid} ${status?.containerID}`;
    if (started.has(id)) return true;
    const runsLong = clock.now() - since >= LONG_ENOUGH_MS;
    const done = runsLong || (await logOf(rest, pod, container.name)).includes(STARTED);
    if (done) started.add(id);
    return done;
  };
}

function runningSince(status: V1ContainerStatus | undefined): number | undefined {
  const startedAt = status?.state?.running?.startedAt;
  return startedAt === undefined ? undefined : new Date(startedAt).getTime();
}

/**
 * The beginning of a container's log; empty when it cannot be read. Sent once: the kubelet of one node may be out of
 * reach for long, and the caller asks again.
 */
async function logOf(rest: Rest, { metadata }: V1Pod, container: string): Promise<string> {
  const path = `/api/v1/namespaces/${metadata?.namespace}/pods/${metadata?.name}/log`;
  try {
    const query = { container, limitBytes: LOG_BYTES };
    return String(await rest({ method: 'GET', path, query }));
  } catch {
    return '';
  }
}
