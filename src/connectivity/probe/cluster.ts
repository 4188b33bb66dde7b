import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';
import { OUR_LABELS } from '../../kubernetes/api.ts';
import type { AttachmentDefinition } from './network.ts';

/**
 * What the connectivity test needs of a cluster, in one namespace. Every call may fail as the API client
 * fails; only "there is no such thing" is an answer.
 */
export interface ProbeCluster {
  readonly namespace: string;
  nodes(): Promise<readonly V1Node[]>;
  /** The pods of the Multus DaemonSet, wherever they are. */
  multusPods(): Promise<readonly V1Pod[]>;
  definition(namespace: string, name: string): Promise<AttachmentDefinition | undefined>;
  /** The networks of the namespace; with `managed`, only those that configure-multus made. */
  definitions(scope: { readonly managed: boolean }): Promise<readonly AttachmentDefinition[]>;
  pod(name: string): Promise<V1Pod | undefined>;
  /** The pods of one run. */
  podsOf(run: string): Promise<readonly V1Pod[]>;
  createPod(pod: V1Pod): Promise<void>;
  /** Asks for this very pod to be deleted: another one of the same name is left alone. */
  deletePod(pod: V1Pod): Promise<void>;
  /** Asks for all pods of one run to be deleted; `force` does not wait for their nodes. */
  deletePodsOf(run: string, force?: boolean): Promise<void>;
  eventsOf(pod: V1Pod): Promise<readonly CoreV1Event[]>;
  /** All pods of the cluster, page by page; undefined when this identity may not list them. */
  podsEverywhere(): Promise<readonly V1Pod[] | undefined>;
  /** The same cluster, seen from another namespace. */
  inNamespace(namespace: string): ProbeCluster;
  /** Makes this namespace for one run; after `expires` any run may remove it. */
  createNamespace(run: string, expires: Date): Promise<void>;
  /** Asks for this namespace, and all in it, to be deleted. */
  deleteNamespace(): Promise<void>;
  namespaceExists(): Promise<boolean>;
  /** The namespaces of runs that did not live to remove them, and whose time is over. */
  expiredNamespaces(now: Date): Promise<readonly string[]>;
  /** The last lines of a container's log, of any pod of the cluster. */
  logOf(pod: V1Pod, container: string, lines: number): Promise<string>;
  /** Runs a shell script in a pod and gives what it printed. */
  runScript(pod: string, script: string, timeoutMs: number): Promise<string>;
}

export const MANAGED_BY_LABEL = 'app.kubernetes.io/managed-by';
export const MANAGED_BY = OUR_LABELS[MANAGED_BY_LABEL];
/** Names the run that a pod belongs to. */
export const RUN_LABEL = 'eks-multus-actions/run';
/** The time after which the namespace of a run is nobody's any more. */
export const EXPIRES_ANNOTATION = 'eks-multus-actions/expires';
