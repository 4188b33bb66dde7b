import type { KubernetesObject, V1DaemonSet, V1Pod } from '@kubernetes/client-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { setUpApiServer } from '../../../dev/testing/setup/api-server.ts';
import { systemClock } from '../../core/clock.ts';
import { apply, nameOf } from '../../kubernetes/apply.ts';
import { checkNotOfOthers, confined } from '../../multus/cluster-of-others.ts';
import { installMultus } from '../../multus/install.ts';
import { installWhereabouts } from '../../multus/whereabouts.ts';
import { workingStack } from '../preflight/testing/good-account.ts';
import type { Session } from '../session.ts';
import { clearGivenCluster } from './clear-cluster.ts';
import { presentCluster } from './testing/present-cluster.ts';

/** What an environment puts onto the cluster of another team, and takes away again: on a real API server. */

const ENVIRONMENT = 'eks-multus-guest';
const cluster = setUpApiServer();
const patience = () => ({ clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 });

const COLLECTIONS = [
  '/api/v1/namespaces/kube-system/configmaps',
  '/api/v1/namespaces/kube-system/serviceaccounts',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/deployments',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions',
  '/api/v1/namespaces',
];

/** All objects that an environment could touch, by name, word for word. */
async function everything() {
  const lists = await Promise.all(
    COLLECTIONS.map(async (path) => {
      const items = await cluster.connection.api.list<KubernetesObject>(path);
      return items.map((one) => [`${path} ${nameOf(one)}`, JSON.stringify(one)] as const);
    }),
  );
  return Object.fromEntries(lists.flat());
}

const definition = (name: string, labels: Readonly<Record<string, string>> = {}) => ({
  apiVersion: 'k8s.cni.cncf.io/v1',
  kind: 'NetworkAttachmentDefinition',
  metadata: { name, namespace: 'default', labels },
  spec: { config: '{"cniVersion":"0.3.1","type":"ipvlan"}' },
});

function sessionOf(others: readonly ReturnType<typeof workingStack>[] = []) {
  const notes: string[] = [];
  const session = {
    inputs: { environment: ENVIRONMENT },
    clock: systemClock,
    log: recordingLog(),
    report: { notes },
    stacks: { list: async () => others },
    givenCluster: { present: async () => ({ value: presentCluster() }) },
    cleanUp: { kubernetes: () => cluster.connection.api },
  } as unknown as Session;
  return { session, notes };
}

const INFRA = workingStack(ENVIRONMENT, {
  parameters: { GivenClusterName: 'platform' },
  outputs: {
    ClusterName: 'platform',
    ClusterEndpoint: presentCluster().endpoint,
    ClusterCertificateAuthority: 'Y2E=',
  },
});

async function install() {
  const { connection } = cluster;
  const choice = { mode: 'thick', image: 'multus:1', onlyFor: ENVIRONMENT } as const;
  await installMultus(connection, choice, recordingLog(), patience());
  const whereabouts = { image: undefined, onlyFor: ENVIRONMENT };
  await installWhereabouts(connection, whereabouts, recordingLog(), patience());
  await apply(connection, confined(definition('signalling'), ENVIRONMENT));
}

let before: Awaited<ReturnType<typeof everything>>;
beforeAll(async () => {
  const orders = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'orders', namespace: 'default' },
    spec: {
      selector: { matchLabels: { app: 'orders' } },
      template: {
        metadata: { labels: { app: 'orders' } },
        spec: { containers: [{ name: 'app', image: 'orders:1' }] },
      },
    },
  };
  await apply(cluster.connection, orders);
  before = await everything();
});

describe('on the cluster of another team', () => {
  it('Multus runs on nodes of environments only', async () => {
    await install();
    const sets = await cluster.connection.api.list<V1DaemonSet>('/apis/apps/v1/daemonsets');
    for (const { metadata, spec } of sets) {
      const terms =
        spec?.template.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
          ?.nodeSelectorTerms ?? [];
      expect(terms.length, metadata?.name).toBeGreaterThan(0);
      for (const { matchExpressions } of terms) {
        expect(matchExpressions).toContainEqual({
          key: 'eks-multus-actions/environment',
          operator: 'Exists',
        });
      }
    }
    const now = await everything();
    for (const [name, is] of Object.entries(before)) expect(now[name], name).toBe(is);
  });

  it('destroy leaves the cluster word for word as it was', async () => {
    const { session, notes } = sessionOf();
    const [look] = await clearGivenCluster(session, INFRA, []);
    expect(notes.join()).toContain('daemonset kube-system/kube-multus-ds');
    // The API server removes a kind when its objects are gone.
    await expect.poll(() => look?.find()).toEqual([]);
    await expect.poll(async () => Object.keys(await everything())).toEqual(Object.keys(before));
    expect(await everything()).toEqual(before);
  });

  it('the kind and the network of somebody else stay, and so does what only looks like ours', async () => {
    await install();
    await apply(cluster.connection, definition('of-others'));
    const marked = { 'app.kubernetes.io/managed-by': 'eks-multus-actions' };
    await apply(cluster.connection, definition('marked-only', marked));
    await clearGivenCluster(sessionOf().session, INFRA, []);
    const left = Object.keys(await everything());
    expect(left).toContainEqual(expect.stringContaining('default/of-others'));
    expect(left).toContainEqual(expect.stringContaining('default/marked-only'));
    expect(left).toContainEqual(expect.stringContaining('network-attachment-definitions.k8s.cni'));
    expect(left).not.toContainEqual(expect.stringContaining('kube-multus-ds'));
    expect(left).not.toContainEqual(expect.stringContaining('default/signalling'));
  });

  it('Multus stays for an environment that came at the same time', async () => {
    await install();
    const other = workingStack('eks-multus-other', {
      parameters: { GivenClusterName: 'platform' },
      tags: { 'eks-multus:environment': 'eks-multus-other' },
    });
    const { session, notes } = sessionOf([other]);
    await clearGivenCluster(session, INFRA, []);
    expect(notes.join()).toContain('another environment is on it');
    expect(Object.keys(await everything())).toContainEqual(expect.stringContaining('kube-multus'));
  });

  it('nothing is removed from a later cluster of the same name', async () => {
    const { session, notes } = sessionOf();
    const endpoint = 'https://another.eks.amazonaws.com';
    const present = async () => ({ value: presentCluster({ endpoint }) });
    const later = { ...session, givenCluster: { ...session.givenCluster, present } };
    expect(await clearGivenCluster(later, INFRA, [])).toEqual([]);
    expect(notes.join()).toContain('is another one by now');
  });

  it.each([
    ['a network', definition('of-others')],
    [
      'a DaemonSet of Multus',
      {
        apiVersion: 'apps/v1',
        kind: 'DaemonSet',
        metadata: { name: 'kube-multus-ds', namespace: 'kube-system' },
      },
    ],
  ])('%s of others is never written', async (_, object) => {
    await expect(
      checkNotOfOthers(cluster.connection, [object], 'eks-multus-another'),
    ).rejects.toThrow('so it belongs to others');
  });

  it('no pod was ever made', async () => {
    expect(await cluster.connection.api.list<V1Pod>('/api/v1/pods')).toEqual([]);
  });
});
