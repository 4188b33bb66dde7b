import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { V1ConfigMap } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';
import { systemClock } from '../core/clock.ts';
import { DEFINITION, installMultus, readMultus } from './install.ts';

const cluster = setUpApiServer();
const GUEST = 'eks-multus-pr-12';

/** Creates a pod in the namespace of a guest that asks for a network, and has the real Multus attach it. */
async function attach(network: string): Promise<string> {
  const { rest } = cluster.connection;
  const name = network.replaceAll('/', '-');
  const annotations = { 'k8s.v1.cni.cncf.io/networks': network };
  const spec = { nodeName: 'n1', containers: [{ name: 'app', image: 'app:1' }] };
  const path = `/api/v1/namespaces/${GUEST}/pods`;
  await rest({ method: 'POST', path, body: { metadata: { name, annotations }, spec } });
  return runMultus(name);
}

/** What Multus says about the networks of a pod. It has no plugins, so it attaches nothing. */
async function runMultus(pod: string): Promise<string> {
  const { bin } = await ensureTools(['multus'], consoleProgress());
  const env = {
    CNI_COMMAND: 'ADD',
    CNI_CONTAINERID: 'c1',
    CNI_NETNS: '/proc/self/ns/net',
    CNI_IFNAME: 'test0',
    CNI_PATH: join(cluster.folder, 'no-plugins'),
    CNI_ARGS: `K8S_POD_NAMESPACE=${GUEST};K8S_POD_NAME=${pod}`,
  };
  const { namespaceIsolation, globalNamespaces } = await daemonConfig();
  const multus = spawn(join(bin, 'multus'), { env });
  multus.stdin.end(
    JSON.stringify({
      cniVersion: '0.3.1',
      name: 'multus',
      type: 'multus',
      kubeconfig: cluster.kubeconfig,
      namespaceIsolation,
      globalNamespaces,
      delegates: [{ cniVersion: '0.3.1', name: 'none', type: 'none' }],
    }),
  );
  return text(multus.stdout);
}

/** The settings that the pack gives to the daemon on each node. */
async function daemonConfig() {
  const objects = await readMultus({ mode: 'thick', image: 'multus:1' });
  const map = objects.find(({ metadata }) => metadata?.name === 'multus-daemon-config');
  return JSON.parse((map as V1ConfigMap).data?.['daemon-config.json'] ?? '');
}

describe('on a cluster that several environments share', () => {
  it('a pod gets networks of its own namespace and of default, and none of another environment', async () => {
    const { rest } = cluster.connection;
    const patience = { clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 };
    const choice = { mode: 'thick', image: 'multus:1' } as const;
    await installMultus(cluster.connection, choice, recordingLog(), patience);
    for (const name of [GUEST, 'eks-multus-pr-13']) {
      await rest({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } });
    }
    for (const namespace of [GUEST, 'eks-multus-pr-13', 'default']) {
      const [plural, group] = [DEFINITION.split('.')[0], 'k8s.cni.cncf.io'];
      const path = `/apis/${group}/v1/namespaces/${namespace}/${plural}`;
      const kind = { apiVersion: `${group}/v1`, kind: 'NetworkAttachmentDefinition' };
      const spec = { config: '{ "cniVersion": "0.3.1", "name": "net", "type": "none" }' };
      await rest({ method: 'POST', path, body: { ...kind, metadata: { name: 'net' }, spec } });
    }
    expect(await attach('eks-multus-pr-13/net')).toMatch(/annotation violates permission/);
    for (const allowed of ['net', 'default/net']) {
      expect(await attach(allowed)).toMatch(/error adding container to network/);
    }
  });
});
