import { describe, expect, it } from 'vitest';
import { healthy, LAB_NETWORKS, LAB_PODS, reply, silence } from '../testing/lab-pods.ts';
import { CHECKS, type CheckName } from './catalogue/catalogue.ts';
import { countOutcomes } from './check.ts';
import { evaluate } from './evaluate.ts';
import type { Ping, PodObservation, Probe } from './observation.ts';

const NETWORK = 'default/ipvlan-conf-1';

const failuresOf = (pods: readonly PodObservation[]) =>
  evaluate({ networks: LAB_NETWORKS, pods }).checks.filter(({ outcome }) => outcome === 'failed');

const failedChecks = (pods: readonly PodObservation[]) => [
  ...new Set(failuresOf(pods).map(({ check }) => check)),
];

/** The lab with one pod changed. */
function labWith(name: string, change: (pod: PodObservation) => PodObservation): PodObservation[] {
  return healthy(LAB_PODS).map((pod) => (pod.name === name ? change(pod) : pod));
}

function withProbe(change: (probe: Probe) => Probe) {
  return (pod: PodObservation): PodObservation =>
    pod.probe === undefined ? pod : { ...pod, probe: change(pod.probe) };
}

const withPing = (address: string, change: (ping: Ping) => Ping) =>
  withProbe((probe) => ({
    ...probe,
    pings: probe.pings.map((ping) => (ping.address === address ? change(ping) : ping)),
  }));

describe('the healthy lab', () => {
  const well = { networks: LAB_NETWORKS, pods: healthy(LAB_PODS), changedNetworks: new Map() };
  const { checks, matrix } = evaluate(well);

  it('passes every check', () => {
    expect(countOutcomes(checks)).toEqual({ passed: 142, failed: 0, skipped: 0 });
    expect(matrix).toHaveLength(26);
  });

  it('runs every check, in the order of the report', () => {
    const asked = new Set(checks.map(({ check }) => check));
    expect([...asked]).toEqual([
      'pod-scheduled',
      'pod-ready',
      'probe-ran',
      'clock',
      'loopback',
      'cluster-interface',
      'interface-present',
      'interface-name',
      'interface-requested',
      'interface-up',
      'interface-errors',
      'proxy-arp',
      'reverse-path',
      'return-path',
      'network-readable',
      'network-unchanged',
      'networks-apart',
      'gateway-in-subnet',
      'mtu-alike',
      'prefix-length-alike',
      'families-alike',
      'address-in-range',
      'address-unique',
      'address-listed',
      'usable-address',
      'route-present',
      'route-source',
      'default-route',
      'default-route-once',
      'reachability',
      'isolation',
      'symmetry',
      'duplicate-answers',
    ]);
    expect([...asked]).toEqual(CHECKS.filter((name) => asked.has(name)));
  });
});

describe('a single fault fails the checks that it breaks', () => {
  it.each<[string, CheckName[], readonly PodObservation[], string]>([
    [
      'a pod whose image cannot be pulled',
      ['pod-ready'],
      labWith('sampleapp-2', ({ name, networks }) => ({
        name,
        networks,
        notReady: 'ImagePullBackOff: back-off pulling image',
      })),
      'cannot pull the image',
    ],
    [
      'a pod that the guard lets wait for Multus',
      ['pod-ready'],
      labWith('sampleapp-2', ({ name, networks }) => ({
        name,
        networks,
        notReady:
          'FailedCreatePodSandBox: plugin type="multus-guard" failed (add): Multus does not run on node ip-10-0-2-11',
      })),
      'The Multus daemon on the node does not answer',
    ],
    [
      'a pod that is older than Multus',
      ['interface-present'],
      labWith('sampleapp-1', ({ status: _, ...pod }) => pod),
      'Multus did not handle this pod',
    ],
    [
      'a network that was not attached',
      ['interface-present'],
      labWith('sampleapp-dual-1', (pod) => ({
        ...pod,
        status: (pod.status ?? []).filter((entry) => entry.interface !== 'net2'),
      })),
      'did not attach default/ipvlan-conf-2',
    ],
    [
      'an interface that the pod does not show',
      ['interface-present'],
      labWith(
        'sampleapp-1',
        withProbe((probe) => ({
          ...probe,
          addresses: probe.addresses.filter((entry) => entry.interface !== 'net1'),
        })),
      ),
      'changed after the pod was created',
    ],
    [
      'a missing route',
      ['route-present'],
      labWith(
        'sampleapp-1',
        withProbe((probe) => ({ ...probe, routes: [] })),
      ),
      'IPAM sets the routes',
    ],
    [
      'a route through another interface',
      ['route-present'],
      labWith(
        'sampleapp-1',
        withProbe((probe) => ({
          ...probe,
          routes: probe.routes.map((route) => ({ ...route, interface: 'eth0' })),
        })),
      ),
      'IPAM sets the routes',
    ],
    [
      'a drop in one direction',
      ['reachability', 'symmetry'],
      labWith('sampleapp-1', withPing('10.0.4.71', silence)),
      'The other direction answers',
    ],
    [
      'a pod without a route to another',
      ['reachability', 'symmetry'],
      labWith(
        'sampleapp-1',
        withPing('10.0.4.71', (ping) => ({
          ...silence(ping),
          problem: { kind: 'unreachable', text: 'Network is unreachable' },
        })),
      ),
      'cannot reach 10.0.4.71',
    ],
    [
      'networks that are not isolated',
      ['isolation'],
      labWith('sampleapp-1', withPing('10.0.6.70', reply)),
      'should be isolated',
    ],
  ])('%s', (_, checks, pods, explanation) => {
    expect(failedChecks(pods)).toEqual(checks);
    expect(failuresOf(pods)[0]?.explanation).toContain(explanation);
  });

  it('an exec that fails is a failed check, and no pair of its pod passes', () => {
    const pods = labWith('sampleapp-1', ({ probe: _, ...pod }) => ({
      ...pod,
      probeError: 'timed out',
    }));
    expect(failedChecks(pods)).toEqual(['probe-ran', 'interface-present']);
    const own = evaluate({ networks: LAB_NETWORKS, pods }).checks.filter(({ subject }) =>
      subject.startsWith('sampleapp-1 net1 →'),
    );
    expect(own.map(({ outcome, detail }) => `${outcome} ${detail}`)).toEqual(
      own.map(() => 'skipped timed out'),
    );
  });

  it('a ping that does not work proves no isolation', () => {
    const pods = labWith(
      'sampleapp-1',
      withPing('10.0.6.70', (ping) => ({
        ...silence(ping),
        problem: { kind: 'broken', text: 'ping: permission denied' },
      })),
    );
    expect(failuresOf(pods)).toMatchObject([{ check: 'isolation', outcome: 'failed' }]);
  });

  it('an answer from an address that two pods have proves neither reachability nor quality', () => {
    const plans = [
      { name: 'a', node: 'node-a', addresses: [{ network: NETWORK, address: '10.0.4.70' }] },
      { name: 'b', node: 'node-a', addresses: [{ network: NETWORK, address: '10.0.4.71' }] },
      { name: 'c', node: 'node-b', addresses: [{ network: NETWORK, address: '10.0.4.71' }] },
    ];
    const evidence = { networks: LAB_NETWORKS, pods: healthy(plans), limits: { lossPercent: 0 } };
    const { checks } = evaluate(evidence);
    const toC = checks.filter(({ subject }) => subject === 'a net1 → c net1');
    expect(toC.map(({ check, outcome }) => `${check} ${outcome}`)).toEqual([
      'reachability skipped',
    ]);
    expect(toC[0]?.detail).toContain('b also has 10.0.4.71, so the answer may come from it');
    const failures = checks.filter(({ outcome }) => outcome === 'failed');
    expect(new Set(failures.map(({ cause }) => cause))).toEqual(new Set(['duplicate-address']));
    expect(failures.map(({ check }) => check)).toContain('reachability');
  });

  it('silence between nodes only is explained by the VPC', () => {
    const plans = LAB_PODS.map((plan) =>
      plan.name === 'sampleapp-1' ? { ...plan, node: 'node-b' } : plan,
    );
    const pods = healthy(plans).map((pod) =>
      pod.name === 'sampleapp-1'
        ? withProbe((probe) => ({ ...probe, pings: probe.pings.map(silence) }))(pod)
        : withPing('10.0.4.70', silence)(pod),
    );
    const failures = failuresOf(pods);
    expect(failures).toHaveLength(4);
    for (const { explanation } of failures) {
      expect(explanation).toContain('Pods on the same node reach each other');
      expect(explanation).toContain('assigned to the network interface of the node');
    }
  });
});
