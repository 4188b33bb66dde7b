import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { V1Pod, V1Taint } from '@kubernetes/client-node';
import type { CheckResult } from '../connectivity/evaluate/check.ts';
import { evaluate } from '../connectivity/evaluate/evaluate.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, type ProbeCluster } from '../connectivity/probe/cluster.ts';
import { probeCluster } from '../connectivity/probe/kubernetes-cluster.ts';
import { type ProbeNetwork, probeNetwork } from '../connectivity/probe/network.ts';
import { observeFromInside, observeFromOutside } from '../connectivity/probe/observe.ts';
import { judgeNodes } from '../connectivity/probe/placement.ts';
import { awaitPods, withProbePods } from '../connectivity/probe/probe-pods.ts';
import { retryProbes } from '../connectivity/probe/retry.ts';
import { fill, type ProbePod, readSampleApps } from '../connectivity/probe/sample-apps.ts';
import type { Clock } from '../core/clock.ts';
import { isExplained, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { packFile } from '../core/pack-files.ts';
import { until } from '../core/retry.ts';
import { STARTUP_TAINT } from '../environment/shared-cluster.ts';
import { isOfControllers } from '../environment/taints.ts';
import type { Connection } from '../kubernetes/connection.ts';
import { listDefinitions } from '../networks/definition-store.ts';
import type { Probe } from './group-state.ts';

/** What is probed, and with what. */
export interface ProbeRequest {
  readonly node: string;
  readonly instanceId: string;
  /** A node that serves, for pings from node to node; undefined when there is none. */
  readonly neighbour: string | undefined;
  /** The image of the test pods. */
  readonly image: string;
  /** The only namespace whose networks are probed; undefined for all networks that configure-multus made. */
  readonly namespace: string | undefined;
}

export type ProbeNode = typeof probeNode;

interface ProbeTools {
  readonly clock: Clock;
  readonly log: Log;
}

const MULTUS_WITHIN_MS = 120_000;
/** How long the test pods of one namespace may take to start, and to answer. */
const STARTED_WITHIN_MS = 180_000;
const ANSWERED_WITHIN_MS = 240_000;

/**
 * Probes a new node as verify does: two pods on all of its networks there, and one on a neighbour, ping each other, and
 * every check of verify must pass. A cluster without networks has nothing to probe, and the node passes.
 */
export async function probeNode(
  connection: Connection,
  request: ProbeRequest,
  tools: ProbeTools,
): Promise<Probe> {
  const definitions = (await listDefinitions(connection, request.namespace)).filter(
    ({ metadata }) => metadata?.labels?.[MANAGED_BY_LABEL] === MANAGED_BY,
  );
  const found = definitions.map(({ metadata, spec }) =>
    probeNetwork({
      metadata: { name: metadata?.name ?? '', namespace: metadata?.namespace ?? '' },
      ...(spec === undefined ? {} : { spec }),
    }),
  );
  if (found.length === 0) {
    tools.log.info(`${request.node}: no networks to probe`);
    return { result: 'passed' };
  }
  const everywhere = probeCluster(connection, 'default');
  const trouble = await troubleOf(everywhere, request.node, tools);
  if (trouble !== undefined) return { result: 'failed', why: trouble };
  const taints = await taintsOf(everywhere, [request.node, request.neighbour]);
  for (const [namespace, networks] of Map.groupBy(found, (one) => one.namespace)) {
    const cluster = probeCluster(connection, namespace);
    const why = await probeNetworks(cluster, networks, { ...request, taints }, tools);
    if (why !== undefined) return { result: 'failed', why };
  }
  return { result: 'passed' };
}

/** What keeps pods from getting networks on the node for two minutes; undefined when Multus is Ready there. */
async function troubleOf(
  cluster: ProbeCluster,
  node: string,
  { clock }: ProbeTools,
): Promise<string | undefined> {
  let trouble: string | undefined;
  await until(
    async () => {
      const [nodes, pods] = await Promise.all([cluster.nodes(), cluster.multusPods()]);
      const own = nodes.filter(({ metadata }) => metadata?.name === node);
      const [judged] = judgeNodes(own, pods);
      trouble = judged === undefined ? 'it has left the cluster' : judged.trouble?.text;
      return trouble === undefined ? true : undefined;
    },
    { clock, deadline: clock.now() + MULTUS_WITHIN_MS },
  );
  return trouble;
}

/** A request with the taints of its nodes. */
interface TaintedRequest extends ProbeRequest {
  readonly taints: readonly V1Taint[];
}

/** The taints of these nodes. The neighbour may have registered before those of the group changed. */
async function taintsOf(
  cluster: ProbeCluster,
  names: readonly (string | undefined)[],
): Promise<readonly V1Taint[]> {
  const nodes = (await cluster.nodes()).filter(({ metadata }) => names.includes(metadata?.name));
  const taints = nodes.flatMap(({ spec }) => spec?.taints ?? []);
  return taints.filter((taint) => !isOfControllers(taint));
}

/** Why the networks of one namespace do not work on the node; undefined when they do. */
async function probeNetworks(
  cluster: ProbeCluster,
  networks: readonly ProbeNetwork[],
  request: TaintedRequest,
  { clock, log }: ProbeTools,
): Promise<string | undefined> {
  const run = randomUUID().slice(0, 8);
  const pods = await probePodsOf(cluster.namespace, networks, request, run);
  const deadline = clock.now() + STARTED_WITHIN_MS + ANSWERED_WITHIN_MS;
  const signal = new AbortController().signal;
  const life = { run, clock, log, signal, keep: false, deadline };
  try {
    return await withProbePods(cluster, pods, life, async () => {
      const names = pods.map(({ name }) => name);
      const readyBy = clock.now() + STARTED_WITHIN_MS;
      const waited = await awaitPods(cluster, { run, names, deadline: readyBy, clock, log });
      const outside = observeFromOutside(pods, waited);
      const options = { log, plan: {}, large: () => true, clock, deadline };
      const inside = await observeFromInside(cluster, outside, options);
      const observed = await retryProbes(cluster, inside, 1, options);
      return firstFailure(evaluate({ networks, pods: observed }).checks);
    });
  } catch (error) {
    if (!isExplained(error)) throw error;
    return messageOf(error).split('\n', 1)[0];
  }
}

function firstFailure(checks: readonly CheckResult[]): string | undefined {
  const failures = checks.filter(({ outcome }) => outcome === 'failed');
  const [first] = failures;
  if (first === undefined) return undefined;
  const others = failures.length === 1 ? '' : `, and ${failures.length - 1} more checks`;
  return `${first.check} of ${first.subject}: ${first.detail}${others}`;
}

/** Named after the instance, so that the next probe of it removes what a killed run has left. */
async function probePodsOf(
  namespace: string,
  networks: readonly ProbeNetwork[],
  { image, instanceId, neighbour, node, taints }: TaintedRequest,
  run: string,
): Promise<readonly ProbePod[]> {
  const manifest = packFile('manifests', 'sample-apps', 'lab.yaml');
  const [template] = readSampleApps(await readFile(manifest, 'utf8'));
  const ids = networks.map(({ id }) => id);
  const places = [node, node, ...(neighbour === undefined ? [] : [neighbour])];
  return places.map((place, index) => {
    const name = `probe-${instanceId}-${index + 1}`;
    const { pod = {} } = template ?? {};
    const own = { ...pod, metadata: { ...pod.metadata, name } };
    const options = {
      run,
      namespace,
      image,
      imagePullPolicy: 'IfNotPresent',
      node: place,
    } as const;
    return { name, networks: ids, manifest: tolerant(fill(own, ids, options), taints) };
  });
}

/** The pods start also on a node that keeps others away, by its group's taints or until it is probed. */
function tolerant(pod: V1Pod, taints: readonly V1Taint[]): V1Pod {
  const { spec = { containers: [] } } = pod;
  const keys = ['node.kubernetes.io/unschedulable', STARTUP_TAINT.key];
  const always = keys.map((key) => ({ key, effect: 'NoSchedule' }));
  const own = [...always, ...taints.filter(({ key }) => !keys.includes(key))].map(
    ({ key, effect }) => ({ key, operator: 'Exists', effect }),
  );
  return { ...pod, spec: { ...spec, tolerations: [...(spec.tolerations ?? []), ...own] } };
}
