import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';
import { MANAGED_BY, MANAGED_BY_LABEL, type ProbeCluster, RUN_LABEL } from '../probe/cluster.ts';
import type { AttachmentDefinition } from '../probe/network.ts';
import type { MultiNetworkPolicy } from '../probe/network-policies.ts';

export interface FakeProbeCluster extends ProbeCluster {
  /** The pods that are there now, by name. */
  readonly present: Map<string, V1Pod>;
  /** Every pod that was ever created. */
  readonly created: V1Pod[];
  /** Every call that changes something. */
  readonly changes: string[];
  /** The namespaces that were created and are not deleted. */
  readonly namespaces: ReadonlySet<string>;
}

export interface FakeBehaviour {
  readonly definitions?: readonly (AttachmentDefinition & { readonly managed?: boolean })[];
  readonly nodes?: readonly V1Node[];
  readonly multusPods?: readonly V1Pod[];
  readonly present?: readonly V1Pod[];
  /** What becomes of a pod that is created: its status and annotations. Default: nothing happens to it. */
  readonly start?: (pod: V1Pod) => V1Pod;
  /** Whether a deletion works; default true. */
  readonly mortal?: (force: boolean) => boolean;
  readonly policies?: readonly MultiNetworkPolicy[];
  readonly events?: readonly CoreV1Event[];
  readonly logs?: (pod: V1Pod, container: string) => string;
  readonly script?: (pod: V1Pod, script: string) => Promise<string>;
  /** All pods of the cluster. */
  readonly everywhere?: readonly V1Pod[];
  /** Namespaces that earlier runs left. */
  readonly expired?: readonly string[];
  readonly refuse?: (pod: V1Pod) => Error | undefined;
}

/** A cluster in memory. Pods are there as soon as they are created and gone as soon as they are deleted. */
export function fakeProbeCluster(behaviour: FakeBehaviour = {}): FakeProbeCluster {
  const present = new Map((behaviour.present ?? []).map((pod) => [pod.metadata?.name ?? '', pod]));
  const created: V1Pod[] = [];
  const changes: string[] = [];
  const mortal = behaviour.mortal ?? (() => true);
  const definitions = behaviour.definitions ?? [];
  const ofRun = (run: string) =>
    [...present.values()].filter((pod) => pod.metadata?.labels?.[RUN_LABEL] === run);
  const namespaces = new Set<string>();
  const gone = new Set<string>();
  const cluster = (namespace: string): FakeProbeCluster => ({
    namespace,
    inNamespace: cluster,
    createNamespace: async () => {
      changes.push(`create namespace ${namespace}`);
      namespaces.add(namespace);
    },
    deleteNamespace: async () => {
      changes.push(`delete namespace ${namespace}`);
      namespaces.delete(namespace);
      gone.add(namespace);
    },
    namespaceExists: async () => !gone.has(namespace),
    expiredNamespaces: async () => behaviour.expired ?? [],
    podsEverywhere: async () => behaviour.everywhere ?? [],
    namespaces,
    present,
    created,
    changes,
    nodes: async () => behaviour.nodes ?? [],
    multusPods: async () => behaviour.multusPods ?? [],
    definition: async (namespace, name) =>
      definitions.find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      ),
    definitions: async ({ managed }) =>
      definitions.filter((definition) => !managed || definition.managed !== false),
    pod: async (name) => present.get(name),
    podsOf: async (run) => ofRun(run),
    createPod: async (pod) => {
      const refusal = behaviour.refuse?.(pod);
      if (refusal !== undefined) throw refusal;
      changes.push(`create ${pod.metadata?.name}`);
      created.push(pod);
      present.set(pod.metadata?.name ?? '', behaviour.start?.(pod) ?? pod);
    },
    deletePod: async (pod) => {
      changes.push(`delete ${pod.metadata?.name}`);
      if (mortal(false)) present.delete(pod.metadata?.name ?? '');
    },
    deletePodsOf: async (run, force = false) => {
      changes.push(`delete all${force ? ' by force' : ''}`);
      if (mortal(force)) for (const pod of ofRun(run)) present.delete(pod.metadata?.name ?? '');
    },
    eventsOf: async () => behaviour.events ?? [],
    logOf: async (pod, container) => behaviour.logs?.(pod, container) ?? '',
    policies: async () => behaviour.policies ?? [],
    runIn: async (pod, _, script) => (await behaviour.script?.(pod, script)) ?? '',
    runScript: async (name, script) => {
      const pod = present.get(name);
      if (pod === undefined) throw new Error(`no pod ${name}`);
      return (await behaviour.script?.(pod, script)) ?? '';
    },
  });
  return cluster('default');
}

/** A pod that an earlier run of the action made. */
export function earlierPod(name: string): V1Pod {
  return { metadata: { name, labels: { [MANAGED_BY_LABEL]: MANAGED_BY, [RUN_LABEL]: 'earlier' } } };
}

/** A node that is Ready. */
export function readyNode(name: string, spec: V1Node['spec'] = {}): V1Node {
  return { metadata: { name }, spec, status: { conditions: [{ type: 'Ready', status: 'True' }] } };
}

/** A pod that is Ready on a node. */
export function readyPod(pod: V1Pod, node: string): V1Pod {
  return {
    ...pod,
    spec: { ...pod.spec, containers: pod.spec?.containers ?? [], nodeName: node },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  };
}
