import type { V1Pod } from '@kubernetes/client-node';
import type { Log } from '../github/log.ts';
import { type Clock, until } from '../kubernetes/poll.ts';
import type { ProbeCluster } from './cluster.ts';
import { type PodState, podState } from './pod-state.ts';

export interface PodWait {
  readonly run: string;
  readonly names: readonly string[];
  readonly deadline: number;
  readonly clock: Clock;
  readonly log: Log;
}

/** A pod as it was when waiting ended. */
export interface WaitedPod {
  readonly pod: V1Pod;
  readonly state: PodState;
}

const EVERY_MS = 500;
/** Events cost a call for each pod, and most pods are Ready before that. */
const EVENTS_AFTER_MS = 5_000;
/** A container that could not start for so long will not. */
const TROUBLED_FOR_MS = 60_000;

/** Waits until every pod is Ready or beyond hope, or the deadline passes; each change is a line in the log. */
export async function awaitPods(cluster: ProbeCluster, wait: PodWait): Promise<WaitedPod[]> {
  const started = wait.clock.now();
  const said = new Map<string, string>();
  const troubledSince = new Map<string, number>();
  let waited: WaitedPod[] = [];
  await until(
    async () => {
      const now = wait.clock.now();
      const pods = await cluster.podsOf(wait.run);
      waited = await Promise.all(
        pods.map((pod) => look(cluster, pod, now - started > EVENTS_AFTER_MS)),
      );
      for (const { state } of waited) {
        if (said.get(state.name) !== state.text) wait.log.info(`${state.name}: ${state.text}`);
        said.set(state.name, state.text);
        if (!state.troubled) troubledSince.delete(state.name);
        else if (!troubledSince.has(state.name)) troubledSince.set(state.name, now);
      }
      const settled = waited.filter(
        ({ state }) =>
          state.ready ||
          state.hopeless ||
          now - (troubledSince.get(state.name) ?? now) > TROUBLED_FOR_MS,
      );
      return settled.length === wait.names.length ? true : undefined;
    },
    { deadline: wait.deadline, clock: wait.clock, everyMs: EVERY_MS },
  );
  return waited;
}

async function look(cluster: ProbeCluster, pod: V1Pod, withEvents: boolean): Promise<WaitedPod> {
  const state = podState(pod);
  if (state.ready || !withEvents) return { pod, state };
  return { pod, state: podState(pod, await cluster.eventsOf(pod)) };
}
