import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';

/**
 * What a diagnosis needs of a pod. Named field by field, so that no environment variable, command or volume of a
 * pod, which may hold a secret, can get into it.
 */
export function podExcerpt({ metadata, spec, status }: V1Pod) {
  const { name, namespace, labels, annotations, creationTimestamp, deletionTimestamp } =
    metadata ?? {};
  const networks = Object.entries(annotations ?? {}).filter(([key]) =>
    key.startsWith('k8s.v1.cni.cncf.io/'),
  );
  return {
    metadata: { name, namespace, labels, creationTimestamp, deletionTimestamp },
    networks: Object.fromEntries(networks),
    node: spec?.nodeName,
    images: spec?.containers.map(({ name: container, image }) => ({ container, image })),
    tolerations: spec?.tolerations,
    status,
  };
}

/** What a diagnosis needs of a node. */
export function nodeExcerpt({ metadata, spec, status }: V1Node) {
  const { name, labels, creationTimestamp } = metadata ?? {};
  const { conditions, addresses, allocatable, nodeInfo } = status ?? {};
  return {
    metadata: { name, labels, creationTimestamp },
    taints: spec?.taints,
    unschedulable: spec?.unschedulable,
    status: { conditions, addresses, allocatable, nodeInfo },
  };
}

/** One event on one line: when, what kind, why, and what. */
export function eventLine(event: CoreV1Event): string {
  const { type = '', reason = '', message = '', count } = event;
  const when = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  const time = when === undefined ? '' : new Date(when).toISOString();
  const times = count === undefined || count < 2 ? '' : ` (${count} times)`;
  return `${time} ${type} ${reason}${times}: ${message.replaceAll('\n', ' ')}`;
}
