import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { Connection } from '../../../src/kubernetes/connection.ts';
import { type EtcdState, restoreEtcd } from './etcd-state.ts';

/** The collections that the API server itself follows, to admit and to authorize requests. */
const FOLLOWED = [
  '/api/v1/limitranges',
  '/api/v1/namespaces',
  '/api/v1/nodes',
  '/api/v1/persistentvolumes',
  '/api/v1/pods',
  '/api/v1/resourcequotas',
  '/api/v1/secrets',
  '/api/v1/serviceaccounts',
  ...['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'].map(
    (plural) => `/apis/rbac.authorization.k8s.io/v1/${plural}`,
  ),
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/apiregistration.k8s.io/v1/apiservices',
  '/apis/scheduling.k8s.io/v1/priorityclasses',
  '/apis/storage.k8s.io/v1/storageclasses',
];

/** The keys of policies, of their bindings, and of webhooks. */
const ADMISSION = /^\/registry\/(validating|mutating)(admissionpolic|webhookconfiguration)/;

/** The group of the APIServices, which needs none itself. */
const AGGREGATOR = 'apiregistration.k8s.io';

/**
 * Makes a running cluster again what it was: its objects, what its API server knows of them, and what kubectl has kept of
 * its kinds. Does not undo policies and webhooks of admission, which an API server goes on to obey for some seconds.
 *
 * @throws an Error when something of it stays
 */
export async function resetCluster(
  { rest, config }: Pick<Connection, 'rest' | 'config'>,
  etcd: string,
  state: EtcdState,
): Promise<void> {
  const changed = await restoreEtcd(etcd, state);
  const admission = changed.filter((key) => ADMISSION.test(key));
  if (admission.length > 0) throw new Error(`needs a server of its own: ${admission.join(', ')}`);
  const groups = new Set([AGGREGATOR, ...[...state.keys()].flatMap((key) => groupOf(key) ?? [])]);
  for (let tries = 0; (await foreign()).length > 0; tries += 1) {
    if (tries === 200) throw new Error(`still served: ${(await foreign()).join(', ')}`);
    await setTimeout(50);
  }
  // A list without a resource version is as new as etcd is, and with it what the server follows.
  await Promise.all(FOLLOWED.map((path) => rest({ method: 'GET', path })));
  const kept = process.env['KUBECACHEDIR'];
  if (kept === undefined) return;
  const { hostname, port } = new URL(config.getCurrentCluster()?.server ?? '');
  await rm(join(kept, 'discovery', `${hostname}_${port}`), { recursive: true, force: true });

  async function foreign(): Promise<readonly string[]> {
    const { groups: served } = await rest<{ groups: readonly { name: string }[] }>({
      method: 'GET',
      path: '/apis',
    });
    return served.map(({ name }) => name).filter((name) => !groups.has(name));
  }
}

/** The group of the key of an APIService, such as `v1.apps`. */
function groupOf(key: string): string | undefined {
  return /^\/registry\/apiregistration\.k8s\.io\/apiservices\/v[^.]*\.(.*)$/.exec(key)?.[1];
}
