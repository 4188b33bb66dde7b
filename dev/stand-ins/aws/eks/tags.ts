import { ServiceError } from '../gateway/query-protocol.ts';
import { type RestRoutes, textMapOf } from '../gateway/rest-json.ts';
import { type Cluster, change, type EksState } from './state.ts';

type Tags = Readonly<Record<string, string>>;

/** The routes of tags of clusters, add-ons and access entries, by ARN. */
export function tagRoutes(state: EksState): RestRoutes {
  return {
    'GET /tags/{resourceArn}': ({ path }) => ({ tags: find(state, path['resourceArn']).tags }),
    'POST /tags/{resourceArn}': ({ path, body }) => {
      const { tags, put } = find(state, path['resourceArn']);
      put({ ...tags, ...textMapOf(body['tags']) });
      return undefined;
    },
    'DELETE /tags/{resourceArn}': ({ path, query }) => {
      const { tags, put } = find(state, path['resourceArn']);
      const gone = query.getAll('tagKeys');
      put(Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.includes(key))));
      return undefined;
    },
  };
}

interface Tagged {
  readonly tags: Tags;
  put(tags: Tags): void;
}

function find(state: EksState, arn: string | undefined): Tagged {
  for (const cluster of state.clusters.values()) {
    const found = arn === cluster.arn ? ofCluster(state, cluster) : ofPart(state, cluster, arn);
    if (found !== undefined) return found;
  }
  throw new ServiceError('NotFoundException', `no resource ${arn}`, 404);
}

function ofCluster(state: EksState, { name, tags }: Cluster): Tagged {
  return { tags, put: (changed) => change(state, name, { tags: changed }) };
}

function ofPart(state: EksState, cluster: Cluster, arn: string | undefined): Tagged | undefined {
  for (const [key, addon] of cluster.addons) {
    if (addon.addonArn !== arn) continue;
    const put = (tags: Tags) => {
      change(state, cluster.name, { addons: new Map(cluster.addons).set(key, { ...addon, tags }) });
    };
    return { tags: addon.tags, put };
  }
  for (const [key, entry] of cluster.entries) {
    if (entry.accessEntryArn !== arn) continue;
    const put = (tags: Tags) => {
      const entries = new Map(cluster.entries).set(key, { ...entry, tags });
      change(state, cluster.name, { entries });
    };
    return { tags: entry.tags, put };
  }
  return undefined;
}
