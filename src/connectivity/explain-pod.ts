import type { Reason } from './check.ts';
import type { PodObservation } from './observation.ts';

/** Why a Ready pod has no annotation of Multus. */
export function explainNoStatus(pod: PodObservation): Reason {
  const node = pod.node ?? 'its node';
  return {
    cause: 'predates-multus',
    explanation:
      "Multus did not handle this pod: it runs with the cluster's own network only. Pods that are older than Multus on their node are so.",
    nextStep: `check that the DaemonSet kube-multus-ds is ready on ${node}, then create the pod again`,
  };
}

/** What a pod that is not Ready says, in terms of what can be done. */
export function explainNotReady(reason: string): Reason {
  return REASONS.find(({ words }) => words.test(reason))?.reason ?? OTHER;
}

const REASONS: readonly { readonly words: RegExp; readonly reason: Reason }[] = [
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
