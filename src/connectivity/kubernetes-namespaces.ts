import type { V1Namespace, V1Pod } from '@kubernetes/client-node';
import { statusOf } from '../kubernetes/api-error.ts';
import { FIELD_MANAGER } from '../kubernetes/apply.ts';
import { type Clock, systemClock } from '../kubernetes/poll.ts';
import type { Query, Rest } from '../kubernetes/rest.ts';
import {
  EXPIRES_ANNOTATION,
  MANAGED_BY,
  MANAGED_BY_LABEL,
  type ProbeCluster,
  RUN_LABEL,
} from './cluster.ts';
import { createOnce } from './create-once.ts';
import { orUndefined } from './or-undefined.ts';

const NAMESPACES = '/api/v1/namespaces';
const PAGE = 500;

type NamespaceCalls = Pick<
  ProbeCluster,
  'createNamespace' | 'deleteNamespace' | 'namespaceExists' | 'expiredNamespaces'
>;

/** A namespace that lives as long as one run. */
export function namespaceCalls(
  rest: Rest,
  namespace: string,
  clock: Clock = systemClock,
): NamespaceCalls {
  const path = `${NAMESPACES}/${namespace}`;
  const read = () => orUndefined(() => rest<V1Namespace>({ method: 'GET', path }));
  return {
    createNamespace: (run, expires) => {
      const body = namespaceOf(namespace, run, expires);
      const query = { fieldManager: FIELD_MANAGER };
      const create = () => rest({ method: 'POST', path: NAMESPACES, query, body });
      return createOnce(body, create, read, clock);
    },
    deleteNamespace: async () => {
      // 409: it is being deleted already.
      await orUndefined(() => rest({ method: 'DELETE', path }), [404, 409]);
    },
    namespaceExists: async () => (await read()) !== undefined,
    expiredNamespaces: async (now) => {
      const query = { labelSelector: `${MANAGED_BY_LABEL}=${MANAGED_BY},${RUN_LABEL}` };
      const request = { method: 'GET', path: NAMESPACES, query } as const;
      const list = await orUndefined(() => rest<{ items: V1Namespace[] }>(request), [403]);
      return (list?.items ?? [])
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
export async function listPodsEverywhere(rest: Rest): Promise<readonly V1Pod[] | undefined> {
  const pods: V1Pod[] = [];
  let token = '';
  try {
    do {
      const query: Query = { limit: PAGE, ...(token === '' ? {} : { continue: token }) };
      const page = await rest<PodPage>({ method: 'GET', path: '/api/v1/pods', query });
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
