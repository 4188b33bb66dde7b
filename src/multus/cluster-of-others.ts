import type {
  KubernetesObject,
  V1NodeSelectorRequirement,
  V1PodSpec,
} from '@kubernetes/client-node';
import { ClusterError } from '../core/errors.ts';
import { ENVIRONMENT_LABEL } from '../environment/shared-cluster.ts';
import { OUR_LABELS } from '../kubernetes/api.ts';
import { isOurs, nameOf } from '../kubernetes/apply.ts';
import type { Connection } from '../kubernetes/connection.ts';

/** The labels of what an environment puts onto a cluster of others. By them, destroy tells its own. */
export function labelsFor(environment: string): Readonly<Record<string, string>> {
  return { ...OUR_LABELS, [ENVIRONMENT_LABEL]: environment };
}

/** The labels by which to tell what an environment may remove: see labelsFor. Undefined means our label alone. */
export function ownLabels(environment: string | undefined) {
  return environment === undefined ? undefined : labelsFor(environment);
}

/**
 * An object of a manifest as it is on a cluster of others: it has the labels of the environment, and a DaemonSet runs only
 * on nodes of environments. The nodes of others keep their CNI configuration. Pure.
 *
 * @param environment undefined for a cluster that the pack made, where the object stays as it is
 */
export function confined<T extends KubernetesObject>(
  object: T,
  environment: string | undefined,
): T {
  if (environment === undefined) return object;
  const labels = { ...object.metadata?.labels, ...labelsFor(environment) };
  const own = { ...object, metadata: { ...object.metadata, labels } };
  return own.kind === 'DaemonSet' ? onNodesOfEnvironments(own) : own;
}

interface Workload extends KubernetesObject {
  readonly spec?: { readonly template?: { readonly spec?: V1PodSpec } };
}

const ON_OUR_NODES: V1NodeSelectorRequirement = { key: ENVIRONMENT_LABEL, operator: 'Exists' };

function onNodesOfEnvironments<T extends Workload>(set: T): T {
  const pods = set.spec?.template?.spec;
  const node = pods?.affinity?.nodeAffinity;
  const required = node?.requiredDuringSchedulingIgnoredDuringExecution;
  const terms = (required?.nodeSelectorTerms ?? [{}]).map((term) => ({
    ...term,
    matchExpressions: [...(term.matchExpressions ?? []), ON_OUR_NODES],
  }));
  const nodeAffinity = {
    ...node,
    requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms },
  };
  const spec = { ...pods, affinity: { ...pods?.affinity, nodeAffinity } };
  return { ...set, spec: { ...set.spec, template: { ...set.spec?.template, spec } } };
}

/**
 * Checks that nothing of these objects belongs to others. Kinds may: an environment uses those that are there.
 *
 * @throws ClusterError that names what exists and lacks the labels of the environment.
 */
export async function checkNotOfOthers(
  { api }: Connection,
  objects: readonly KubernetesObject[],
  environment: string,
): Promise<void> {
  const foreign: string[] = [];
  for (const object of objects.filter((one) => !isKind(one))) {
    const found = await api.read<KubernetesObject>(object);
    if (found !== undefined && !isOurs(found, labelsFor(environment))) foreign.push(nameOf(object));
  }
  if (foreign.length === 0) return;
  throw new ClusterError({
    resource: foreign.join(', '),
    reason: `it is on the cluster already, without the label ${ENVIRONMENT_LABEL}=${environment}, so it belongs to others`,
    nextStep:
      'give the network another name, or use a cluster without it; or let its owner remove it, if nobody needs it',
  });
}

/** The objects without those kinds that others have installed: they stay as they are. */
export async function withoutKindsOfOthers(
  { api }: Connection,
  objects: readonly KubernetesObject[],
  environment: string | undefined,
): Promise<readonly KubernetesObject[]> {
  if (environment === undefined) return objects;
  const own: KubernetesObject[] = [];
  for (const object of objects) {
    const found = isKind(object) ? await api.read<KubernetesObject>(object) : undefined;
    if (found === undefined || isOurs(found, labelsFor(environment))) own.push(object);
  }
  return own;
}

/** Whether an object defines a kind, which the whole cluster shares. */
export function isKind({ kind }: KubernetesObject): boolean {
  return kind === 'CustomResourceDefinition';
}
