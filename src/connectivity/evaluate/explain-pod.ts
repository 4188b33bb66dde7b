import type { Reason } from './check.ts';
import type { PodObservation } from './observation.ts';

/** Errors of an exec that say nothing about the image: the node, or the way to it, was too slow. */
const TOO_SLOW = /no end after|connection|dialing backend|sending request|socket|timed? ?out/i;

/** Why the command in a pod did not end, from its error. */
export function explainProbe(why: string): Reason {
  if (TOO_SLOW.test(why)) {
    return {
      cause: 'probe-failed',
      explanation: 'The command in the pod did not end in time, or its connection did not last.',
      nextStep:
        'look at the load of the node and at the way from the API server to its kubelet (port 10250), and run the job again; a longer timeout-minutes waits longer',
    };
  }
  return {
    cause: 'probe-failed',
    explanation: 'The probe needs a running container and an image with sh, ip and ping.',
    nextStep: 'choose such an image with the input image',
  };
}

/** Why a Ready pod has no annotation of Multus. */
export function explainNoStatus(pod: PodObservation): Reason {
  const node = pod.node ?? 'its node';
  return {
    cause: 'predates-multus',
    explanation:
      "Multus did not handle this pod: it has the cluster network only. Either the pod is older than Multus on its node, or Multus's file is not the first in /etc/cni/net.d.",
    nextStep: `check that the DaemonSet kube-multus-ds is ready on ${node} and that /etc/cni/net.d has its file (the pod of Multus writes it when it starts), then create the pod again`,
  };
}

/** Why a pod is not Ready, from its status or events. The first pattern that matches counts. */
export function explainNotReady(reason: string): Reason {
  return SANDBOX_REASONS.find(({ words }) => words.test(reason))?.reason ?? OTHER;
}

const SANDBOX_REASONS: readonly { readonly words: RegExp; readonly reason: Reason }[] = [
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
    words:
      /operation not supported|protocol not supported|unknown device type|\/proc\/sys\/\S+: no such file/i,
    reason: {
      cause: 'kernel-unsupported',
      explanation: "The kernel of the node lacks what the network's plugin asks it for.",
      nextStep:
        'load the module that the plugin needs on the nodes (modprobe, and /etc/modules-load.d for reboots), or choose an AMI whose kernel has it',
    },
  },
  {
    words:
      /Multus does not run on node|multus.*(connection refused|no such file|api is not ready|dial unix)/is,
    reason: {
      cause: 'multus-down',
      explanation:
        'The Multus daemon on the node does not answer, so no pod there gets its networks.',
      nextStep: 'look at the pod of kube-multus-ds on the node and at its log',
    },
  },
  {
    words: /no IP addresses available|prefix exhausted/i,
    reason: {
      cause: 'no-free-address',
      explanation: 'All addresses of the network are in use on the node.',
      nextStep: 'give the nodes more prefixes, or the network a larger range',
    },
  },
  {
    words: /cannot find a network-attachment-definition/i,
    reason: {
      cause: 'network-changed',
      explanation: 'The NetworkAttachmentDefinition was deleted before the pod started.',
      nextStep: 'make the network again (configure-multus), then verify again',
    },
  },
  {
    words: /no space left on device/i,
    reason: {
      cause: 'node-pressure',
      explanation: 'The disk of the node is full.',
      nextStep: 'look for what fills it on the node (df, du), free some, or replace the node',
    },
  },
  {
    words: /pull|image/i,
    reason: {
      cause: 'image',
      explanation: 'The node cannot pull the image.',
      nextStep:
        'check its name and that nodes reach its registry, or choose another one with the input image',
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
      explanation: 'No node can run the pod.',
      nextStep: 'look at taints, free resources and the input placement',
    },
  },
];

const OTHER: Reason = {
  cause: 'pod-state',
  explanation: 'The pod did not become Ready in time.',
  nextStep: 'look at the events of the pod and at the state of its node',
};
