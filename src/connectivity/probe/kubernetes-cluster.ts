import type { CoreV1Event, V1Namespace, V1Node, V1Pod } from '@kubernetes/client-node';
import { z } from 'zod';
import { ClusterError } from '../../core/errors.ts';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import { isTaken, reasonOf, statusOf, unlessStatus } from '../../kubernetes/api-error.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { type ExecTarget, execInPod } from '../../kubernetes/exec.ts';
import type { Query } from '../../kubernetes/rest.ts';
import {
  EXPIRES_ANNOTATION,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type ProbeCluster,
  RUN_LABEL,
} from './cluster.ts';
import type { AttachmentDefinition } from './network.ts';
import { policySchema } from './network-policies.ts';

const definitionsIn = (namespace: string) =>
  `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
const policiesIn = (namespace: string) =>
  `/apis/k8s.cni.cncf.io/v1beta1/namespaces/${namespace}/multi-networkpolicies`;
const podsIn = (namespace: string) => `/api/v1/namespaces/${namespace}/pods`;
/** The label that upstream's manifest and EKS's give to the pods of the DaemonSet. */
const MULTUS_PODS = 'app=multus';

const definitionSchema: z.ZodType<AttachmentDefinition> = z.object({
  metadata: z.object({ name: z.string(), namespace: z.string() }),
  spec: z.object({ config: z.string().exactOptional() }).exactOptional(),
});
const definitionListSchema = z.object({ items: z.array(definitionSchema) });

/** The cluster of a connection, with one namespace. Requests that fail for a passing reason are sent again. */
export function probeCluster(connection: Connection, namespace: string): ProbeCluster {
  const { api, config } = connection;
  const pods = podsIn(namespace);
  const podNamed = (name: string) => api.read<V1Pod>(`${pods}/${name}`);
  return {
    namespace,
    ...namespaceCalls(api, namespace),
    inNamespace: (other) => probeCluster(connection, other),
    podsEverywhere: () => listPodsEverywhere(api),
    nodes: () => api.list<V1Node>('/api/v1/nodes'),
    multusPods: () => api.list<V1Pod>('/api/v1/pods', { labelSelector: MULTUS_PODS }),
    definition: async (inNamespace, name) => {
      const found = await api.read(`${definitionsIn(inNamespace)}/${name}`);
      return found === undefined ? undefined : definitionSchema.parse(found);
    },
    definitions: async ({ managed }) => {
      const query: Query = managed ? { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY}` } : {};
      const list = await api.read(definitionsIn(namespace), query);
      if (list === undefined) throw multusUnknown(connection.cluster);
      return definitionListSchema.parse(list).items;
    },
    policies: async () => {
      const list = () => api.list(policiesIn(namespace));
      const found = (await unlessStatus([403, 404], list)) ?? [];
      return found.flatMap((one) => policySchema.safeParse(one).data ?? []);
    },
    pod: podNamed,
    podsOf: (run) => api.list<V1Pod>(pods, { labelSelector: `${RUN_LABEL}=${run}` }),
    createPod: (pod) => {
      const create = () => api.create(pods, pod);
      return createOnce(api, pod, create, () => podNamed(pod.metadata?.name ?? ''));
    },
    deletePod: async ({ metadata }) => {
      const { name = '', uid = '' } = metadata ?? {};
      await unlessStatus([OTHER_UID], () => api.remove(`${pods}/${name}`, { uid }));
    },
    deletePodsOf: (run, force = false) =>
      api.removeAll(pods, {
        labelSelector: `${RUN_LABEL}=${run}`,
        ...(force ? { gracePeriodSeconds: 0 } : {}),
      }),
    eventsOf: (pod) =>
      api.list<CoreV1Event>(`/api/v1/namespaces/${namespace}/events`, {
        fieldSelector: `involvedObject.uid=${pod.metadata?.uid ?? ''}`,
      }),
    logOf: ({ metadata }, container, tailLines) => {
      const { namespace: inNamespace = '', name = '' } = metadata ?? {};
      return api.get<string>(`${podsIn(inNamespace)}/${name}/log`, { container, tailLines });
    },
    runIn: ({ metadata }, container, script, timeoutMs) => {
      const { namespace: inNamespace = '', name: pod = '' } = metadata ?? {};
      return runShell(config, { namespace: inNamespace, pod, container }, script, timeoutMs);
    },
    runScript: (pod, script, timeoutMs) =>
      runShell(config, { namespace, pod, container: 'app' }, script, timeoutMs),
  };
}

async function runShell(
  config: Connection['config'],
  target: ExecTarget,
  script: string,
  timeoutMs: number,
): Promise<string> {
  const result = await execInPod(config, target, ['/bin/sh', '-c', script], { timeoutMs });
  return `${result.stdout}${result.stderr}`;
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

const NAMESPACES = '/api/v1/namespaces';
const PAGE = 500;

type NamespaceCalls = Pick<
  ProbeCluster,
  'createNamespace' | 'deleteNamespace' | 'namespaceExists' | 'expiredNamespaces'
>;

/** The namespace of one run. */
export function namespaceCalls(api: KubernetesApi, namespace: string): NamespaceCalls {
  const path = `${NAMESPACES}/${namespace}`;
  const read = () => api.read<V1Namespace>(path);
  return {
    createNamespace: (run, expires) => {
      const body = namespaceOf(namespace, run, expires);
      return createOnce(api, body, () => api.create(NAMESPACES, body), read);
    },
    deleteNamespace: async () => {
      // 409: it is being deleted already.
      await unlessStatus([409], () => api.remove(path));
    },
    namespaceExists: async () => (await read()) !== undefined,
    expiredNamespaces: async (now) => {
      const labelSelector = `${MANAGED_BY_LABEL}=${MANAGED_BY},${RUN_LABEL}`;
      const list = () => api.list<V1Namespace>(NAMESPACES, { labelSelector });
      const found = (await unlessStatus([403], list)) ?? [];
      return found
        .filter(({ metadata }) => {
          const expires = metadata?.annotations?.[EXPIRES_ANNOTATION];
          return expires !== undefined && new Date(expires) < now;
        })
        .map(({ metadata }) => metadata?.name ?? '');
    },
  };
}

function namespaceOf(name: string, run: string, expires: Date): V1Namespace {
  return {
    metadata: {
      name,
      labels: {
        [MANAGED_BY_LABEL]: MANAGED_BY,
        [RUN_LABEL]: run,
        // The sample pods fit into baseline; a cluster may have restricted as its default.
        'pod-security.kubernetes.io/enforce': 'baseline',
      },
      annotations: { [EXPIRES_ANNOTATION]: expires.toISOString() },
    },
  };
}

/** All pods, a page at a time, so that a large cluster is not asked for everything at once. */
export async function listPodsEverywhere(
  api: KubernetesApi,
): Promise<readonly V1Pod[] | undefined> {
  const pods: V1Pod[] = [];
  let token = '';
  try {
    do {
      const query: Query = { limit: PAGE, ...(token === '' ? {} : { continue: token }) };
      const page = await api.get<PodPage>('/api/v1/pods', query);
      pods.push(...page.items);
      token = page.metadata.continue ?? '';
    } while (token !== '');
    return pods;
  } catch (error) {
    // 410: the list took so long that the server forgot where it began. What was seen is still true.
    if (statusOf(error) === 410) return pods;
    if (statusOf(error) === 403) return undefined;
    throw error;
  }
}

interface PodPage {
  readonly items: V1Pod[];
  readonly metadata: { readonly continue?: string };
}

/** An object, as far as it says which run made it. */
interface Labelled {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>> };
}

/**
 * Creates an object that carries the label of its run, again when that may help: what an earlier attempt has made,
 * whose answer was lost, is as good as made now.
 *
 * @param read gives the object of that name, if there is one
 * @throws ApiError when the API server refuses, or when the name is that of somebody else's object.
 */
export async function createOnce(
  api: Pick<KubernetesApi, 'repeat'>,
  { metadata }: Labelled,
  create: () => Promise<unknown>,
  read: () => Promise<Labelled | undefined>,
): Promise<void> {
  try {
    await api.repeat(create, lostRace);
  } catch (error) {
    const run = metadata?.labels?.[RUN_LABEL];
    if (!isTaken(error) || run === undefined) throw error;
    if ((await read())?.metadata?.labels?.[RUN_LABEL] !== run) throw error;
  }
}

/**
 * Many pods at once make the API server lose a race with itself where the namespace has a quota
 * (https://github.com/kubernetes/kubernetes/issues/67761); a namespace gets its service account a moment after it is made.
 */
function lostRace(error: unknown): boolean {
  if (statusOf(error) === 409) return !isTaken(error);
  return statusOf(error) === 403 && /serviceaccount "default" not found/.test(reasonOf(error));
}
