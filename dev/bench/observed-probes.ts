import type { ProbeCluster } from '../../src/connectivity/probe/cluster.ts';

/** When things happened in a run of verify; milliseconds since the process began. */
export interface ProbeTimes {
  /** The first pod was asked for. */
  readonly createdAt: number;
  /** The first script was sent to a pod: all of them are Ready. */
  readonly probedFrom: number;
  /** The last script had ended. */
  readonly probedUntil: number;
  /** Scripts that were run, in whatever pod. */
  readonly execs: number;
}

/** A cluster that notes when it was asked for pods, and when scripts ran in them. */
export function observedProbes(observed: ProbeCluster) {
  let [createdAt, probedFrom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let [probedUntil, execs] = [Number.NaN, 0];
  const watch = (cluster: ProbeCluster): ProbeCluster => ({
    ...cluster,
    inNamespace: (namespace) => watch(cluster.inNamespace(namespace)),
    async createPod(pod) {
      createdAt = Math.min(createdAt, performance.now());
      await cluster.createPod(pod);
    },
    async runScript(pod, script, timeoutMs) {
      probedFrom = Math.min(probedFrom, performance.now());
      execs += 1;
      try {
        return await cluster.runScript(pod, script, timeoutMs);
      } finally {
        probedUntil = performance.now();
      }
    },
  });
  const times = (): ProbeTimes => ({ createdAt, probedFrom, probedUntil, execs });
  return { cluster: watch(observed), times };
}
