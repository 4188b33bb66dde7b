import type { V1Node } from '@kubernetes/client-node';

/** On nodes, and on the namespace, of an environment: its name. */
export const ENVIRONMENT_LABEL = 'eks-multus-actions/environment';

/** The nodes of an environment, as a selector of labels. */
export function nodesOf(environment: string): string {
  return `${ENVIRONMENT_LABEL}=${environment}`;
}

/**
 * True for a node that another environment brought onto the cluster of `environment`. A node without the label is the
 * cluster's, whoever made it. Pure.
 */
export function isGuest({ metadata }: V1Node, environment: string): boolean {
  const owner = metadata?.labels?.[ENVIRONMENT_LABEL];
  return owner !== undefined && owner !== environment;
}

/** The namespace of an environment on another one's cluster. Names of environments may be names of namespaces. */
export function namespaceOf(environment: string): string {
  return environment;
}

/** True for names that Kubernetes keeps for itself: no environment on a shared cluster may have them. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}

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
