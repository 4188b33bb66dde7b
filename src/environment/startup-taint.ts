/**
 * The taint that nodes of a node group with `startup-taint: true` register with. It keeps pods away until
 * configure-multus has run to its end: Multus tolerates it, and configure-multus takes it from every node when Multus
 * has been rolled out. That pods wait for Multus itself needs no taint (`pods-wait-for-multus`).
 *
 * The kubelet puts it on a node that registers, whenever that is: nodes that join later keep it until
 * configure-multus runs again, as no controller of ours is in the cluster and a node must not change its own taints
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction).
 * So it is for groups that do not grow by themselves, and off unless asked for.
 */
export const STARTUP_TAINT = {
  key: 'eks-multus-actions/networks-not-ready',
  value: 'true',
  effect: 'NoSchedule',
} as const;

/** The taint as the kubelet's flags and kubectl write it: `key=value:effect`. */
export const STARTUP_TAINT_TEXT = `${STARTUP_TAINT.key}=${STARTUP_TAINT.value}:${STARTUP_TAINT.effect}`;
