import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../rehearsal/process.ts';
import { consoleProgress } from '../rehearsal/progress.ts';
import { ensureTools } from '../rehearsal/tools/tools.ts';
import { orUndefined } from '../src/connectivity/or-undefined.ts';
import { type Connection, connect } from '../src/kubernetes/connection.ts';
import { PATCH_TYPES } from '../src/kubernetes/objects.ts';
import { systemClock, until } from '../src/kubernetes/poll.ts';
import type { NetworkAttachmentDefinition } from '../src/multus/attachment.ts';
import { mergeNodeRoles } from '../src/multus/aws-auth.ts';
import { MULTUS } from '../src/multus/manifest.ts';
import { startTestApiServer, type TestApiServer } from '../src/testing/api-server.ts';
import { AWS_AUTH_SAMPLES } from '../src/testing/aws-auth-samples.ts';
import { recordingLog } from '../src/testing/recording-log.ts';
import type { Bench } from './bench.ts';
import { measureBundle } from './bundle-run.ts';
import { atMost, type Measurement, noted, percentile } from './measurement.ts';

const NETWORKS = 500;
const ROUNDS = 5;
const ROWS = 2000;

/**
 * The same definitions, by the action and by `kubectl apply -f` of one file: in turns, each a new process, each into
 * an empty namespace of its own of one real API server. And the merge of a long aws-auth.
 *
 * The action is its bundle, as a step runs it, and all that it does is counted, from the start of Node on: it reads
 * its inputs, finds that Multus is installed, applies the networks, reads them back, and writes its outputs. There
 * are no nodes to wait for. kubectl answers when the last definition is written.
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
      const apply = () => run(kubectl, ['--kubeconfig', server.kubeconfig, 'apply', '-f', file]);
      theirs.push(await trial(connection, other, apply));
    }
    return [...compared(ours, theirs), ...measureMerge()];
  } finally {
    await server.stop();
  }
};

interface Trial {
  readonly seconds: number;
  /** To the API server, for definitions. */
  readonly requests: number;
}

/** A server that has Multus already, by the action. */
async function prepared(root: string, server: TestApiServer): Promise<Connection> {
  const credentials = () => Promise.reject(new Error('a kubeconfig brings its own'));
  const address = { kind: 'kubeconfig', path: server.kubeconfig } as const;
  const connection = await connect(address, { log: recordingLog(), credentials });
  await Promise.all([applyByAction(root, server, 'default'), rollOut(connection)]);
  return connection;
}

/** In the place of the controllers, which do not run here: a DaemonSet that has no node to be on is rolled out. */
async function rollOut({ rest }: Connection): Promise<void> {
  const path = `/apis/apps/v1/namespaces/${MULTUS.namespace}/daemonsets/${MULTUS.daemonSet}/status`;
  const none = { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberReady: 0 };
  const status = { ...none, numberMisscheduled: 0, observedGeneration: 1 };
  const contentType = PATCH_TYPES.merge;
  const wait = { clock: systemClock, deadline: systemClock.now() + 60_000, everyMs: 100 };
  const write = () => rest({ method: 'PATCH', path, body: { status }, contentType });
  await until(() => orUndefined(write), wait);
}

/** Makes a namespace, has it filled, and makes sure that all is there. */
async function trial(
  connection: Connection,
  namespace: string,
  apply: () => Promise<unknown>,
): Promise<Trial> {
  const body = { metadata: { name: namespace } };
  await connection.rest({ method: 'POST', path: '/api/v1/namespaces', body });
  const before = await requestsOf(connection);
  const began = performance.now();
  await apply();
  const seconds = (performance.now() - began) / 1000;
  const requests = (await requestsOf(connection)) - before;
  const { length } = await definitionsIn(connection, namespace);
  if (length !== NETWORKS) throw new Error(`${namespace} has ${length} definitions`);
  return { seconds, requests };
}

async function applyByAction(root: string, { kubeconfig }: TestApiServer, namespace: string) {
  const script = join(root, 'actions', 'configure-multus', 'dist', 'index.js');
  const networks = Array.from(
    { length: NETWORKS },
    (_, index) => `- { name: network-${index}, master: eth${1 + (index % 2)}, ipam: static }`,
  );
  const inputs = { ...{ kubeconfig, namespace }, networks: networks.join('\n') };
  const more = {
    'multus-image': 'registry.example.com/multus:1',
    'expected-nodes': '0',
    'timeout-minutes': '1',
  };
  const { exitCode, firstLine } = await measureBundle(script, { ...inputs, ...more }, {});
  if (exitCode !== 0) throw new Error(`exit code ${exitCode}: ${firstLine}`);
}

async function definitionsIn(connection: Connection, namespace: string) {
  const path = `/apis/k8s.cni.cncf.io/v1/namespaces/${namespace}/network-attachment-definitions`;
  const list = await connection.rest<{ items: NetworkAttachmentDefinition[] }>({
    ...{ method: 'GET', path },
  });
  return list.items;
}

/** A file of the definitions of one namespace, for another. JSON is YAML. */
async function fileOf(
  connection: Connection,
  server: TestApiServer,
  from: string,
  namespace: string,
): Promise<string> {
  const items = (await definitionsIn(connection, from)).map(({ metadata, spec }) => ({
    ...{ apiVersion: 'k8s.cni.cncf.io/v1', kind: 'NetworkAttachmentDefinition', spec },
    metadata: { name: metadata?.name, namespace, labels: metadata?.labels },
  }));
  const file = join(server.folder, `${namespace}.yaml`);
  await writeFile(file, items.map((item) => JSON.stringify(item)).join('\n---\n'));
  return file;
}

/** What the API server itself has counted. */
async function requestsOf(connection: Connection): Promise<number> {
  const text = await connection.rest<string>({ method: 'GET', path: '/metrics' });
  const lines = text.match(
    /^apiserver_request_total\{.*resource="network-attachment-definitions".*$/gm,
  );
  const counts = (lines ?? []).filter((line) => !line.includes('verb="WATCH"'));
  return counts.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
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
    noted(`${NETWORKS} networks by the action: requests`, median(ours, 'requests'), 'requests'),
    noted(`${NETWORKS} networks by kubectl apply -f`, they, 's'),
    noted(`${NETWORKS} networks by kubectl: requests`, median(theirs, 'requests'), 'requests'),
    atMost('time of the action in times that of kubectl', we / they, 'times', 0.4),
  ];
}

function measureMerge(): readonly Measurement[] {
  const row = AWS_AUTH_SAMPLES['console'] ?? '';
  const text = Array.from({ length: ROWS / 2 }, (_, index) =>
    row.replaceAll(':role/', `:role/team-${index}-`),
  ).join('');
  const times: number[] = [];
  for (let round = 0; round < 11; round += 1) {
    const began = performance.now();
    const { added } = mergeNodeRoles(text, ['arn:aws:iam::111122223333:role/ng1']);
    times.push(performance.now() - began);
    if (added.length !== 1) throw new Error('the role was not added');
  }
  return [
    noted(`aws-auth with ${ROWS} rows: first merge of a process`, times[0] ?? Number.NaN, 'ms'),
    atMost(`aws-auth with ${ROWS} rows: median of 11`, percentile(times, 0.5), 'ms', 50),
  ];
}
