import { expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import type { Ping } from '../evaluate/observation.ts';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { healthy } from '../testing/lab-pods.ts';
import { retryPings } from './observe.ts';

const PLANS = [70, 71].map((host) => ({
  ...{ name: `pod-${host}`, node: 'node-a' },
  addresses: [{ network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` }],
}));

/** What the first pod's ping of the second says after one retry, which prints `line`. */
async function retryOnce(first: Partial<Ping>, line: string) {
  const pods = healthy(PLANS).map((pod) => {
    if (pod.probe === undefined || pod.name !== 'pod-70') return pod;
    return { ...pod, probe: { ...pod.probe, pings: pod.probe.pings.map(withFirst(first)) } };
  });
  const scripts: string[] = [];
  const cluster = fakeProbeCluster({
    present: PLANS.map(({ name, node }) => readyPod({ metadata: { name } }, node)),
    script: async (_, script) => {
      scripts.push(script);
      return `${line}\n@end\n`;
    },
  });
  const options = {
    log: recordingLog(),
    plan: {},
    large: () => true,
    clock: fakeClock(),
    deadline: 600_000,
  };
  const [pod] = await retryPings(cluster, pods, 1, options);
  return { ping: pod?.probe?.pings[0], scripts };
}

const withFirst = (first: Partial<Ping>) => (ping: Ping) => ({ ...ping, ...first });
const PING = '@ping net1 10.0.4.71 20 packets transmitted, 14 packets received';

it('does not retry a pair that answered every packet, also a large one', async () => {
  const { scripts } = await retryOnce({ large: { bytes: 9001, answered: true } }, PING);
  expect(scripts).toEqual([]);
});

it('does not mistake large packets that were lost by chance for a small MTU', async () => {
  const large = '@large net1 10.0.4.71 9001 20 packets transmitted, 13 packets received @route';
  const lost = { large: { bytes: 9001, answered: false } };
  const { ping, scripts } = await retryOnce(lost, `${PING}\n${large}`);
  expect(scripts).toHaveLength(1);
  expect(ping).toMatchObject({ sent: 20, received: 14, large: { answered: true }, attempts: 2 });
});

it('accepts the MTU that a router reported', async () => {
  const large = { bytes: 9001, answered: false, pathMtu: 1500 };
  const { ping, scripts } = await retryOnce({ large }, PING);
  expect(scripts).toEqual([]);
  expect(ping?.large).toEqual(large);
});

it('keeps the first result when the retry prints nothing readable', async () => {
  const { ping } = await retryOnce({ received: 0 }, 'nothing that can be read');
  expect(ping).toMatchObject({ sent: 3, received: 0 });
  expect(ping?.attempts).toBeUndefined();
});
