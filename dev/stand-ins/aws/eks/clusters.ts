import { ServiceError } from '../gateway/query-protocol.ts';
import {
  type JsonObject,
  objectOf,
  type RestRoutes,
  stringOf,
  stringsOf,
  textMapOf,
} from '../gateway/rest-json.ts';
import { recordUpdate } from './addons.ts';
import { arnOf, invalid, now, page } from './response.ts';
import { type Cluster, change, type EksState, findCluster, type JoinedNode } from './state.ts';
import { mustNotBeUpdating, versionRoutes } from './version-updates.ts';
import { CLUSTER_VERSIONS, describeVersions } from './versions.ts';

const DEFAULT_VERSION = '1.34';
const KEPT = ['logging', 'encryptionConfig', 'upgradePolicy', 'zonalShiftConfig', 'computeConfig'];

/** The background work that follows an API call. */
export interface ClusterWork {
  /** Checks the subnets and returns their VPC. */
  vpcOf(cluster: string, subnetIds: readonly string[]): Promise<string>;
  /** Creates the control plane, then sets the cluster ACTIVE or FAILED. */
  build(cluster: Cluster, creatorKey: string | undefined): void;
  /** Replaces the control plane by one of another version, then sets the cluster ACTIVE. Reports to the update of this id. */
  upgrade(cluster: Cluster, version: string, updateId: string): void;
  /** The nodes that have joined a cluster. */
  nodes(name: string): Promise<readonly JoinedNode[]>;
  /** Deletes the control plane, then the cluster. */
  demolish(name: string): void;
}

export function clusterRoutes(state: EksState, work: ClusterWork): RestRoutes {
  return {
    'POST /clusters': async ({ body, request }) => {
      const cluster = await newCluster(state, body, work);
      if (state.clusters.has(cluster.name)) throw exists(cluster.name);
      state.clusters.set(cluster.name, cluster);
      const admin = objectOf(body['accessConfig'])?.['bootstrapClusterCreatorAdminPermissions'];
      work.build(cluster, admin === false ? undefined : request.accessKey);
      return { cluster: visible(cluster) };
    },
    'GET /clusters': ({ query }) => page(state.clusters.keys(), 'clusters', query),
    'GET /clusters/{name}': ({ path }) => ({
      cluster: visible(findCluster(state, path['name'] ?? '')),
    }),
    'DELETE /clusters/{name}': ({ path }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      if (cluster.deletionProtection) {
        const message = `Cluster ${cluster.name} has deletion protection enabled`;
        throw new ServiceError('InvalidRequestException', message);
      }
      if (cluster.status === 'CREATING') {
        const message = `Cluster ${cluster.name} is being created`;
        throw new ServiceError('ResourceInUseException', message, 409);
      }
      if (cluster.status !== 'DELETING') {
        change(state, cluster.name, { status: 'DELETING' });
        work.demolish(cluster.name);
      }
      return { cluster: visible({ ...cluster, status: 'DELETING' }) };
    },
    ...updateRoutes(state),
    ...versionRoutes(state, work),
  };
}

function updateRoutes(state: EksState): RestRoutes {
  return {
    'POST /clusters/{name}/update-config': ({ path, body }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      mustNotBeUpdating(cluster, 'EndpointAccessUpdate');
      const vpc = { ...cluster.resourcesVpcConfig, ...objectOf(body['resourcesVpcConfig']) };
      const mode = stringOf(objectOf(body['accessConfig'])?.['authenticationMode']);
      const logging = body['logging'] === undefined ? {} : { logging: body['logging'] };
      change(state, cluster.name, {
        resourcesVpcConfig: vpc,
        given: { ...cluster.given, ...logging },
        deletionProtection: Boolean(body['deletionProtection'] ?? cluster.deletionProtection),
        ...(mode === undefined ? {} : { accessConfig: { authenticationMode: mode } }),
      });
      return { update: recordUpdate(state, cluster, 'VpcConfigUpdate') };
    },
    'GET /clusters/{name}/updates/{updateId}': ({ path }) => {
      const update = findCluster(state, path['name'] ?? '').updates.get(path['updateId'] ?? '');
      if (update !== undefined) return { update };
      const message = `No update found for ID: ${path['updateId']}`;
      throw new ServiceError('ResourceNotFoundException', message, 404);
    },
    'GET /cluster-versions': ({ query }) => describeVersions(query, DEFAULT_VERSION),
  };
}

/** A cluster in the form that DescribeCluster returns. */
function visible(cluster: Cluster): object {
  const { given, entries: _, addons: __, updates: ___, ...shown } = cluster;
  return { ...given, ...shown, platformVersion: 'eks.1' };
}

async function newCluster(state: EksState, body: JsonObject, work: ClusterWork): Promise<Cluster> {
  const name = stringOf(body['name']) ?? '';
  if (!/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)) throw invalid(`Invalid name: ${name}`);
  if (state.clusters.has(name)) throw exists(name);
  const version = stringOf(body['version']) ?? DEFAULT_VERSION;
  if (!CLUSTER_VERSIONS.includes(version)) {
    throw invalid('unsupported Kubernetes version');
  }
  const roleArn = stringOf(body['roleArn']) ?? '';
  if (!/^arn:[^:]+:iam::\d{12}:role\/.+/.test(roleArn)) throw invalid(`Invalid role: ${roleArn}`);
  const vpc = objectOf(body['resourcesVpcConfig']) ?? {};
  const vpcId = await work.vpcOf(name, stringsOf(vpc['subnetIds']));
  const mode = stringOf(objectOf(body['accessConfig'])?.['authenticationMode']) ?? 'CONFIG_MAP';
  return {
    name,
    arn: arnOf(state, `cluster/${name}`),
    version,
    roleArn,
    status: 'CREATING',
    createdAt: now(),
    resourcesVpcConfig: { ...accessDefaults, ...vpc, vpcId },
    kubernetesNetworkConfig: {
      serviceIpv4Cidr: '10.100.0.0/16',
      ipFamily: 'ipv4',
      ...objectOf(body['kubernetesNetworkConfig']),
    },
    accessConfig: { authenticationMode: mode },
    deletionProtection: body['deletionProtection'] === true,
    tags: textMapOf(body['tags']),
    health: { issues: [] },
    given: Object.fromEntries(KEPT.flatMap((key) => (key in body ? [[key, body[key]]] : []))),
    entries: new Map(),
    addons: new Map(),
    updates: new Map(),
  };
}

const accessDefaults = {
  endpointPublicAccess: true,
  endpointPrivateAccess: false,
  publicAccessCidrs: ['0.0.0.0/0'],
  securityGroupIds: [],
};

function exists(name: string): ServiceError {
  return new ServiceError(
    'ResourceInUseException',
    `Cluster already exists with name: ${name}`,
    409,
  );
}
