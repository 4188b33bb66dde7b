import { ServiceError } from '../gateway/query-protocol.ts';
import type { JsonObject } from '../gateway/rest-json.ts';

/** The state of one cluster. A change replaces the whole object. */
export interface Cluster {
  readonly name: string;
  readonly arn: string;
  readonly version: string;
  readonly roleArn: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING' | 'FAILED';
  /** Seconds since 1970, like all times of this API. */
  readonly createdAt: number;
  readonly endpoint?: string;
  readonly certificateAuthority?: { readonly data: string };
  readonly identity?: { readonly oidc: { readonly issuer: string } };
  readonly resourcesVpcConfig: JsonObject;
  readonly kubernetesNetworkConfig: JsonObject;
  readonly accessConfig: { readonly authenticationMode: string };
  readonly deletionProtection: boolean;
  readonly tags: Readonly<Record<string, string>>;
  readonly health: { readonly issues: readonly object[] };
  /** Settings such as logging and encryption, kept as given and without effect. */
  readonly given: JsonObject;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly addons: ReadonlyMap<string, Addon>;
  readonly updates: ReadonlyMap<string, object>;
}

export interface Entry {
  readonly principalArn: string;
  readonly accessEntryArn: string;
  readonly type: string;
  readonly username: string;
  readonly kubernetesGroups: readonly string[];
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly tags: Readonly<Record<string, string>>;
  /** By policy ARN. */
  readonly policies: ReadonlyMap<string, object>;
}

export interface Addon {
  readonly addonName: string;
  readonly addonArn: string;
  readonly addonVersion: string;
  readonly status: 'CREATING' | 'ACTIVE' | 'UPDATING' | 'DELETING';
  readonly createdAt: number;
  readonly modifiedAt: number;
  readonly serviceAccountRoleArn?: string;
  readonly configurationValues?: string;
  /** ARNs. */
  readonly podIdentityAssociations: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
}

/** A node as it has joined a cluster. */
export interface JoinedNode {
  readonly name: string;
  /** Such as `v1.34.4`. */
  readonly kubeletVersion: string;
}

/** The clusters of one account and region. */
export interface EksState {
  readonly account: string;
  readonly region: string;
  readonly clusters: Map<string, Cluster>;
}

export function findCluster(state: EksState, name: string): Cluster {
  const cluster = state.clusters.get(name);
  if (cluster === undefined) {
    throw new ServiceError('ResourceNotFoundException', `No cluster found for name: ${name}.`, 404);
  }
  return cluster;
}

/** Changes a cluster if it still exists. */
export function change(state: EksState, name: string, by: Partial<Cluster>): void {
  const cluster = state.clusters.get(name);
  if (cluster !== undefined) state.clusters.set(name, { ...cluster, ...by });
}

/** A copy of a map with this key set to the value; undefined removes the key. */
export function withKey<V>(map: ReadonlyMap<string, V>, key: string, value: V | undefined) {
  const copy = new Map(map);
  if (value === undefined) copy.delete(key);
  else copy.set(key, value);
  return copy;
}

export function mustBeActive(cluster: Cluster, what: string): void {
  if (cluster.status === 'ACTIVE') return;
  const message = `${what}: cluster ${cluster.name} is ${cluster.status}, not ACTIVE`;
  throw new ServiceError('InvalidRequestException', message, 400);
}
