/** On nodes, and on the namespace, of an environment: its name. */
export const ENVIRONMENT_LABEL = 'eks-multus-actions/environment';

/** The nodes of an environment, as a selector of labels. */
export function nodesOf(environment: string): string {
  return `${ENVIRONMENT_LABEL}=${environment}`;
}

/** The namespace of an environment on another one's cluster. Names of environments may be names of namespaces. */
export function namespaceOf(environment: string): string {
  return environment;
}

/** True for names that Kubernetes keeps for itself: no environment on a shared cluster may have them. */
export function isReservedNamespace(name: string): boolean {
  return name === 'default' || name.startsWith('kube-');
}
