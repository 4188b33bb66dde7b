import { z } from 'zod';
import { ClusterError } from '../github/errors.ts';
import { FIELD_MANAGER } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { coreOf } from '../kubernetes/core.ts';
import { execInPod } from '../kubernetes/exec.ts';
import { type Clock, systemClock } from '../kubernetes/poll.ts';
import type { Query } from '../kubernetes/rest.ts';
import { retryingRest } from '../kubernetes/retry.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, type ProbeCluster, RUN_LABEL } from './cluster.ts';
import { createOnce } from './create-once.ts';
import { listPodsEverywhere, namespaceCalls } from './kubernetes-namespaces.ts';
import type { AttachmentDefinition } from './network.ts';
import { orUndefined } from './or-undefined.ts';

const definitionsIn = (namespace: string) =>
  `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
/** The label that upstream's manifest and EKS's give to the pods of the DaemonSet. */
const MULTUS_PODS = 'app=multus';

const definitionSchema: z.ZodType<AttachmentDefinition> = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ config: z.string().exactOptional() }).exactOptional(),
});
const definitionListSchema = z.object({ items: z.array(definitionSchema) });

/** The cluster that a connection leads to, seen from one namespace. Requests are sent again when that may help. */
export function probeCluster(
  connection: Connection,
  namespace: string,
  clock: Clock = systemClock,
): ProbeCluster {
  const rest = retryingRest(connection.rest, clock);
  const core = coreOf(rest);
  const { config } = connection;
  const podNamed = (name: string) => orUndefined(() => core.readNamespacedPod({ namespace, name }));
  return {
    namespace,
    ...namespaceCalls(rest, namespace, clock),
    inNamespace: (other) => probeCluster(connection, other, clock),
    podsEverywhere: () => listPodsEverywhere(rest),
    nodes: async () => (await core.listNode()).items,
    multusPods: async () =>
      (await core.listPodForAllNamespaces({ labelSelector: MULTUS_PODS })).items,
    definition: (inNamespace, name) =>
      orUndefined(async () =>
        definitionSchema.parse(
          await rest({ method: 'GET', path: `${definitionsIn(inNamespace)}/${name}` }),
        ),
      ),
    definitions: async ({ managed }) => {
      const query: Query = managed ? { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}` } : {};
      const list = await orUndefined(() =>
        rest({ method: 'GET', path: definitionsIn(namespace), query }),
      );
      if (list === undefined) throw multusUnknown(connection.cluster);
      return definitionListSchema.parse(list).items;
    },
    pod: podNamed,
    podsOf: async (run) =>
      (await core.listNamespacedPod({ namespace, labelSelector: `${RUN_LABEL}=${run}` })).items,
    createPod: (pod) => {
      const request = { namespace, body: pod, fieldManager: FIELD_MANAGER };
      const create = () => core.createNamespacedPod(request);
      return createOnce(pod, create, () => podNamed(pod.metadata?.name ?? ''), clock);
    },
    deletePod: async (pod) => {
      const { name = '', uid = '' } = pod.metadata ?? {};
      await orUndefined(
        () => core.deleteNamespacedPod({ namespace, name, body: { preconditions: { uid } } }),
        [404, OTHER_UID],
      );
    },
    deletePodsOf: async (run, force = false) => {
      await core.deleteCollectionNamespacedPod({
        namespace,
        labelSelector: `${RUN_LABEL}=${run}`,
        ...(force ? { gracePeriodSeconds: 0 } : {}),
      });
    },
    eventsOf: async (pod) => {
      const fieldSelector = `involvedObject.uid=${pod.metadata?.uid ?? ''}`;
      return (await core.listNamespacedEvent({ namespace, fieldSelector })).items;
    },
    logOf: async ({ metadata }, container, tailLines) => {
      const { namespace: inNamespace = '', name = '' } = metadata ?? {};
      return core.readNamespacedPodLog({ namespace: inNamespace, name, container, tailLines });
    },
    runScript: async (pod, script, timeoutMs) => {
      const target = { namespace, pod, container: 'app' };
      const result = await execInPod(config, target, ['/bin/sh', '-c', script], timeoutMs);
      return `${result.stdout}${result.stderr}`;
    },
  };
}

/** The API server's answer to a precondition that does not hold: the pod that was meant is gone. */
const OTHER_UID = 409;

function multusUnknown(cluster: string): ClusterError {
  return new ClusterError({
    resource: `cluster ${cluster}`,
    reason: 'it does not know NetworkAttachmentDefinitions, so Multus is not installed',
    nextStep: 'run configure-multus on it first',
  });
}
