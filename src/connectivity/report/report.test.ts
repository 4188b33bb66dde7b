import { describe, expect, it } from 'vitest';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { networkInterface } from '../../../dev/testing/samples/network-interface.ts';
import type { PodObservation } from '../evaluate/observation.ts';
import { healthy, LAB_NETWORKS, LAB_PODS, reply, silence } from '../testing/lab-pods.ts';
import { makeReport } from './report.ts';
import { logReport } from './report-files.ts';
import { summaryMarkdown } from './summary.ts';

const context = {
  cluster: 'eks-multus-cluster',
  namespace: 'default',
  layout: 'lab',
  startedAt: new Date('2026-01-01T00:00:00Z'),
  finishedAt: new Date('2026-01-01T00:00:12.34Z'),
};
const reportOf = (pods: readonly PodObservation[]) =>
  makeReport(context, { networks: LAB_NETWORKS, pods });

/** sampleapp-1 hears nothing from sampleapp-dual-1, and something from the other network. */
const broken = healthy(LAB_PODS).map((pod) =>
  pod.name === 'sampleapp-1' && pod.probe !== undefined
    ? {
        ...pod,
        probe: {
          ...pod.probe,
          pings: pod.probe.pings.map((ping) =>
            ping.address === '10.0.4.71'
              ? silence(ping)
              : ping.address === '10.0.6.70'
                ? { ...reply(ping), received: 2 }
                : ping,
          ),
        },
      }
    : pod,
);

const unready = healthy(LAB_PODS).map(
  (pod): PodObservation =>
    pod.name === 'sampleapp-2'
      ? { name: pod.name, networks: pod.networks, notReady: 'ErrImagePull: no | such\nimage' }
      : pod,
);

describe('makeReport', () => {
  it('contains what was tested and observed', () => {
    const report = reportOf(healthy(LAB_PODS));
    expect(report).toMatchObject({
      schema: 1,
      result: 'passed',
      startedAt: '2026-01-01T00:00:00.000Z',
      durationSeconds: 12.3,
      counts: { passed: 140, failed: 0, skipped: 2 },
    });
    expect(report.networks[0]).toEqual({
      id: 'default/ipvlan-conf-1',
      kind: 'ipvlan l3 on eth1',
      subnets: ['10.0.4.0/24'],
      ranges: ['10.0.4.70-10.0.4.80'],
    });
    expect(report.pods[2]).toMatchObject({
      name: 'sampleapp-dual-1',
      node: 'node-a',
      ready: true,
      interfaces: [
        { name: 'net1', network: 'default/ipvlan-conf-1', address: '10.0.4.71', mtu: 9001 },
        { name: 'net2', network: 'default/ipvlan-conf-2', address: '10.0.6.71', mtu: 9001 },
      ],
    });
    expect(report.pods[2]?.routes).toContain('10.0.6.0/24 dev net2 scope link  src 10.0.6.71');
    expect(report.matrix[0]).toEqual({
      source: {
        pod: 'sampleapp-1',
        interface: 'net1',
        network: 'default/ipvlan-conf-1',
        address: '10.0.4.70',
      },
      target: {
        pod: 'sampleapp-2',
        interface: 'net1',
        network: 'default/ipvlan-conf-2',
        address: '10.0.6.70',
      },
      scope: 'same-node',
      expected: 'silence',
      because: 'different networks',
      seen: 'silence',
      sent: 3,
      received: 0,
      lossPercent: 100,
      milliseconds: null,
      attempts: 1,
      mtu: null,
      megabitsPerSecond: null,
      jitterMilliseconds: null,
      exchanges: [],
    });
  });

  it('has the interfaces of the nodes, without those of the VPC CNI', () => {
    const eni = (deviceIndex: number, description: string) => ({
      ...networkInterface({ id: `eni-${deviceIndex}`, deviceIndex, description }),
      node: 'node-a',
    });
    const interfaces = [eni(0, ''), eni(1, 'Multus eth1 of i-1'), eni(3, 'aws-K8S-i-1')];
    const evidence = { networks: LAB_NETWORKS, pods: healthy(LAB_PODS), interfaces };
    const [node] = makeReport(context, evidence).nodes;
    expect(node?.interfaces?.map(({ id }) => id)).toEqual(['eni-0', 'eni-1']);
    expect(node?.interfaces?.[0]).not.toHaveProperty('description');
  });

  it('survives JSON unchanged', () => {
    for (const pods of [healthy(LAB_PODS), broken, unready]) {
      const report = reportOf(pods);
      expect(JSON.parse(JSON.stringify(report))).toEqual(report);
    }
  });

  it('fails with one failed check, and when nothing was checked', () => {
    expect(reportOf(broken).result).toBe('failed');
    expect(reportOf([]).result).toBe('failed');
  });
});

describe('summaryMarkdown', () => {
  it('shows counts, the matrix and the routes of each pod', () => {
    const text = summaryMarkdown(reportOf(healthy(LAB_PODS)));
    expect(text).toContain('## Connectivity: ✅ passed\n\n140 checks passed, 0 failed');
    expect(text).not.toContain('### Failures');
    expect(text).toContain('| reachability | 12 | 0 | 0 |  |');
    expect(text).toContain('| sampleapp-1 net1 |  | ✅ 0.2 ms | ✅ 0.2 ms | 🔒 | 🔒 | 🔒 |');
    expect(text.match(/<details>/g)).toHaveLength(4);
    expect(text).toContain('```text\n10.0.2.0/24 dev eth0');
  });

  it('shows failures first, with what they mean', () => {
    const text = summaryMarkdown(reportOf(broken));
    expect(text.indexOf('### Failures')).toBeLessThan(text.indexOf('### Checks'));
    expect(text).toContain('| reachability | sampleapp-1 net1 → sampleapp-dual-1 net1 |');
    expect(text).toContain('The other direction answers');
    expect(text).toContain('| sampleapp-1 net1 |  | ❌ ');
  });

  it('keeps its tables intact for any text', () => {
    const text = summaryMarkdown(reportOf(unready));
    expect(text).toContain('ErrImagePull: no &#124; such<br>image');
    expect(text).toContain('❔');
    expect(text).toContain('not probed');
  });
});

describe('logReport', () => {
  it('groups ip r of each pod and the checks, and repeats failures outside', async () => {
    const log = recordingLog();
    await logReport(reportOf(broken), log);
    expect(log.lines).toContain('ip r in sampleapp-dual-1');
    expect(log.lines.filter((line) => line.startsWith('❌'))).toHaveLength(3);
    expect(log.lines.at(-1)).toBe('Connectivity failed: 137 passed, 3 failed, 2 skipped');
  });
});
