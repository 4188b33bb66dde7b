import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { V1DaemonSet } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { runBundle } from '../../dev/testing/programs/run-bundle.ts';
import { labEnvironment } from '../../dev/testing/samples/lab-environment.ts';
import { placeMultusPod } from '../../dev/testing/samples/multus-pod.ts';
import { overWhen } from '../../dev/testing/samples/over-when.ts';
import { noCredentials } from '../../dev/testing/servers/api-server.ts';
import { joinNode } from '../../dev/testing/servers/join-node.ts';
import { setUpApiServer } from '../../dev/testing/setup/api-server.ts';
import { systemClock } from '../core/clock.ts';
import { connect } from '../kubernetes/connection.ts';
import { parseInputs } from './inputs.ts';
import { type ConfigureResult, toOutputs } from './outputs.ts';
import { configure } from './run.ts';
import { toSummary } from './summary.ts';

const NETWORKS = `
- { name: ipvlan-conf-1, network: 1, ipam: host-local, subnet: 10.0.4.0/24, range: 10.0.4.70-10.0.4.80 }
- { name: eni-prefix-2, network: 2 }
`;

const cluster = setUpApiServer();

const inputs = (networks = NETWORKS, more: Record<string, string> = {}) => {
  const given: Record<string, string> = {
    kubeconfig: cluster.kubeconfig,
    networks,
    'aws-region': 'ap-northeast-2',
    ...more,
  };
  return parseInputs((name) => given[name] ?? '', undefined);
};

describe('configure', () => {
  async function run(more: Record<string, string> = {}) {
    const log = recordingLog();
    const results: ConfigureResult[] = [];
    const report = async (result: ConfigureResult) => void results.push(result);
    const outcome = await configure(inputs(NETWORKS, more), {
      log,
      clock: systemClock,
      credentials: noCredentials,
      report,
    }).catch((error: unknown) => error);
    return { log, outcome, result: results[0] ?? {}, reports: results.length };
  }

  it('reports what it has done when nodes do not become Ready in time', async () => {
    const log = recordingLog();
    const results: ConfigureResult[] = [];
    const waiting = configure(inputs(), {
      log,
      clock: overWhen(log, 'nodes Ready'),
      credentials: noCredentials,
      report: async (result) => void results.push(result),
    });
    await expect(waiting).rejects.toThrow(/0 of 1 expected nodes are Ready, 0 have joined/);
    expect(results).toMatchObject([{ cluster: expect.any(String), attachments: [{}, {}] }]);
    expect(results[0]).not.toHaveProperty('nodes');
  });

  it('maps roles, installs, applies and waits; a second run changes nothing', async () => {
    const roles = 'arn:aws:iam::111122223333:role/teams/ng2';
    const running = run({ authentication: 'both', 'node-role-arns': roles });
    await joinNode(cluster.connection, 'ip-10-0-2-11');
    await rollOut();
    const first = await running;
    expect(first.outcome).toBeUndefined();
    expect(first.result.awsAuth?.diff.at(-5)).toBe(
      '+- rolearn: arn:aws:iam::111122223333:role/ng2',
    );
    expect(toOutputs(first.result)).toMatchObject({
      networks: [{ name: 'ipvlan-conf-1' }, { name: 'eni-prefix-2' }],
      nodes: [{ name: 'ip-10-0-2-11', ready: true }],
      'aws-auth-changed': 'true',
    });
    expect(first.log.lines).toContain('1 of 1 nodes Ready (ip-10-0-2-11)');
    const second = await run({ authentication: 'both', 'node-role-arns': roles });
    expect(second).toMatchObject({ outcome: undefined, reports: 1 });
    expect(second.result.awsAuth?.changed).toBe(false);
  });

  it('does the same from the bundle', async () => {
    const given = { kubeconfig: cluster.kubeconfig, networks: NETWORKS };
    const bundle = await runBundle('configure-multus', {
      ...given,
      'aws-region': 'ap-northeast-2',
    });
    expect(bundle.exitCode, bundle.log).toBe(0);
    expect(bundle.outputs['aws-auth-changed']).toBe('false');
    expect(JSON.parse(bundle.outputs['nodes'] ?? '')).toMatchObject([{ name: 'ip-10-0-2-11' }]);
    expect(bundle.summary).toContain('| ip-10-0-2-11 | Ready |');
    expect(bundle.log).toContain('Unchanged networkattachmentdefinition default/ipvlan-conf-1');
  });

  it('waits neither for the nodes of a preview nor for Multus on them', async () => {
    const labels = { 'eks-multus-actions/environment': 'eks-multus-pr-7' };
    await joinNode(cluster.connection, 'guest', { ready: false, labels });
    await placeMultusPod(cluster.connection, 'guest', false);
    await placeMultusPod(cluster.connection, 'ip-10-0-2-11');
    await rollOut({ desired: 2, available: 1 });
    const environment = { environment: JSON.stringify(labEnvironment([1, 1, 2])) };
    const given = parseInputs((name) => ({ ...environment, networks: NETWORKS })[name] ?? '', '');
    const target = { ...given.target, address: inputs().target.address };
    const results: ConfigureResult[] = [];
    const report = async (result: ConfigureResult) => void results.push(result);
    const tools = { log: recordingLog(), clock: systemClock, credentials: noCredentials, report };
    await configure({ ...given, target, mapRoleArns: undefined, timeoutMs: 30_000 }, tools);
    expect(results).toMatchObject([
      { nodes: [{ name: 'ip-10-0-2-11' }], rollout: { ready: 1, desired: 1 } },
    ]);
    // The next test removes Multus, and this API server has no controller that would delete its pods.
    const path = '/api/v1/namespaces/kube-system/pods?labelSelector=name%3Dmultus';
    await cluster.connection.rest({ method: 'DELETE', path, body: { gracePeriodSeconds: 0 } });
  });

  it('removes Multus, and with prune its networks', async () => {
    const removing = { networks: '', multus: 'absent', 'aws-region': '' };
    expect(await run(removing)).toMatchObject({ outcome: undefined, result: { removed: true } });
    const networks = '/apis/k8s.cni.cncf.io/v1/network-attachment-definitions';
    const left = () =>
      cluster.connection.rest<{ items: object[] }>({ method: 'GET', path: networks });
    expect((await left()).items).toHaveLength(2);
    const { result } = await run({ ...removing, prune: 'true' });
    expect((await left()).items).toHaveLength(0);
    expect(toSummary(result)).toMatch(/Removed by/);
  });

  it('changes nothing without the needed rights', async () => {
    const path = join(cluster.folder, 'nobody.kubeconfig');
    const config = parse(await readFile(cluster.kubeconfig, 'utf8'));
    config.users[0].user.as = 'nobody';
    await writeFile(path, stringify(config));
    const needs = [
      { verb: 'patch', group: 'apps', resource: 'daemonsets', namespace: 'kube-system' },
    ];
    const options = { log: recordingLog(), credentials: noCredentials, needs, patienceMs: 500 };
    await expect(connect({ kind: 'kubeconfig', path }, options)).rejects.toThrow(
      /may not patch daemonsets\.apps in kube-system/,
    );
  });

  /** Writes the status that the DaemonSet controller would write. */
  async function rollOut({ desired = 1, available = 1 } = {}): Promise<void> {
    const set = '/apis/apps/v1/namespaces/kube-system/daemonsets/kube-multus-ds';
    const body = await cluster.connection.api.get<V1DaemonSet>(set);
    body.status = {
      currentNumberScheduled: desired,
      numberMisscheduled: 0,
      numberReady: available,
      desiredNumberScheduled: desired,
      updatedNumberScheduled: desired,
      numberAvailable: available,
      observedGeneration: body.metadata?.generation ?? 0,
    };
    await cluster.connection.api.replace(`${set}/status`, body);
  }
});
