import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';
import { OUR_LABELS } from '../../kubernetes/api.ts';
import type { AttachmentDefinition } from './network.ts';
import type { MultiNetworkPolicy } from './network-policies.ts';

/**
 * The cluster as the connectivity test uses it, in one namespace. Every call may throw the errors of the API client.
 * An object that does not exist is not an error.
 */
export interface ProbeCluster {
  readonly namespace: string;
  nodes(): Promise<readonly V1Node[]>;
  /** The pods of the Multus DaemonSet in any namespace. */
  multusPods(): Promise<readonly V1Pod[]>;
  definition(namespace: string, name: string): Promise<AttachmentDefinition | undefined>;
  /** The networks of the namespace; with `managed`, only those that configure-multus made. */
  definitions(scope: { readonly managed: boolean }): Promise<readonly AttachmentDefinition[]>;
  /** The MultiNetworkPolicies of the namespace; none when the cluster does not know the kind, or this identity may not list them. */
  policies(): Promise<readonly MultiNetworkPolicy[]>;
  pod(name: string): Promise<V1Pod | undefined>;
  /** The pods of one run. */
  podsOf(run: string): Promise<readonly V1Pod[]>;
  createPod(pod: V1Pod): Promise<void>;
  /** Deletes this pod, identified by its UID. Another pod of the same name stays. */
  deletePod(pod: V1Pod): Promise<void>;
  /** Deletes all pods of one run. With `force`, it does not wait for their nodes. */
  deletePodsOf(run: string, force?: boolean): Promise<void>;
  eventsOf(pod: V1Pod): Promise<readonly CoreV1Event[]>;
  /** All pods of the cluster, page by page; undefined when this identity may not list them. */
  podsEverywhere(): Promise<readonly V1Pod[] | undefined>;
  /** The same cluster with another namespace. */
  inNamespace(namespace: string): ProbeCluster;
  /** Creates this namespace for one run. After `expires`, any run may remove it. */
  createNamespace(run: string, expires: Date): Promise<void>;
  /** Deletes this namespace and everything in it. */
  deleteNamespace(): Promise<void>;
  namespaceExists(): Promise<boolean>;
  /** The expired namespaces of runs that were killed before they could remove them. */
  expiredNamespaces(now: Date): Promise<readonly string[]>;
  /** The last lines of a container's log, for any pod of the cluster. */
  logOf(pod: V1Pod, container: string, lines: number): Promise<string>;
  /** Runs a shell script in a container of any pod of the cluster and gives its output. */
  runIn(pod: V1Pod, container: string, script: string, timeoutMs: number): Promise<string>;
  /** Runs a shell script in a pod and gives its output. `timeoutMs` includes all attempts. */
  runScript(pod: string, script: string, timeoutMs: number): Promise<string>;
}

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = OUR_LABELS[MANAGED_BY_LABEL];
/** The label with the run that a pod belongs to. */
export const RUN_LABEL = 'eks-multus-actions/run';
/** The annotation with the time after which any run may remove the namespace. */
export const EXPIRES_ANNOTATION = 'eks-multus-actions/expires';
