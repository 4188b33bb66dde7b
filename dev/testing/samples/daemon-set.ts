import type { V1DaemonSet, V1DaemonSetStatus } from '@kubernetes/client-node';

/** The numbers in a DaemonSet's status; `seen` is the version that its controller has seen. */
export const counts = (desired: number, updated: number, available: number, seen = 2) => ({
  desiredNumberScheduled: desired,
  updatedNumberScheduled: updated,
  numberAvailable: available,
  observedGeneration: seen,
});

/** The DaemonSet of Multus in its second version. */
export const daemonSet = (status: Partial<V1DaemonSetStatus>): V1DaemonSet => ({
  metadata: { name: 'kube-multus-ds', generation: 2 },
  spec: { selector: { matchLabels: { name: 'multus' } }, template: {} },
  status: { currentNumberScheduled: 0, numberMisscheduled: 0, ...status } as V1DaemonSetStatus,
});
