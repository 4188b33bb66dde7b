import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { KubernetesObject, V1DaemonSet } from '@kubernetes/client-node';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { ensureTools } from '../../dev/tools/install/tools.ts';
import { run } from '../../dev/tools/process.ts';
import { consoleProgress } from '../../dev/tools/progress.ts';
import { systemClock } from '../core/clock.ts';
import { nameOf } from '../kubernetes/apply.ts';
import {
  DAEMON_SETS,
  installMultus,
  MODES,
  type MultusChoice,
  readMultus,
  removeOtherMode,
} from './install.ts';
import { removeMultus } from './remove.ts';
import { PUBLISHED, type Published, publishedMultus } from './testing/published-multus.ts';

type Mode = MultusChoice['mode'];
const KIND = 'customresourcedefinition network-attachment-definitions.k8s.cni.cncf.io';
const CONFIG = 'configmap kube-system/multus-daemon-config';
const DAEMON_SET = 'daemonset kube-system/kube-multus-ds';

const cluster = setUpApiServer();
let kubectl: (...args: string[]) => Promise<string>;
/** The objects of each mode on a cluster that had no Multus. */
const fresh: Partial<Record<Mode, Record<string, unknown>>> = {};

beforeAll(async () => {
  const { bin } = await ensureTools(['control-plane'], consoleProgress());
  kubectl = (...args) => run(join(bin, 'kubectl'), ['--kubeconfig', cluster.kubeconfig, ...args]);
  for (const mode of MODES) {
    await clear();
    await install(mode);
    fresh[mode] = await contents();
  }
});
beforeEach(clear);

const patience = () => ({ clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 });

async function install(mode: Mode) {
  const log = recordingLog();
  const choice = { mode, image: 'multus:1' };
  await installMultus(cluster.connection, choice, log, patience());
  await removeOtherMode(cluster.connection, choice, log);
  return log;
}

const allOf = async () => readMultus({ mode: 'thick', image: 'multus:1' });

/** Deletes all objects of both modes, whoever made them, and waits until they are gone. */
async function clear(): Promise<void> {
  for (let left = await foundObjects(); left.length > 0; left = await foundObjects()) {
    const doomed = left.filter(({ metadata }) => metadata?.deletionTimestamp === undefined);
    await Promise.all(doomed.map((object) => cluster.connection.api.remove(object)));
    if (doomed.length === 0) await systemClock.sleep(20);
  }
}

async function foundObjects(): Promise<readonly KubernetesObject[]> {
  const read = (await allOf()).map((object) =>
    cluster.connection.api.read<KubernetesObject>(object),
  );
  return (await Promise.all(read)).filter((object) => object !== undefined);
}

/** Each object without the fields that the API server fills in. */
async function contents(): Promise<Record<string, unknown>> {
  const read = (await allOf()).map(async (object) => {
    const there = await cluster.connection.api.read<KubernetesObject>(object);
    if (there === undefined) return [nameOf(object), undefined];
    const { metadata, status: _, ...rest } = there as KubernetesObject & { status?: unknown };
    return [nameOf(object), { ...rest, labels: metadata?.labels }];
  });
  return Object.fromEntries(await Promise.all(read));
}

async function daemonSets(): Promise<readonly V1DaemonSet[]> {
  return cluster.connection.api.list<V1DaemonSet>(DAEMON_SETS);
}

/** Applies a manifest as people do, without the schema that kubectl would load for its own validation. */
async function applyByHand(objects: readonly KubernetesObject[], ...how: string[]): Promise<void> {
  const file = join(cluster.folder, 'published.yaml');
  await writeFile(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  await kubectl(...(how.length > 0 ? how : ['apply']), '--validate=false', '-f', file);
}

describe('over a manifest that AWS has published', () => {
  const versions = Object.keys(PUBLISHED) as Published[];
  const cases = versions.flatMap((version) => MODES.map((mode) => [version, mode] as const));

  it.each(cases)(
    '%s becomes %s in place, with the objects of a fresh installation',
    async (version, mode) => {
      await applyByHand(publishedMultus(version));
      const before = await daemonSets();
      const log = await install(mode);
      const after = await daemonSets();
      expect(after.map(({ metadata }) => metadata?.uid)).toEqual(
        before.map(({ metadata }) => metadata?.uid),
      );
      const { [CONFIG]: config, ...there } = await contents();
      const { [CONFIG]: freshConfig, ...wanted } = fresh[mode] ?? {};
      expect(there).toEqual(wanted);
      // The action does not remove an object that it did not make.
      const left = mode === 'thin' && PUBLISHED[version].thick;
      if (left) expect(config).toMatchObject({ labels: { app: 'multus' } });
      else expect(config).toEqual(freshConfig);
      expect(log.warnings).toEqual([]);
      await install(mode);
      const again = await daemonSets();
      expect(again[0]?.metadata?.resourceVersion).toBe(after[0]?.metadata?.resourceVersion);
    },
  );

  it.each([['apply', '--server-side'], ['create']])(
    'also when it was installed with kubectl %s',
    async (...how) => {
      await applyByHand(publishedMultus('thick v4.0.2-eksbuild.1'), ...how);
      await install('thick');
      expect(await contents()).toEqual(fresh.thick);
    },
  );

  it('keeps fields that others have set', async () => {
    await applyByHand(publishedMultus('thick v4.1.4-eksbuild.3'));
    const where = ['-n', 'kube-system', 'daemonset', 'kube-multus-ds'];
    await kubectl('label', ...where, 'team=network');
    await kubectl('rollout', 'restart', '-n', 'kube-system', 'daemonset/kube-multus-ds');
    await install('thick');
    const [set] = await daemonSets();
    expect(set?.metadata?.labels).toMatchObject({ team: 'network' });
    expect(set?.spec?.template.metadata?.annotations).toHaveProperty([
      'kubectl.kubernetes.io/restartedAt',
    ]);
  });
});

describe('over another manifest', () => {
  const other = (name: string, labels: Record<string, string>) => {
    const containers = [{ name: 'kube-multus', image: 'multus:0' }];
    const template = { metadata: { labels }, spec: { containers } };
    const metadata = { name, namespace: 'kube-system' };
    const spec = { selector: { matchLabels: labels }, template };
    return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata, spec };
  };

  it('explains a selector that cannot be changed, and changes nothing', async () => {
    await applyByHand([other('kube-multus-ds', { app: 'multus' })]);
    await expect(install('thick')).rejects.toThrow(
      /kube-multus-ds: another manifest made it: it selects the pods with app=multus/,
    );
    expect(Object.entries(await contents()).filter(([, there]) => there !== undefined)).toEqual([
      [DAEMON_SET, expect.anything()],
    ]);
  });

  it('warns of a second Multus', async () => {
    await applyByHand([other('kube-multus-ds-amd64', { name: 'multus', tier: 'node' })]);
    const log = await install('thick');
    expect(log.warnings).toEqual([expect.stringMatching(/kube-multus-ds-amd64 also runs Multus/)]);
    await kubectl('delete', '-n', 'kube-system', 'daemonset', 'kube-multus-ds-amd64');
  });
});

describe('from one mode to the other', () => {
  it('thick, thin and thick again are one DaemonSet, and no object of the other mode is left', async () => {
    await install('thick');
    const [first] = await daemonSets();
    expect((await install('thin')).lines).toContain(`Removed ${CONFIG}`);
    expect(await contents()).toEqual(fresh.thin);
    expect(fresh.thin).toMatchObject({ [CONFIG]: undefined });
    await install('thick');
    expect(await contents()).toEqual(fresh.thick);
    expect((await daemonSets()).map(({ metadata }) => metadata?.uid)).toEqual([
      first?.metadata?.uid,
    ]);
  });

  it.each(MODES)('%s is removed with all of its objects except its kind', async (mode) => {
    await install(mode);
    await removeMultus(cluster.connection, recordingLog(), patience());
    const left = Object.entries(await contents()).filter(([, there]) => there !== undefined);
    expect(left.map(([name]) => name)).toEqual([KIND]);
  });

  it('changes that somebody else makes at the same time are not lost', async () => {
    await applyByHand(publishedMultus('thick v4.1.4-eksbuild.3'));
    const metadata = { name: 'multus', namespace: 'kube-system', labels: { team: 'network' } };
    const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
    const label = () => cluster.connection.api.merge(account, account);
    await Promise.all([install('thick'), label(), label(), label()]);
    expect(
      (await cluster.connection.api.get<KubernetesObject>(account)).metadata?.labels,
    ).toMatchObject({
      team: 'network',
    });
  });
});
