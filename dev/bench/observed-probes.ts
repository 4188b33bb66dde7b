import type { ProbeCluster } from '../../src/connectivity/probe/cluster.ts';

/** Moments in a run of verify, in milliseconds since the process began. */
export interface ProbeTimes {
  /** Creation of the first pod. */
  readonly createdAt: number;
  /** Start of the first script: all pods are Ready. */
  readonly probedFrom: number;
  /** End of the last script. */
  readonly probedUntil: number;
  /** The number of scripts, in all pods. */
  readonly execs: number;
}

/** A cluster that records when pods were created and when scripts ran in them. */
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
