/** Checks of checkov that files of the pack do not pass, and why. */
export interface Exception {
  readonly checks: readonly string[];
  readonly files: readonly string[];
  readonly reason: string;
}

const THICK = 'manifests/multus/daemonset.yaml';
const THIN = 'manifests/multus-thin/daemonset.yaml';
const WHEREABOUTS = 'manifests/whereabouts/daemonset.yaml';
const RECONCILER = 'manifests/whereabouts/reconciler.yaml';
const SAMPLES = 'manifests/sample-apps/lab.yaml';
const ON_EACH_NODE = [THICK, THIN, WHEREABOUTS];

/**
 * The exceptions for manifests and workflows. Those for templates stand beside the resources, in their `Metadata`. A
 * manifest has no such place: an annotation would go to every cluster.
 */
export const EXCEPTIONS: readonly Exception[] = [
  {
    // Privileged, escalation, root, high user id, capabilities, NET_RAW, security context, seccomp, read-only root.
    checks: ['16', '20', '23', '40', '37', '28', '29', '31', '22'].map((id) => `CKV_K8S_${id}`),
    files: ON_EACH_NODE,
    reason:
      'It installs CNI plugins on the node and, as Multus does, works in the network namespaces of pods, which takes root with all capabilities.',
  },
  {
    checks: ['CKV_K8S_19'], // host network
    files: ON_EACH_NODE,
    reason: 'Pods get their network from it, so it must run before there is one.',
  },
  {
    checks: ['CKV_K8S_17'], // host processes
    files: [THICK],
    reason: 'The daemon enters network namespaces by the processes of the node.',
  },
  {
    checks: ['CKV_K8S_38'], // token of a service account
    files: [...ON_EACH_NODE, RECONCILER],
    reason: 'It calls the API server.',
  },
  {
    checks: ['CKV_K8S_11'], // CPU limit
    files: [...ON_EACH_NODE, RECONCILER],
    reason: 'A limit would slow down the start of every pod, and the release of addresses.',
  },
  {
    checks: ['CKV_K8S_11'],
    files: [SAMPLES],
    reason: 'A limit would make measured latencies longer.',
  },
  {
    checks: ['CKV_K8S_13'], // memory limit
    files: [THICK, THIN],
    reason:
      'The containers without one copy single files and end. What they copy counts as their memory.',
  },
  {
    checks: ['CKV_K8S_8', 'CKV_K8S_9'], // liveness, readiness
    files: ON_EACH_NODE,
    reason:
      'A startup probe, or the log of the thick daemon, says when it is ready. It serves no requests, and a restart would leave pods that start meanwhile without networks.',
  },
  {
    checks: ['CKV_K8S_8', 'CKV_K8S_9'],
    files: [RECONCILER, SAMPLES],
    reason: 'It serves no requests. Kubernetes restarts it when it ends.',
  },
  {
    checks: ['CKV_K8S_15'], // pull always
    files: [...ON_EACH_NODE, RECONCILER],
    reason: 'A node that has the image must be able to start it while the registry is away.',
  },
  {
    checks: ['CKV_K8S_43'], // digest
    files: [...ON_EACH_NODE, RECONCILER],
    reason: 'dev/tools/images/unpinned.ts says for each image why it has no digest.',
  },
  {
    checks: ['CKV_K8S_23', 'CKV_K8S_40', 'CKV_K8S_28', 'CKV_K8S_37'], // root, user id, NET_RAW, capabilities
    files: [SAMPLES],
    reason: 'ping needs NET_RAW, which only root gets. All other capabilities are dropped.',
  },
  {
    checks: ['CKV_K8S_21'], // default namespace
    files: [SAMPLES],
    reason:
      'verify puts the pods into the namespace of the networks. By hand, whoever applies the file chooses.',
  },
  {
    checks: ['CKV2_K8S_6'], // network policy
    files: [...ON_EACH_NODE, RECONCILER, SAMPLES],
    reason:
      'No policy reaches pods on the network of the node, nor Multus networks, and the reconciler takes no connections.',
  },
  {
    checks: ['CKV_GHA_7'], // inputs of a manual start
    files: [
      ...['provision.yml', 'destroy.yml', 'reap.yml', 'sleep.yml', 'maintain.yml', 'by-hand.yml'],
      ...['actions-only.yml', 'scheduled-teardown.yml', 'scheduled-sleep.yml'],
      'scheduled-maintenance.yml',
    ],
    reason:
      'These workflows build nothing. They are started by hand to deploy or destroy what the inputs say.',
  },
];
