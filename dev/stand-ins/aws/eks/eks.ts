import type { EC2Client } from '@aws-sdk/client-ec2';
import { restService } from '../gateway/rest-json.ts';
import type { AwsService } from '../gateway/service.ts';
import { accessEntryRoutes, newEntry, type PrincipalCheck } from './access-entries.ts';
import { addonRoutes, endUpdate } from './addons.ts';
import { makeClusterGroup, removeClusterGroup, vpcOfSubnets } from './cluster-network.ts';
import { type ClusterWork, clusterRoutes } from './clusters.ts';
import { now } from './response.ts';
import {
  type Cluster,
  change,
  type EksState,
  type Entry,
  type JoinedNode,
  withKey,
} from './state.ts';
import { tagRoutes } from './tags.ts';

/** The parts of an access entry that an authenticator needs. */
export interface AccessEntry {
  readonly principalArn: string;
  /** STANDARD, EC2_LINUX, … */
  readonly type: string;
  readonly username: string;
  readonly kubernetesGroups: readonly string[];
  /** ARNs of the associated access policies. */
  readonly policyArns: readonly string[];
}

/** Creates and deletes the Kubernetes control planes behind the clusters of this API. */
export interface ControlPlanes {
  /** Resolves when the API server answers. A rejection sets the cluster FAILED. */
  create(spec: {
    readonly name: string;
    readonly version: string;
    readonly serviceCidr: string;
    readonly subnetIds: readonly string[];
    readonly vpcId: string;
    readonly region: string;
  }): Promise<{
    readonly endpoint: string;
    /** Base64 of the PEM certificate. */
    readonly certificateAuthority: string;
    readonly issuer: string;
  }>;
  /** Replaces the programs by those of another version, on the same data. A rejection leaves the version as it was. */
  upgrade(name: string, version: string): Promise<void>;
  /** The nodes that have joined the cluster. */
  nodes(name: string): Promise<readonly JoinedNode[]>;
  delete(name: string): Promise<void>;
  /** Replaces the access entries of an ACTIVE cluster. */
  admit(name: string, entries: readonly AccessEntry[]): Promise<void>;
}

export interface EksOptions {
  readonly account: string;
  readonly region: string;
  readonly ec2: EC2Client;
  readonly controlPlanes: ControlPlanes;
  /** Resolves with the ARN of the role or user behind an access key. */
  readonly principalOf: (accessKey: string) => Promise<string>;
  readonly principalExists: PrincipalCheck;
}

export interface Eks {
  readonly service: AwsService;
  /** Names of a cluster's ACTIVE add-ons. */
  activeAddons(cluster: string): readonly string[];
  /** Resolves when no cluster is being created or deleted. */
  settled(): Promise<void>;
}

const ADMIN_POLICY = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

/**
 * The EKS API of one account and region, in memory. Stands in for clusters, access entries, add-ons and
 * tags. Leaves out node groups, Fargate and the way back from a version. Add-ons run nothing, and get no credentials by pod
 * identity.
 */
export function startEks(options: EksOptions): Eks {
  const { account, region } = options;
  const state: EksState = { account, region, clusters: new Map() };
  const running = new Set<Promise<void>>();
  const background = (job: Promise<void>) => {
    running.add(job);
    void job.finally(() => running.delete(job));
  };
  const admit = async (name: string) => {
    const cluster = state.clusters.get(name);
    if (cluster?.status === 'ACTIVE') await options.controlPlanes.admit(name, entriesOf(cluster));
  };
  const work: ClusterWork = {
    vpcOf: (name, subnetIds) => vpcOfSubnets(options.ec2, name, subnetIds),
    build: (cluster, creatorKey) => background(build(options, state, cluster, creatorKey)),
    upgrade: (cluster, version, updateId) =>
      background(upgrade(options, state, cluster, { version, updateId })),
    nodes: (name) => options.controlPlanes.nodes(name),
    demolish: (name) => background(demolish(options, state, name)),
  };
  const service = restService('eks', {
    ...clusterRoutes(state, work),
    ...accessEntryRoutes(state, options.principalExists, admit),
    ...addonRoutes(state),
    ...tagRoutes(state),
  });
  return {
    service,
    activeAddons: (cluster) =>
      [...(state.clusters.get(cluster)?.addons.values() ?? [])]
        .filter((addon) => addon.status === 'ACTIVE')
        .map((addon) => addon.addonName),
    settled: async () => {
      while (running.size > 0) await Promise.all(running);
    },
  };
}

async function build(
  { ec2, controlPlanes, principalOf }: EksOptions,
  state: EksState,
  cluster: Cluster,
  creatorKey: string | undefined,
): Promise<void> {
  const { name, version } = cluster;
  const vpcId = String(cluster.resourcesVpcConfig['vpcId']);
  const subnetIds = cluster.resourcesVpcConfig['subnetIds'] as readonly string[];
  try {
    const clusterSecurityGroupId = await makeClusterGroup(ec2, name, vpcId);
    const resourcesVpcConfig = { ...cluster.resourcesVpcConfig, clusterSecurityGroupId };
    change(state, name, { resourcesVpcConfig });
    const serviceCidr = String(cluster.kubernetesNetworkConfig['serviceIpv4Cidr']);
    const spec = { name, version, serviceCidr, subnetIds, vpcId, region: state.region };
    const made = await controlPlanes.create(spec);
    const entries = new Map<string, Entry>();
    if (creatorKey !== undefined) {
      const creator = await principalOf(creatorKey);
      entries.set(creator, administrator(newEntry(state, name, creator, {})));
    }
    await controlPlanes.admit(name, entriesOf({ entries }));
    change(state, name, {
      status: 'ACTIVE',
      endpoint: made.endpoint,
      certificateAuthority: { data: made.certificateAuthority },
      identity: { oidc: { issuer: made.issuer } },
      entries,
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const issues = [{ code: 'InternalFailure', message, resourceIds: [] }];
    change(state, name, { status: 'FAILED', health: { issues } });
  }
}

/** An upgrade that fails leaves the cluster at its version, and the reason in the update. */
async function upgrade(
  { controlPlanes }: EksOptions,
  state: EksState,
  { name }: Cluster,
  { version, updateId }: { readonly version: string; readonly updateId: string },
): Promise<void> {
  try {
    await controlPlanes.upgrade(name, version);
    endUpdate(state, name, updateId, []);
    change(state, name, { version, status: 'ACTIVE' });
  } catch (error) {
    const errorMessage = error instanceof Error ? error.message : String(error);
    endUpdate(state, name, updateId, [{ errorCode: 'Unknown', errorMessage }]);
    change(state, name, { status: 'ACTIVE' });
  }
}

async function demolish(
  { ec2, controlPlanes }: EksOptions,
  state: EksState,
  name: string,
): Promise<void> {
  const group = state.clusters.get(name)?.resourcesVpcConfig['clusterSecurityGroupId'];
  try {
    await controlPlanes.delete(name);
    if (typeof group === 'string') await removeClusterGroup(ec2, group);
    state.clusters.delete(name);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const issues = [{ code: 'InternalFailure', message, resourceIds: [] }];
    change(state, name, { status: 'FAILED', health: { issues } });
  }
}

function administrator(entry: Entry): Entry {
  const at = { associatedAt: now(), modifiedAt: now() };
  const policy = {
    policyArn: ADMIN_POLICY,
    accessScope: { type: 'cluster', namespaces: [] },
    ...at,
  };
  return { ...entry, policies: withKey(entry.policies, ADMIN_POLICY, policy) };
}

function entriesOf({ entries }: Pick<Cluster, 'entries'>): readonly AccessEntry[] {
  return [...entries.values()].map(
    ({ principalArn, type, username, kubernetesGroups, policies }) => ({
      principalArn,
      type,
      username,
      kubernetesGroups,
      policyArns: [...policies.keys()],
    }),
  );
}
