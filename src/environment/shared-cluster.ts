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
