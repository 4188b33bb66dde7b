import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { until } from '../../src/core/retry.ts';
import { MERGE_PATCH } from '../../src/kubernetes/api.ts';
import { unlessStatus } from '../../src/kubernetes/api-error.ts';
import { type Connection, connect } from '../../src/kubernetes/connection.ts';
import { MULTUS } from '../../src/multus/install.ts';
import type { NetworkAttachmentDefinition } from '../../src/networks/attachment.ts';
import { recordingLog } from '../testing/fakes/recording-log.ts';
import { startTestApiServer, type TestApiServer } from '../testing/servers/api-server.ts';
import { ensureTools } from '../tools/install/tools.ts';
import { run } from '../tools/process.ts';
import { consoleProgress } from '../tools/progress.ts';
import { measureMerge } from './aws-auth.ts';
import { measureBundle } from './bundle-run.ts';
import { atMost, type Bench, type Measurement, noted, percentile } from './measurement.ts';

const NETWORKS = 500;
const ROUNDS = 5;

/**
 * The same definitions, by the action and by `kubectl apply -f` of one file: in turns, each a new process, each into
 * an empty namespace of its own of one real API server. And the merge of a long aws-auth.
 *
 * The action is its bundle, as a step runs it, from the start of Node to its end: it reads its inputs, connects,
 * applies the networks, reads them back, and writes its outputs. What it does besides (it makes sure that Multus is
 * installed, and looks at nodes) is no work of kubectl's here, and is taken off by the groups of its log; the time
 * with it is noted, too. kubectl answers when the last definition is written.
 */
export const configure: Bench = async ({ root, say }) => {
  const tools = await ensureTools(['control-plane'], consoleProgress());
  const server = await startTestApiServer();
  try {
    const connection = await prepared(root, server);
    const ours: Trial[] = [];
    const theirs: Trial[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      say(`${NETWORKS} networks by each, ${round + 1} of ${ROUNDS}`);
      const [one, other] = [`ours-${round}`, `theirs-${round}`];
      ours.push(await trial(connection, one, () => applyByAction(root, server, one)));
      const file = await fileOf(connection, server, one, other);
      const kubectl = join(tools.bin, 'kubectl');
      const apply = async () => {
        await run(kubectl, ['--kubeconfig', server.kubeconfig, 'apply', '-f', file]);
        return 0;
      };
      theirs.push(await trial(connection, other, apply));
    }
    return [...compared(ours, theirs), ...measureMerge()];
  } finally {
    await server.stop();
  }
};

interface Trial {
  /** Seconds for the networks. */
  readonly seconds: number;
  /** Seconds of the whole process. */
  readonly whole: number;
  /** Requests to the API server for definitions. */
  readonly requests: number;
  /** Processor seconds of the API server: a second opinion on a busy machine. */
  readonly serverSeconds: number;
}

/** An API server on which the action has already installed Multus. */
async function prepared(root: string, server: TestApiServer): Promise<Connection> {
  const credentials = () => Promise.reject(new Error('a kubeconfig brings its own'));
  const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
  const connection = await connect(address, { log: recordingLog(), credentials });
  await Promise.all([applyByAction(root, server, 'default'), rollOut(connection)]);
  return connection;
}

/** Acts for the controllers, which do not run here: marks a DaemonSet without nodes as rolled out. */
async function rollOut({ rest }: Connection): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${MULTUS.namespace}/daemonsets/${MULTUS.daemonSet}/status`;
  const none = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  const status = { ...none, numberMisscheduled: 0, observedGeneration: 1 };
  const contentType = MERGE_PATCH;
  const wait = { clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 };
  const write = () => rest({ method: 'PATCH', path, body: { status }, contentType });
  await until(() => unlessStatus([404], write), wait);
}

/**
 * Creates a namespace, has `apply` fill it, and checks that everything exists. `apply` returns the seconds
 * that it spent on other work.
 */
async function trial(
  connection: Connection,
  namespace: string,
  apply: () => Promise<number>,
): Promise<Trial> {
  const body = { metadata: { name: namespace } };
  await connection.rest({ method: 'POST', path: '/api/v1/namespaces', body });
  const before = await countersOf(connection);
  const began = performance.now();
  const besides = await apply();
  const whole = (performance.now() - began) / 1000;
  const after = await countersOf(connection);
  const { length } = await definitionsIn(connection, namespace);
  if (length !== NETWORKS) throw new Error(`${namespace} has ${length} definitions`);
  const requests = after.requests - before.requests;
  const seconds = whole - besides;
  return { seconds, whole, requests, serverSeconds: after.seconds - before.seconds };
}

const BESIDES = ['Install Multus', 'Wait for nodes', 'Wait for Multus', 'Let pods onto the nodes'];

/** Resolves with the seconds that the step spent on other work than networks. */
async function applyByAction(
  root: string,
  { kubeconfig }: TestApiServer,
  namespace: string,
): Promise<number> {
  const script = join(root, 'actions', 'configure-multus', 'dist', 'index.js');
  const networks = Array.from(
    { length: NETWORKS },
    (_, index) => `- { name: network-${index}, master: eth${1 + (index % 2)}, ipam: static }`,
  );
  const inputs = { kubeconfig, namespace, networks: networks.join('\n') };
  const more = {
    'multus-image': 'registry.example.com/multus:1',
    'expected-nodes': '0',
    'timeout-minutes': '1',
  };
  const { exitCode, firstLine, groups } = await measureBundle(script, { ...inputs, ...more }, {});
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${firstLine}`);
  return BESIDES.reduce((sum, title) => sum + (groups.get(title) ?? Number.NaN), 0) / 1000;
}

async function definitionsIn(connection: Connection, namespace: string) {
  const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
  const list = await connection.rest<{ items: NetworkAttachmentDefinition[] }>({
    method: 'GET',
    path,
  });
  return list.items;
}

/** Writes the definitions of one namespace to a file for another namespace. JSON is YAML. */
async function fileOf(
  connection: Connection,
  server: TestApiServer,
  from: string,
  namespace: string,
): Promise<string> {
  const items = (await definitionsIn(connection, from)).map(({ metadata, spec }) => ({
    apiVersion: 'k8s.cni.cncf.io/v1',
    kind: 'NetworkAttachmentDefinition',
    spec,
    metadata: { name: metadata?.name, namespace, labels: metadata?.labels },
  }));
  const file = join(server.folder, `${namespace}.yaml`);
  await writeFile(file, items.map((item) => JSON.stringify(item)).join('\n---\n'));
  return file;
}

/** The API server's own counters. */
async function countersOf(connection: Connection) {
  const text = await connection.rest<string>({ method: 'GET', path: '/metrics' });
  const lines = text.match(
    /^apiserver_request_total\{.*resource="network-attachment-definitions".*$/gm,
  );
  const counts = (lines ?? []).filter((line) => !line.includes('verb="WATCH"'));
  const requests = counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  return { requests, seconds: Number(/^process_cpu_seconds_total (\S+)$/m.exec(text)?.[1]) };
}

function compared(ours: readonly Trial[], theirs: readonly Trial[]): readonly Measurement[] {
  const median = (trials: readonly Trial[], key: keyof Trial) =>
    percentile(
      trials.map((one) => one[key]),
      0.5,
    );
  const [we, they] = [median(ours, 'seconds'), median(theirs, 'seconds')];
  return [
    noted(`${NETWORKS} networks by the action`, we, 's'),
    noted(`${NETWORKS} networks by the action: its whole step`, median(ours, 'whole'), 's'),
    noted(`${NETWORKS} networks by the action: requests`, median(ours, 'requests'), 'requests'),
    noted(
      `${NETWORKS} networks by the action: CPU of the server`,
      median(ours, 'serverSeconds'),
      's',
    ),
    noted(`${NETWORKS} networks by kubectl apply -f`, they, 's'),
    noted(`${NETWORKS} networks by kubectl: requests`, median(theirs, 'requests'), 'requests'),
    noted(
      `${NETWORKS} networks by kubectl: CPU of the server`,
      median(theirs, 'serverSeconds'),
      's',
    ),
    atMost('time of the action in times that of kubectl', we / they, 'times', 0.4),
  ];
}
