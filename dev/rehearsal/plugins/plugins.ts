import type { Report } from '../../../src/connectivity/report/report.ts';
import { BUSYBOX_IMAGE } from '../../stand-ins/instance/image/container-images.ts';
import type { Finding } from '../../tools/table.ts';
import { runAction, runVerify } from '../faults/run-action.ts';
import type { Fixture, Made } from '../fixtures/fixture.ts';
import { matrix } from '../fixtures/matrix.ts';
import { readNodes } from '../fixtures/nodes.ts';
import { awaitPods, createPods, deletePods } from '../fixtures/pods.ts';
import { checksText } from '../report-facts.ts';
import { whereaboutsImage } from '../suites/suite-images.ts';

const SOURCE_ROUTED = definition('source-routed', {
  plugins: [
    { type: 'ipvlan', master: 'eth2', mode: 'l3', ipam: { type: 'eni-prefix' } },
    { type: 'sbr' },
  ],
});

/** Without a gateway, which the short form would add: the VPC's router is not in this range. */
const MACVLAN = definition('macvlan', {
  type: 'macvlan',
  master: 'eth1',
  mode: 'bridge',
  ipam: { type: 'whereabouts', range: '192.168.10.0/24' },
});

const NETWORKS = [
  { raw: MACVLAN },
  { name: 'bridge', type: 'bridge', ipam: 'whereabouts', subnet: '192.168.20.0/24' },
  {
    name: 'tuned',
    network: 2,
    tuning: { mtu: 1400, sysctl: { 'net.ipv4.conf.IFNAME.arp_filter': '1' } },
  },
  { raw: SOURCE_ROUTED },
  { name: 'chosen', network: 1, type: 'macvlan', ipam: 'static' },
  { name: 'device', network: 3, type: 'host-device' },
];

/** A definition for which configure-multus has no short form. */
function definition(name: string, config: object) {
  return {
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    metadata: { name },
    spec: { config: JSON.stringify({ cniVersion: '0.3.1', ...config }) },
  };
}

/** What no interface of EC2 stands behind does not leave the node. Two networks of one subnet reach each other. */
const EXPECT = [
  ...['macvlan', 'bridge'].map((name) => {
    return { from: name, to: name, scope: 'other-node', talk: false };
  }),
  { from: 'tuned', to: 'source-routed', talk: true },
  { from: 'source-routed', to: 'tuned', talk: true },
];

/** Networks of every kind of plugin that needs no special hardware, each with pods and with verify's judgement. */
export const plugins: Fixture = {
  ...matrix,
  about: 'macvlan, bridge, host-device, tuning, sbr, and addresses from whereabouts and static',
  environment: 'eks-multus-plugins',
  interfaces: 3,
  networks: ['tuned'],
  needs: ['whereabouts'],
  images: async (tools) => [await whereaboutsImage(tools)],
  inputs: (given) => ({
    ...matrix.inputs(given),
    'multus-networks': '3',
    networks: JSON.stringify(NETWORKS.filter(({ name }) => name === 'tuned')),
    image: BUSYBOX_IMAGE,
  }),
  check: async (made) => {
    await configure(made);
    const shared = ['macvlan', 'bridge', 'tuned', 'source-routed'];
    return [
      ...(await verified(made, shared, { expect: JSON.stringify(EXPECT) })),
      // The interface itself moves into the pod, so one pod of a node has it.
      ...(await verified(made, ['device'], { 'pods-per-node': '1' })),
      await staticFinding(made),
    ];
  },
};

async function configure({ kubeconfig, nodes }: Made): Promise<void> {
  const networks = JSON.stringify(NETWORKS);
  const inputs = { kubeconfig, networks, 'expected-nodes': String(nodes) };
  const { succeeded, log } = await runAction('configure-multus', 'plugins', inputs);
  if (!succeeded) throw new Error(`configure-multus failed; see ${log}`);
}

async function verified(
  { kubeconfig }: Made,
  networks: readonly string[],
  inputs: Readonly<Record<string, string>>,
): Promise<readonly Finding[]> {
  const report = await runVerify(`plugins-${networks[0]}`, {
    kubeconfig,
    layout: 'matrix',
    networks: networks.join(','),
    image: BUSYBOX_IMAGE,
    retries: '2',
    'max-loss-percent': '10',
    ...inputs,
  });
  return pluginFindings(report, networks);
}

/** What verify says of each network and of all together. Pure. */
function pluginFindings(
  { counts, checks, pods, matrix: pairs }: Report,
  networks: readonly string[],
): readonly Finding[] {
  return [
    {
      what: `verify of ${networks.join(', ')}`,
      found: checksText({ counts, checks }),
      ok: counts.passed > 0 && counts.failed === 0,
    },
    ...networks.map((name) => {
      const id = `default/${name}`;
      const own = pods.filter(({ interfaces }) => interfaces.some(({ network }) => network === id));
      const within = pairs.filter(
        ({ source, target }) => source.network === id && target.network === id,
      );
      const right = within.filter(({ expected, seen }) => expected === seen);
      return {
        what: name,
        found: `${own.filter(({ ready }) => ready).length} of ${own.length} pods run, ${right.length} of ${within.length} pairs as expected`,
        ok: own.length > 0 && own.every(({ ready }) => ready) && right.length === within.length,
      };
    }),
  ];
}

/** Two pods of a node name their own addresses, which verify's pods cannot. */
async function staticFinding({ kubectl }: Made): Promise<Finding> {
  const [node] = await readNodes(kubectl);
  const asked = ['192.168.30.11', '192.168.30.12'];
  const apps = asked.map((_, index) => `chosen-${index + 1}`);
  for (const [index, app] of apps.entries()) {
    const networks = [JSON.stringify([{ name: 'chosen', ips: [`${asked[index]}/24`] }])];
    await createPods(kubectl, { app, image: BUSYBOX_IMAGE, nodes: [node?.name ?? ''], networks });
  }
  const found: string[] = [];
  for (const app of apps) {
    const [pod] = await awaitPods(kubectl, app, ([one]) => one?.ready === true, 120_000);
    found.push(pod?.addresses.get('net1') ?? 'none');
  }
  const ping = ['ping', '-c', '1', '-W', '10', '-I', 'net1', asked[1] ?? ''];
  const reached = await kubectl('exec', `${apps[0]}-1`, '--', ...ping).then(
    () => true,
    () => false,
  );
  for (const app of apps) await deletePods(kubectl, app);
  return {
    what: 'chosen',
    found: `addresses ${found.join(', ')}; ${reached ? 'they reach each other' : 'no answer'}`,
    ok: found.join() === asked.join() && reached,
  };
}
