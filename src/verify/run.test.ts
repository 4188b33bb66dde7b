import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { V1Pod } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { fakeClock } from '../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import {
  type FakeBehaviour,
  fakeProbeCluster,
  readyNode,
  readyPod,
} from '../connectivity/testing/fake-probe-cluster.ts';
import { FAILURE_OUTPUT } from '../github/shown-failure.ts';
import { ApiError } from '../kubernetes/api-error.ts';
import { explainApiError } from '../kubernetes/explain.ts';
import { accessNeeded } from './access.ts';
import { readVerifyInputs } from './inputs.ts';
import { outputNames } from './outputs.ts';
import { publish } from './publish.ts';
import { verify } from './run.ts';

const inputs = readVerifyInputs(undefined, (name) => (name === 'kubeconfig' ? 'x' : ''));

const address = { kind: 'kubeconfig', path: 'x' } as const;

const definitions = [1, 2].map((number) => {
  const net = `10.0.${2 + 2 * number}`;
  const ipam = {
    type: 'host-local',
    subnet: `${net}.0/24`,
    rangeStart: `${net}.70`,
    rangeEnd: `${net}.80`,
  };
  return {
    metadata: { name: `ipvlan-conf-${number}`, namespace: 'default' },
    spec: { config: JSON.stringify({ type: 'ipvlan', master: `eth${number}`, mode: 'l3', ipam }) },
  };
});

/** Stands in for Multus and for the pods: addresses as host-local gives them, and answers within a network. */
function lab(answers: (address: string, device: string) => boolean): FakeBehaviour {
  const next = new Map<string, number>();
  const start = (pod: V1Pod): V1Pod => {
    const names = (pod.metadata?.annotations?.['k8s.v1.cni.cncf.io/networks'] ?? '').split(',');
    const status = names.map((name, index) => {
      const host = next.get(name) ?? 70;
      next.set(name, host + 1);
      return {
        name,
        interface: `net${index + 1}`,
        ips: [`10.0.${name.endsWith('1') ? 4 : 6}.${host}`],
      };
    });
    const annotations = {
      ...pod.metadata?.annotations,
      'k8s.v1.cni.cncf.io/network-status': JSON.stringify(status),
    };
    return readyPod({ ...pod, metadata: { ...pod.metadata, annotations } }, nodeOf(pod));
  };
  const script = async (pod: V1Pod, text: string) => {
    const status: { interface: string; ips: string[] }[] = JSON.parse(
      pod.metadata?.annotations?.['k8s.v1.cni.cncf.io/network-status'] ?? '[]',
    );
    const own = new Map(status.map((entry) => [entry.interface, entry.ips[0] ?? '']));
    const pings = [...text.matchAll(/^[pl] (\S+) (\S+) &$/gm)].map(
      ([, device = '', address = '']) => {
        const near = own.get(device)?.split('.')[2] === address.split('.')[2];
        const received = near && answers(address, device) ? 3 : 0;
        return `@ping ${device} ${address} 3 packets transmitted, ${received} packets received`;
      },
    );
    return [
      '@addresses',
      '1: lo inet 127.0.0.1/8',
      ...[...own].map(([device, address], index) => `${index + 3}: ${device} inet ${address}/24`),
      '@routes',
      ...[...own].map(
        ([device, address]) => `${address.replace(/\d+$/, '0/24')} dev ${device} src ${address}`,
      ),
      '@mtu',
      ...[...own.keys()].map((device) => `${device} 9001`),
      ...pings,
      '@end',
    ].join('\n');
  };
  return { definitions, nodes: [readyNode('node-a')], start, script };
}

/** The node that a pod is bound to, as the scheduler would read it. */
function nodeOf(pod: V1Pod): string {
  const rule = pod.spec?.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution;
  return rule?.nodeSelectorTerms[0]?.matchFields?.[0]?.values?.[0] ?? 'node-a';
}

function setUp(behaviour: FakeBehaviour) {
  const cluster = fakeProbeCluster(behaviour);
  const log = recordingLog();
  const deps = {
    ...{ clusterName: 'c', cluster, log, clock: fakeClock() },
    signal: new AbortController().signal,
    nodeInterfaces: async () => undefined,
    deadline: inputs.timeoutMs,
    explain: (error: unknown) => explainApiError(error, { cluster: 'c', address }),
  };
  return { cluster, log, deps };
}

describe('verify', () => {
  it('passes the lab, and leaves nothing', async () => {
    const { cluster, deps } = setUp(lab(() => true));
    const { report, diagnostics } = await verify(inputs, deps);
    expect(diagnostics).toEqual([]);
    expect(report.counts).toEqual({ passed: 140, failed: 0, skipped: 0 });
    expect(cluster.created).toHaveLength(4);
    expect(cluster.present.size).toBe(0);
  });

  it('puts all pods on one node, except with placement any', async () => {
    const together = setUp(lab(() => true));
    await verify(inputs, together.deps);
    expect(together.cluster.created.every((pod) => pod.spec?.affinity !== undefined)).toBe(true);
    const anywhere = setUp({ ...lab(() => true), nodes: [] });
    await verify({ ...inputs, placement: 'any' }, anywhere.deps);
    expect(anywhere.cluster.created.some((pod) => pod.spec?.affinity !== undefined)).toBe(false);
  });

  it('reports pods that never become Ready', async () => {
    const { cluster, deps } = setUp({ ...lab(() => true), start: (pod) => pod });
    const { report } = await verify(inputs, deps);
    expect(report.result).toBe('failed');
    expect(report.counts.failed).toBe(4);
    expect(cluster.present.size).toBe(0);
  });

  it('creates nothing when there are no networks', async () => {
    const { cluster, deps } = setUp({ nodes: [readyNode('node-a')] });
    await expect(verify(inputs, deps)).rejects.toThrow('apply networks with configure-multus');
    expect(cluster.changes).toEqual([]);
  });

  it('explains errors of the API server, and leaves bugs as they are', async () => {
    const { deps } = setUp(lab(() => true));
    const failing = (error: Error) => ({
      ...deps,
      cluster: { ...deps.cluster, nodes: () => Promise.reject(error) },
    });
    const refusal = new ApiError(403, { message: 'nodes is forbidden' });
    await expect(verify(inputs, failing(refusal))).rejects.toThrow(
      'cluster c: the API server refused a request (403 nodes is forbidden)',
    );
    await expect(verify(inputs, failing(new TypeError('bug')))).rejects.toThrow(TypeError);
  });
});

describe('the layout matrix', () => {
  const matrix = readVerifyInputs(
    undefined,
    (name) => ({ kubeconfig: 'x', layout: 'matrix', 'max-nodes': '2' })[name] ?? '',
  );
  const nodes = ['node-a', 'node-b', 'node-c'].map((name) => readyNode(name));

  it('runs pods of each network on each chosen node, in a namespace of its own, and leaves nothing', async () => {
    const { cluster, deps } = setUp({ ...lab(() => true), nodes });
    const { report } = await verify(matrix, deps);
    expect(report.result).toBe('passed');
    expect(cluster.created.map((pod) => `${pod.metadata?.name} ${nodeOf(pod)}`)).toEqual([
      'ipvlan-conf-1-n1-1 node-a',
      'ipvlan-conf-1-n1-2 node-a',
      'ipvlan-conf-1-n2-1 node-b',
      'ipvlan-conf-1-n2-2 node-b',
      'ipvlan-conf-2-n1-1 node-a',
      'ipvlan-conf-2-n1-2 node-a',
      'ipvlan-conf-2-n2-1 node-b',
      'ipvlan-conf-2-n2-2 node-b',
    ]);
    expect(report.matrix).toHaveLength(56);
    expect(report.sampling[0]).toContain('2 of 3 usable nodes in one zone');
    expect(report.namespace).toMatch(/^multus-verify-[0-9a-f]{8}$/);
    expect(cluster.changes.at(-1)).toBe(`delete namespace ${report.namespace}`);
    expect(cluster.namespaces.size).toBe(0);
    expect(cluster.present.size).toBe(0);
  });

  it('reports a node without Multus, and tests the others', async () => {
    const multusPods = [readyPod({ metadata: { name: 'multus-a' } }, 'node-a')];
    const { deps } = setUp({ ...lab(() => true), nodes: nodes.slice(0, 2), multusPods });
    const { report } = await verify(matrix, deps);
    const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
    expect(failures).toMatchObject([
      { check: 'multus-running', subject: 'node-b', cause: 'multus-down' },
    ]);
    expect(report.pods).toHaveLength(4);
  });

  it('makes nothing when no node is usable, and reports why', async () => {
    const multusPods = [readyPod({ metadata: { name: 'multus-x' } }, 'node-x')];
    const { cluster, deps } = setUp({ ...lab(() => true), nodes, multusPods });
    const { report } = await verify(matrix, deps);
    expect(report.result).toBe('failed');
    expect(report.checks.filter(({ check }) => check === 'node-ready')).toHaveLength(3);
    expect(cluster.changes).toEqual([]);
  });

  it('finds an address that a pod outside the test also has', async () => {
    const [entry] = [{ name: 'default/ipvlan-conf-1', interface: 'net1', ips: ['10.0.4.71'] }];
    const annotations = {
      'k8s.v1.cni.cncf.io/networks': 'ipvlan-conf-1',
      'k8s.v1.cni.cncf.io/network-status': JSON.stringify([entry]),
    };
    const other = { metadata: { name: 'app', namespace: 'team', annotations } };
    const { deps } = setUp({ ...lab(() => true), nodes, everywhere: [other] });
    const { report } = await verify(matrix, deps);
    const failures = report.checks.filter(({ outcome }) => outcome === 'failed');
    expect(failures.map(({ check, detail }) => `${check} ${detail}`)).toEqual([
      'address-unique 10.0.4.71 also belongs to team/app net1 on no node',
    ]);
  });

  it('applies the expectations of networks', async () => {
    const { deps } = setUp({ ...lab(() => false), nodes });
    const expectations = [{ from: '*', to: '*', talk: false }];
    expect((await verify({ ...matrix, expectations }, deps)).report.result).toBe('passed');
    const { deps: talking } = setUp({ ...lab(() => true), nodes });
    expect((await verify({ ...matrix, expectations }, talking)).report.result).toBe('failed');
  });
});

describe('publish', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'verify-'));
    for (const [variable, file] of [
      ['GITHUB_OUTPUT', 'output'],
      ['GITHUB_STEP_SUMMARY', 'summary'],
    ] as const) {
      await writeFile(join(folder, file), '');
      vi.stubEnv(variable, join(folder, file));
    }
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it('writes the report, and fails with the failure and its explanation', async () => {
    const { deps, log } = setUp(
      lab((address, device) => !(address === '10.0.4.71' && device === 'net1')),
    );
    const result = await verify(inputs, deps);
    const { report } = result;
    const directory = join(folder, 'deep', 'report');
    await expect(
      publish(result, { reportDirectory: directory, warnOnly: false }, log),
    ).rejects.toThrow(
      /connectivity of cluster c, namespace default: 3 of 140 checks failed: reachability sampleapp-1 net1 → sampleapp-dual-1 net1: 10.0.4.71: 0 of 3 answered, try 2;.*\n.*other direction answers/,
    );
    const written = JSON.parse(await readFile(join(directory, 'report.json'), 'utf8'));
    expect(written).toEqual(report);
    expect(await readFile(join(folder, 'summary'), 'utf8')).toContain('## Connectivity: ❌ failed');
    const outputs = await readFile(join(folder, 'output'), 'utf8');
    for (const name of outputNames.filter((one) => one !== FAILURE_OUTPUT))
      expect(outputs).toContain(`${name}<<`);
    expect(outputs).toContain(JSON.stringify(report));
    expect(
      await readFile(join(directory, 'diagnostics', 'pods', 'sampleapp-1.json'), 'utf8'),
    ).toContain('ipvlan-conf-1');
    for (const file of ['report.html', 'junit.xml', 'summary.md']) {
      expect((await readFile(join(directory, file), 'utf8')).length).toBeGreaterThan(500);
    }
  });
});

it('asks for nodes only when it chooses one', () => {
  const verbs = (placement: 'same-node' | 'any') =>
    accessNeeded({ ...inputs, layout: 'lab', placement }).map(
      ({ verb, resource }) => `${verb} ${resource}`,
    );
  expect(verbs('same-node')).toContain('list nodes');
  expect(verbs('any')).not.toContain('list nodes');
});
