import { describe, expect, it } from 'vitest';
import { healthy, LAB_NETWORKS } from '../testing/lab-pods.ts';
import type { CheckName } from './catalogue/catalogue.ts';
import { evaluate } from './evaluate.ts';
import type { LargePing, Ping, PodObservation } from './observation.ts';

const place = (name: string, node: string, host: number) => ({
  ...{ name, node },
  addresses: [{ network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` }],
});
/** Two on one node, and one on another. */
const PLANS = [place('a', 'node-a', 70), place('b', 'node-a', 71), place('c', 'node-b', 72)];
const ADDRESS_OF_C = '10.0.4.72';
const LARGE: LargePing = { bytes: 9001, answered: true };

type Change = (ping: Ping, pod: PodObservation) => Ping;

/** All is well, but for what is changed. */
function observed(change: Change, mtuOfC = 9001): readonly PodObservation[] {
  return healthy(PLANS).map((pod) => {
    if (pod.probe === undefined) return pod;
    const mtu = { net1: pod.name === 'c' ? mtuOfC : 9001 };
    const pings = pod.probe.pings.map((ping) => change({ ...ping, large: LARGE }, pod));
    return { ...pod, probe: { ...pod.probe, mtu, pings } };
  });
}

function failuresOf(check: CheckName, pods: readonly PodObservation[], lossPercent = 0) {
  const limits = { lossPercent, averageMilliseconds: 5 };
  const { checks } = evaluate({ networks: LAB_NETWORKS, pods, limits });
  expect(checks.some((one) => one.check === check)).toBe(true);
  return checks.filter((one) => one.check === check && one.outcome === 'failed');
}

const toC = (changed: Partial<Ping>): Change => {
  return (ping) => (ping.address === ADDRESS_OF_C ? { ...ping, ...changed } : ping);
};

describe('packets of full size', () => {
  it('pass when all interfaces have the same MTU', () => {
    expect(
      failuresOf(
        'mtu',
        observed((ping) => ping),
      ),
    ).toEqual([]);
  });

  it.each<[string, boolean, string]>([
    [
      'are lost on the way to an interface with a smaller MTU',
      false,
      'large packets to it are lost',
    ],
    ['are too large for it even when it answers them', true, 'answers are fragmented'],
  ])('%s', (_, answered, effect) => {
    const small = { bytes: 1400, answered: true };
    const pods = observed((ping, { name }) => {
      const large = ping.address === ADDRESS_OF_C ? { bytes: 9001, answered } : LARGE;
      return { ...ping, large: name === 'c' ? small : large };
    }, 1400);
    const failures = failuresOf('mtu', pods);
    expect(failures.map(({ subject }) => subject)).toEqual(['a net1 → c net1', 'b net1 → c net1']);
    expect(failures[0]).toMatchObject({
      cause: 'mtu',
      explanation: expect.stringContaining(
        'c on node-b has MTU 1400, but a on node-a has MTU 9001',
      ),
    });
    expect(failures[0]?.explanation).toContain(effect);
  });

  it.each([
    [undefined, '9001 bytes do not pass in one piece'],
    [1500, '9001 bytes do not pass in one piece; a router reported MTU 1500'],
  ])(
    'that do not pass between equal interfaces show a smaller MTU of the path (reported: %s)',
    (reported, detail) => {
      const lost = { bytes: 9001, answered: false };
      const large = reported === undefined ? lost : { ...lost, pathMtu: reported };
      const [failure] = failuresOf('mtu', observed(toC({ large })));
      expect(failure).toMatchObject({ cause: 'mtu', detail });
      expect(failure?.explanation).toContain(
        'the path between node-a and node-b has a smaller MTU',
      );
    },
  );
});

describe('lost packets', () => {
  const some = { sent: 20, received: 14 };

  it('are attributed to the path between the nodes when pods on one node lose none', () => {
    const failures = failuresOf('packet-loss', observed(toC(some)));
    expect(failures).toHaveLength(2);
    expect(failures[0]).toMatchObject({ cause: 'packet-loss', detail: '30 % of 20 packets lost' });
    expect(failures[0]?.explanation).toContain('the path between node-a and node-b loses them');
    expect(failures[0]?.nextStep).toContain('ethtool -S');
  });

  it('are not attributed to that path when pods on one node also lose some', () => {
    const failures = failuresOf(
      'packet-loss',
      observed((ping) => ({ ...ping, ...some })),
    );
    expect(failures).toHaveLength(6);
    for (const { explanation } of failures) expect(explanation).not.toContain('the path between');
  });

  it('pass up to the limit', () => {
    expect(failuresOf('packet-loss', observed(toC(some)), 30)).toEqual([]);
  });
});

it('slow answers fail with their time and the limit', () => {
  const milliseconds = { min: 1, avg: 9, max: 20 };
  const [failure] = failuresOf('latency', observed(toC({ milliseconds })));
  expect(failure).toMatchObject({ cause: 'slow', detail: '9 ms on average' });
  expect(failure?.explanation).toContain('only 5 ms are allowed');
});
