import type { V1Node } from '@kubernetes/client-node';

/** The label with the environment's name, on its nodes and its namespace. */
export const ENVIRONMENT_LABEL = 'eks-multus-actions/environment';

/** The label selector for the nodes of an environment. */
export function nodesOf(environment: string): string {
  return `${ENVIRONMENT_LABEL}=${environment}`;
}

/**
 * Whether a node on the cluster of `environment` belongs to another environment. A node without the label belongs to the
 * cluster's own environment. Pure.
 */
export function isGuest({ metadata }: V1Node, environment: string): boolean {
  const owner = metadata?.labels?.[ENVIRONMENT_LABEL];
  return owner !== undefined && owner !== environment;
}

/** The label selector for the nodes of guests: see isGuest. A selector with `!=` alone also selects nodes without the label. */
export function guestsOf(environment: string): string {
  return `${ENVIRONMENT_LABEL},${ENVIRONMENT_LABEL}!=${environment}`;
}

/** The namespace of an environment on another one's cluster. Every name of an environment is a valid namespace name. */
export function namespaceOf(environment: string): string {
  return environment;
}

/** Whether Kubernetes reserves this name. No environment on a shared cluster may have it. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}

/**
 * The taint with which nodes of a node group with `startup-taint: true` register. It keeps pods away until
 * configure-multus has finished: Multus tolerates it, and configure-multus removes it from every node after the rollout
 * of Multus. Waiting for Multus alone needs no taint (`pods-wait-for-multus`).
 *
 * The kubelet sets the taint whenever a node registers, so nodes that join later keep it until configure-multus runs
 * again: the pack has no controller in the cluster, and a node must not change its own taints
 * (https://kubernetes.io/docs/reference/access-authn-authz/admission-controllers/#noderestriction). It is therefore off
 * by default, and meant for groups that do not scale by themselves.
 */
export const STARTUP_TAINT = {
  key: 'eks-multus-actions/networks-not-ready',
  value: 'true',
  effect: 'NoSchedule',
} as const;

/** The taint as the kubelet's flags and kubectl write it: `key=value:effect`. */
export const STARTUP_TAINT_TEXT = `${STARTUP_TAINT.key}=${STARTUP_TAINT.value}:${STARTUP_TAINT.effect}`;
