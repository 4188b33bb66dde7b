import { describe, expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { healthy, silence } from '../testing/lab-pods.ts';
import { parseEchoRequests, traceRequests } from './trace-requests.ts';

const options = {
  log: recordingLog(),
  plan: {},
  large: () => false,
  clock: fakeClock(),
  deadline: 600_000,
};

const snmp = (requests: number) =>
  `Ip: Forwarding\nIp: 2\nIcmp: InMsgs InErrors InEchos\nIcmp: 9 0 ${requests}\nIcmpMsg: InType0\n`;

it('parseEchoRequests finds its column, and gives undefined where there is none', () => {
  expect(parseEchoRequests(snmp(7))).toBe(7);
  expect(parseEchoRequests('Ip6InReceives  \t9\nIcmp6InEchos     \t5\n')).toBe(5);
  expect(parseEchoRequests('cat: not found')).toBeUndefined();
});

describe('traceRequests', () => {
  const plan = (name: string, node: string, host: number) => ({
    name,
    node,
    addresses: [{ network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` }],
  });
  const plans = [plan('a', 'node-a', 70), plan('b', 'node-b', 71), plan('c', 'node-b', 72)];
  const present = plans.map(({ name, node }) => readyPod({ metadata: { name } }, node));

  it.each([
    ['lost', 6],
    ['kept', 7],
  ])(
    'traces one pair of pods between two nodes, in both directions: %s',
    async (back, droppedByB) => {
      const pods = healthy(plans).map((pod) => ({
        ...pod,
        ...(pod.probe === undefined
          ? {}
          : { probe: { ...pod.probe, pings: pod.probe.pings.map(silence) } }),
      }));
      const counts = new Map<string, number>();
      const cluster = fakeProbeCluster({
        present,
        script: async ({ metadata }, script) => {
          const name = metadata?.name ?? '';
          if (script.startsWith('cat')) return snmp(counts.get(name) ?? 0);
          // What node-a sends arrives; nothing else does.
          if (name === 'a') for (const other of ['b', 'c']) counts.set(other, 3);
          return `@dropped 4\n@end\n@dropped ${name === 'a' ? 4 : droppedByB}`;
        },
      });
      const seen = await traceRequests(cluster, pods, options);
      const followed = seen.flatMap((pod) =>
        (pod.probe?.pings ?? []).map(
          ({ address, requests }) => `${pod.name} ${address} ${requests}`,
        ),
      );
      expect(followed).toContain('a 10.0.4.71 arrived');
      expect(followed).toContain(`b 10.0.4.70 ${back}`);
      expect(followed.filter((line) => !line.endsWith('undefined'))).toHaveLength(2);
    },
  );

  it('traces IPv6 by its own counter', async () => {
    const ipv6 = (name: string, node: string, host: number) => ({
      ...{ name, node },
      addresses: [{ network: 'default/ipvlan-conf-1', address: `2600:1f13::${host}` }],
    });
    const pods = healthy([ipv6('a', 'node-a', 1), ipv6('b', 'node-b', 2)]).map((pod) => ({
      ...pod,
      ...(pod.probe === undefined
        ? {}
        : { probe: { ...pod.probe, pings: pod.probe.pings.map(silence) } }),
    }));
    const asked: string[] = [];
    const cluster = fakeProbeCluster({
      present,
      script: async (_, script) => {
        if (!script.startsWith('cat')) return '@dropped 0\n@end\n@dropped 0';
        asked.push(script);
        return `Icmp6InEchos ${asked.length}`;
      },
    });
    const seen = await traceRequests(cluster, pods, options);
    expect(new Set(asked)).toEqual(new Set(['cat /proc/net/snmp6']));
    const requests = seen.flatMap(({ probe }) => probe?.pings.map((ping) => ping.requests) ?? []);
    expect(requests).toEqual(['arrived', 'arrived']);
  });

  it('does nothing when every pair answers', async () => {
    const pods = healthy(plans);
    expect(await traceRequests(fakeProbeCluster(), pods, options)).toBe(pods);
  });
});
