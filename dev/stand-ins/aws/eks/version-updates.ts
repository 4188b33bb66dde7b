import { ServiceError } from '../gateway/query-protocol.ts';
import { objectOf, type RestRoutes, stringOf, stringsOf } from '../gateway/rest-json.ts';
import { recordUpdate } from './addons.ts';
import { type Insight, insightsOf } from './insights.ts';
import { invalid } from './response.ts';
import {
  type Cluster,
  change,
  type EksState,
  findCluster,
  type JoinedNode,
  mustBeActive,
} from './state.ts';
import { CLUSTER_VERSIONS } from './versions.ts';

interface VersionWork {
  upgrade(cluster: Cluster, version: string, updateId: string): void;
  nodes(name: string): Promise<readonly JoinedNode[]>;
}

/**
 * The routes of updates of a cluster's version, and of the insights about them. Errors in insights block an update without
 * `force`, as the API's reference says; EKS has taken that back for the time being. Leaves out the way back to an older version.
 */
export function versionRoutes(state: EksState, work: VersionWork): RestRoutes {
  return {
    'POST /clusters/{name}/updates': async ({ path, body }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      const version = stringOf(body['version']) ?? '';
      mustNotBeUpdating(cluster, 'VersionUpdate');
      mustBeActive(cluster, 'The version cannot be updated');
      mustBeNext(cluster.version, version);
      const insights = insightsOf(cluster, version, await work.nodes(cluster.name));
      const errors = insights.filter(({ insightStatus }) => insightStatus.status === 'ERROR');
      if (errors.length > 0 && body['force'] !== true) throw blocked(errors);
      const update = recordUpdate(state, cluster, 'VersionUpdate', 'InProgress');
      change(state, cluster.name, { status: 'UPDATING' });
      work.upgrade(cluster, version, update.id);
      return { update };
    },
    'POST /clusters/{name}/insights': async ({ path, body }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      const filter = objectOf(body['filter']) ?? {};
      const [versions, statuses] = ['kubernetesVersions', 'statuses'].map((key) =>
        stringsOf(filter[key]),
      );
      const passes = (wanted: readonly string[] = [], value: string) =>
        wanted.length === 0 || wanted.includes(value);
      const found = await present(cluster);
      const most = Number(body['maxResults'] ?? 100);
      const start = Number(body['nextToken'] ?? 0);
      const insights = found
        .filter((one) => passes(versions, one.kubernetesVersion))
        .filter((one) => passes(statuses, one.insightStatus.status))
        .map(({ recommendation: _, resources: __, ...summary }) => summary);
      const end = start + most;
      return {
        insights: insights.slice(start, end),
        ...(end < insights.length ? { nextToken: String(end) } : {}),
      };
    },
    'GET /clusters/{name}/insights/{id}': async ({ path }) => {
      const cluster = findCluster(state, path['name'] ?? '');
      const insight = (await present(cluster)).find(({ id }) => id === path['id']);
      if (insight !== undefined) return { insight };
      throw new ServiceError('ResourceNotFoundException', `No insight: ${path['id']}`, 404);
    },
  };

  async function present(cluster: Cluster): Promise<readonly Insight[]> {
    const next = nextOf(cluster.version);
    return next === undefined ? [] : insightsOf(cluster, next, await work.nodes(cluster.name));
  }
}

function nextOf(version: string): string | undefined {
  const next = `1.${minorOf(version) + 1}`;
  return CLUSTER_VERSIONS.includes(next) ? next : undefined;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** The texts are from https://github.com/terraform-aws-modules/terraform-aws-eks/issues/2607 and of CreateCluster. */
function mustBeNext(present: string, wanted: string): void {
  if (!CLUSTER_VERSIONS.includes(wanted)) throw invalid('unsupported Kubernetes version');
  if (nextOf(present) === wanted) return;
  throw invalid(`Unsupported Kubernetes minor version update from ${present} to ${wanted}`);
}

/** The text is from https://github.com/rancher/eks-operator/issues/547 */
export function mustNotBeUpdating({ name, status, updates }: Cluster, what: string): void {
  if (status !== 'UPDATING') return;
  const id = [...updates.keys()].at(-1);
  throw new ServiceError(
    'ResourceInUseException',
    `Cannot ${what} because cluster ${name} currently has update ${id} in progress`,
    409,
  );
}

function blocked(errors: readonly Insight[]): ServiceError {
  const names = errors.map(({ name }) => name).join(', ');
  return new ServiceError(
    'InvalidRequestException',
    `Upgrade insights have errors, and force is not set: ${names}`,
  );
}
