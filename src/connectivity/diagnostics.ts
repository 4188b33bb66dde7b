import type { CoreV1Event, V1Node, V1Pod } from '@kubernetes/client-node';
import { messageOf } from '../core/errors.ts';
import { inParallel } from '../core/in-parallel.ts';
import { redact } from '../core/redact.ts';
import type { ProbeCluster } from './probe/cluster.ts';
import type { Report } from './report/report.ts';
import type { ReportFile } from './report/report-files.ts';

/** More pods or nodes would show nothing new, and the test pods wait to be removed meanwhile. */
const MOST_PODS = 24;
const MOST_NODES = 12;
const LOG_LINES = 500;
const SCRIPT_TIMEOUT_MS = 20_000;
const AT_ONCE = 8;

const IP_COMMANDS = ['ip -d addr', 'ip route', 'ip -6 route', 'ip neigh', 'ip -s link'];

/**
 * Collects evidence about the failures of a report while its pods still run: events, pods, nodes, the output of `ip`
 * inside the failing pods, and Multus's logs on their nodes. A file that cannot be read says why. Never throws.
 * Contains no secrets: objects are excerpts, and credentials are removed from texts.
 *
 * @param run the run whose pods are looked at
 */
export async function collectDiagnostics(
  cluster: ProbeCluster,
  run: string,
  report: Report,
): Promise<readonly ReportFile[]> {
  const pods = await cluster.podsOf(run).catch(() => []);
  const failing = failingPods(report, pods);
  const nodes = new Set(failing.map(({ spec }) => spec?.nodeName).slice(0, MOST_NODES));
  const files = await Promise.all([
    Promise.all([
      json('nodes.json', async () => (await cluster.nodes()).map(nodeExcerpt)),
      text('events.txt', () => events(cluster, failing)),
      ...failing.map((pod) => json(`pods/${nameOf(pod)}.json`, async () => podExcerpt(pod))),
    ]),
    insideOf(cluster, failing),
    multus(cluster, nodes),
  ]);
  return files.flat().map((file) => ({ path: file.path, text: redact(file.text) }));
}

/** The pods that failed checks name, or all pods when they name none. */
function failingPods(report: Report, pods: readonly V1Pod[]): readonly V1Pod[] {
  const failed = report.checks.filter(({ outcome }) => outcome === 'failed');
  const words = new Set(failed.flatMap(({ subject }) => subject.split(' ')));
  const named = pods.filter((pod) => words.has(nameOf(pod)));
  return (named.length > 0 ? named : pods).slice(0, MOST_PODS);
}

async function events(cluster: ProbeCluster, pods: readonly V1Pod[]): Promise<string> {
  const lines = await inParallel(pods, AT_ONCE, async (pod) => {
    const own = (await cluster.eventsOf(pod)).map(eventLine).sort();
    return [`${nameOf(pod)}:`, ...own.map((line) => `  ${line}`)].join('\n');
  });
  return lines.join('\n');
}

function insideOf(cluster: ProbeCluster, pods: readonly V1Pod[]): Promise<readonly ReportFile[]> {
  const script = IP_COMMANDS.map((command) => `echo '# ${command}'; ${command} 2>&1`).join('\n');
  const running = pods.filter(({ status }) => status?.phase === 'Running');
  return inParallel(running, AT_ONCE, (pod) =>
    text(`pods/${nameOf(pod)}-ip.txt`, () =>
      cluster.runScript(nameOf(pod), script, SCRIPT_TIMEOUT_MS),
    ),
  );
}

async function multus(
  cluster: ProbeCluster,
  nodes: ReadonlySet<string | undefined>,
): Promise<readonly ReportFile[]> {
  const all = await cluster.multusPods().catch(() => []);
  const near = all.filter(({ spec }) => nodes.has(spec?.nodeName));
  const files = near.flatMap((pod) => {
    const folder = `multus/${pod.spec?.nodeName}`;
    const logs = (pod.spec?.containers ?? []).map(({ name }) =>
      text(`${folder}/${name}.log`, () => cluster.logOf(pod, name, LOG_LINES)),
    );
    return [json(`${folder}/${nameOf(pod)}.json`, async () => podExcerpt(pod)), ...logs];
  });
  return Promise.all(files);
}

function json(path: string, read: () => Promise<unknown>): Promise<ReportFile> {
  return text(path, async () => JSON.stringify(await read(), null, 2));
}

async function text(path: string, read: () => Promise<string>): Promise<ReportFile> {
  const content = await read().catch((error: unknown) => `not readable: ${messageOf(error)}`);
  return { path: `diagnostics/${path}`, text: `${content.trimEnd()}\n` };
}

function nameOf({ metadata }: V1Pod): string {
  return metadata?.name ?? '';
}

/**
 * The fields of a pod that a diagnosis needs. Environment variables, commands and volumes may hold secrets and are left
 * out.
 */
export function podExcerpt({ metadata, spec, status }: V1Pod) {
  const { name, namespace, labels, annotations, creationTimestamp, deletionTimestamp } =
    metadata ?? {};
  const networks = Object.entries(annotations ?? {}).filter(([key]) =>
    key.startsWith('k8s.v1.cni.cncf.io/'),
  );
  return {
    metadata: { name, namespace, labels, creationTimestamp, deletionTimestamp },
    networks: Object.fromEntries(networks),
    node: spec?.nodeName,
    images: spec?.containers.map(({ name: container, image }) => ({ container, image })),
    tolerations: spec?.tolerations,
    status,
  };
}

/** The fields of a node that a diagnosis needs. */
export function nodeExcerpt({ metadata, spec, status }: V1Node) {
  const { name, labels, creationTimestamp } = metadata ?? {};
  const { conditions, addresses, allocatable, nodeInfo } = status ?? {};
  return {
    metadata: { name, labels, creationTimestamp },
    taints: spec?.taints,
    unschedulable: spec?.unschedulable,
    status: { conditions, addresses, allocatable, nodeInfo },
  };
}

/** One event on one line: time, type, reason and message. */
export function eventLine(event: CoreV1Event): string {
  const { type = '', reason = '', message = '', count } = event;
  const when = event.lastTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp;
  const time = when === undefined ? '' : new Date(when).toISOString();
  const times = count === undefined || count < 2 ? '' : ` (${count} times)`;
  return `${time} ${type} ${reason}${times}: ${message.replaceAll('\n', ' ')}`;
}
