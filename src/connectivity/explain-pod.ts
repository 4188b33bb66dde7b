import type { Reason } from './check.ts';
import type { PodObservation } from './observation.ts';

/** Why a Ready pod has no annotation of Multus. */
export function explainNoStatus(pod: PodObservation): Reason {
  const node = pod.node ?? 'its node';
  return {
    cause: 'predates-multus',
    explanation:
      "Multus did not handle this pod: it runs with the cluster's own network only. Pods that are older than Multus on their node are so, and new ones where its file is not the first in /etc/cni/net.d.",
    nextStep: `check that the DaemonSet kube-multus-ds is ready on ${node} and that /etc/cni/net.d has its file (the pod of Multus writes it when it starts), then create the pod again`,
  };
}

/** What a pod that is not Ready says, in terms of what can be done. */
export function explainNotReady(reason: string): Reason {
  return REASONS.find(({ words }) => words.test(reason))?.reason ?? OTHER;
}

const REASONS: readonly { readonly words: RegExp; readonly reason: Reason }[] = [
  {
    words: /failed to lookup master|Link not found/i,
    reason: {
      cause: 'wrong-master',
      explanation: 'The network names a master interface that the node does not have.',
      nextStep:
        "correct master in the NetworkAttachmentDefinition; or look at the node's boot script, which names the interfaces (journalctl -u cloud-final)",
    },
  },
  {
    words: /multus.*(connection refused|no such file|api is not ready|dial unix)/is,
    reason: {
      cause: 'multus-down',
      explanation: 'The Multus daemon of the node does not answer, so no pod gets its network.',
      nextStep: 'look at the pod of kube-multus-ds on the node and at its log',
    },
  },
  {
    words: /no IP addresses available|prefix exhausted/i,
    reason: {
      cause: 'pod-network-setup',
      explanation: 'All addresses of the network are in use on the node.',
      nextStep: 'give the nodes more prefixes, or the network a larger range',
    },
  },
  {
    words: /pull|image/i,
    reason: {
      cause: 'image',
      explanation: 'The node cannot get the image.',
      nextStep:
        'check the name, and that nodes reach its registry, or choose another with the input image',
    },
  },
  {
    words: /sandbox|multus|cni/i,
    reason: {
      cause: 'pod-network-setup',
      explanation: "The pod's network could not be set up.",
      nextStep:
        "check the network's master interface and IPAM, and the log of kube-multus-ds on its node",
    },
  },
  {
    words: /schedul|taint|insufficient|affinity/i,
    reason: {
      cause: 'scheduling',
      explanation: 'No node takes the pod.',
      nextStep: 'look at taints, free resources and the input placement',
    },
  },
];

const OTHER: Reason = {
  cause: 'pod-state',
  explanation: 'The pod did not become Ready in time.',
  nextStep: 'look at the events of the pod and at the state of its node',
};
