import { expect, it } from 'vitest';
import { fakeClock } from '../../../dev/testing/fakes/fake-clock.ts';
import { recordingLog } from '../../../dev/testing/fakes/recording-log.ts';
import type { Exchange, Ping, Probe } from '../evaluate/observation.ts';
import { SERVICE_PORTS } from '../protocol.ts';
import { fakeProbeCluster, readyPod } from '../testing/fake-probe-cluster.ts';
import { healthy } from '../testing/lab-pods.ts';
import type { Extras } from './plan-extras.ts';
import { retryProbes } from './retry.ts';

const PLANS = [70, 71].map((host) => ({
  ...{ name: `pod-${host}`, node: 'node-a' },
  addresses: [{ network: 'default/ipvlan-conf-1', address: `10.0.4.${host}` }],
}));

/** What the first pod has after one retry, which prints `line`. Before, its probe was what `change` makes of a healthy one. */
async function retryWith(change: (probe: Probe) => Probe, line: string, extras?: Extras) {
  const pods = healthy(PLANS).map((pod) =>
    pod.probe === undefined || pod.name !== 'pod-70' ? pod : { ...pod, probe: change(pod.probe) },
  );
  const scripts: string[] = [];
  const cluster = fakeProbeCluster({
    present: PLANS.map(({ name, node }) => readyPod({ metadata: { name } }, node)),
    script: async (_, script) => {
      scripts.push(script);
      return `${line}\n@end\n`;
    },
  });
  const options = {
    ...{ log: recordingLog(), plan: {}, large: () => true },
    ...{ clock: fakeClock(), deadline: 600_000 },
    ...(extras === undefined ? {} : { extras }),
  };
  const [pod] = await retryProbes(cluster, pods, 1, options);
  return { probe: pod?.probe, scripts };
}

/** What the first pod's ping of the second says after one retry. */
async function retryOnce(first: Partial<Ping>, line: string) {
  const pings = (probe: Probe) => probe.pings.map((ping) => ({ ...ping, ...first }));
  const { probe, scripts } = await retryWith((one) => ({ ...one, pings: pings(one) }), line);
  return { ping: probe?.pings[0], scripts };
}

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

const EXTRAS: Extras = {
  ...{ transports: ['tcp', 'sctp'], targets: [], sampled: [] },
  gateways: new Map(),
};

/** What the first pod says of its request to the second after one retry. */
async function retryRequests(exchange: Partial<Exchange>, line: string) {
  const first: Exchange = {
    ...{ kind: 'pod', protocol: 'sctp', address: '10.0.4.71', port: SERVICE_PORTS.sctp },
    ...{ result: 'answered', text: '', tries: 3, tookMs: 10, ...exchange },
  };
  const change = (probe: Probe) => ({ ...probe, exchanges: [first] });
  const { probe, scripts } = await retryWith(change, line, EXTRAS);
  return { exchanges: probe?.exchanges, scripts };
}

const ANSWER = `@exchange pod sctp 10.0.4.71 ${SERVICE_PORTS.sctp} 0 1 5.00 5.10 pod-71`;

it('asks again where a service refused, because it may have been starting', async () => {
  const { exchanges, scripts } = await retryRequests(
    { result: 'refused' },
    `${ANSWER} @large 9001 0`,
  );
  expect(scripts).toHaveLength(1);
  expect(scripts[0]).toContain('x sctp 10.0.4.71');
  expect(scripts[0]).not.toContain('x tcp 10.0.4.71');
  expect(exchanges).toMatchObject([
    { result: 'answered', tries: 4, text: 'pod-71', large: { bytes: 9001, answered: true } },
  ]);
});

it('asks again where only the request that fills packets got no answer', async () => {
  const lost = { large: { bytes: 9001, answered: false } };
  const { exchanges } = await retryRequests(lost, `${ANSWER} @large 9001 1`);
  expect(exchanges).toMatchObject([{ result: 'answered', large: { answered: false }, tries: 4 }]);
});

it.each([
  ['was answered', { large: { bytes: 9001, answered: true } }],
  ['failed by its program', { result: 'broken' }],
  ['went to an external target', { kind: 'target', result: 'timeout' }],
] as const)('does not repeat a request that %s', async (_, exchange) => {
  const { scripts } = await retryRequests(exchange, ANSWER);
  expect(scripts).toEqual([]);
});

it('keeps the first answer of a request when the retry prints nothing readable', async () => {
  const { exchanges } = await retryRequests({ result: 'timeout' }, 'nothing that can be read');
  expect(exchanges).toMatchObject([{ result: 'timeout', tries: 3 }]);
});
