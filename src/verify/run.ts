import { randomUUID } from 'node:crypto';
import { collectDiagnostics } from '../connectivity/diagnostics.ts';
import type { Evidence, Neighbour, NodeInterface } from '../connectivity/evaluate/evidence.ts';
import type { PodObservation } from '../connectivity/evaluate/observation.ts';
import type { ProbeCluster } from '../connectivity/probe/cluster.ts';
import { readConnectionTables } from '../connectivity/probe/connection-tables.ts';
import { findChanges } from '../connectivity/probe/find-networks.ts';
import { policiesFor } from '../connectivity/probe/network-policies.ts';
import { observeFromInside, observeFromOutside } from '../connectivity/probe/observe.ts';
import { neighboursAmong } from '../connectivity/probe/probe-output.ts';
import { awaitPods, withProbePods } from '../connectivity/probe/probe-pods.ts';
import { retryProbes } from '../connectivity/probe/retry.ts';
import { withRunNamespace } from '../connectivity/probe/run-namespace.ts';
import { traceRequests } from '../connectivity/probe/trace-requests.ts';
import { makeReport, type Report } from '../connectivity/report/report.ts';
import type { ReportFile } from '../connectivity/report/report-files.ts';
import type { Clock } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { VerifyInputs } from './inputs.ts';
import { planTest, type TestPlan } from './plan.ts';
import { type SettledInputs, settleLayout } from './settle-layout.ts';

export interface VerifyDeps {
  /** The cluster's name, for the report. */
  readonly clusterName: string;
  readonly cluster: ProbeCluster;
  readonly log: Log;
  readonly clock: Clock;
  /** The network interfaces of the cluster's nodes, as EC2 knows them; undefined when AWS cannot be asked. */
  nodeInterfaces(cluster: ProbeCluster): Promise<readonly NodeInterface[] | undefined>;
  /** The error for a failed request to the API server, with what to do. */
  explain(error: unknown): unknown;
  /** When the step must be over, on the clock. */
  readonly deadline: number;
  /** Aborted when the job is told to stop. */
  readonly signal: AbortSignal;
}

/** The result of a run. */
export interface VerifyResult {
  readonly report: Report;
  /** Evidence about failures; empty when every check passed. */
  readonly diagnostics: readonly ReportFile[];
}

/** The part of the step's time in which pods may become Ready. The rest is for probing them. */
const SHARE_FOR_STARTING = 0.8;

/**
 * Runs the sample pods, observes them from outside and from inside, removes them, and makes the report.
 *
 * @throws ClusterError when there is nothing to test: no networks, no usable node, or pods that the API server refuses.
 */
export async function verify(inputs: VerifyInputs, deps: VerifyDeps): Promise<VerifyResult> {
  try {
    return await runTest(inputs, deps);
  } catch (error) {
    throw deps.explain(error);
  }
}

async function runTest(given: VerifyInputs, deps: VerifyDeps): Promise<VerifyResult> {
  const { cluster, clock, log } = deps;
  const startedAt = new Date();
  const started = clock.now();
  const run = randomUUID().slice(0, 8);
  const inputs = await settleLayout(given, cluster, log);
  const namespace = inputs.ownNamespace ? `multus-verify-${run}` : inputs.namespace;
  const plan = await planTest(inputs, { run, namespace, cluster, clock });
  const { networks, sampling } = plan;
  log.info(`Networks: ${networks.map(({ id, kind }) => `${id} (${kind})`).join(', ')}`);
  for (const rule of sampling) log.info(rule);
  const interfaces = deps.nodeInterfaces(cluster);
  const nodes = nodesOf(plan, cluster);
  const podCluster = inputs.ownNamespace ? cluster.inNamespace(namespace) : cluster;
  return withPods(inputs, deps, { run, podCluster, plan }, async () => {
    const pods = await observe(inputs, deps, { run, podCluster, plan, started });
    const neighbours = await neighboursOf(cluster, namespace, plan, log);
    const changedNetworks = await findChanges(cluster, networks);
    const policies = await policiesOf(podCluster, plan);
    const seen = {
      pods,
      neighbours,
      policies,
      ...(await nodes),
      ...(changedNetworks === undefined ? {} : { changedNetworks }),
    };
    const evidence = evidenceOf(plan, seen, await interfaces);
    const when = { startedAt, finishedAt: new Date() };
    const context = { cluster: deps.clusterName, namespace, layout: inputs.layout, sampling };
    const report = makeReport({ ...context, ...when }, evidence);
    if (report.result === 'passed') return { report, diagnostics: [] };
    return { report, diagnostics: await collectDiagnostics(podCluster, run, report) };
  });
}

function evidenceOf(
  { networks, judgement }: TestPlan,
  seen: Pick<Evidence, 'pods' | 'nodes' | 'neighbours' | 'changedNetworks' | 'policies'>,
  interfaces: readonly NodeInterface[] | undefined,
): Evidence {
  return {
    networks,
    ...judgement,
    ...seen,
    ...(interfaces === undefined ? {} : { interfaces }),
  };
}

/** The policies that select the test pods, which all have the same labels. */
async function policiesOf(podCluster: ProbeCluster, { networks, pods }: TestPlan) {
  const labels = pods[0]?.manifest.metadata?.labels ?? {};
  const ids = networks.map(({ id }) => id);
  return policiesFor(await podCluster.policies(), ids, labels);
}

/** What is known of the nodes, when the layout chooses nodes. */
async function nodesOf(
  { nodes, judgement }: TestPlan,
  cluster: ProbeCluster,
): Promise<Pick<Evidence, 'nodes'>> {
  if (nodes === undefined) return {};
  const wanted = judgement.chosen?.has('connection-table') ?? true;
  return { nodes: wanted ? await readConnectionTables(cluster, nodes) : nodes };
}

interface Running {
  readonly run: string;
  readonly podCluster: ProbeCluster;
  readonly plan: TestPlan;
}

/**
 * Runs the pods for as long as the work takes, in a namespace of their own when the inputs ask for one. Without a usable
 * node there are no pods, and nothing is made.
 */
async function withPods<T>(
  inputs: SettledInputs,
  { clock, log, signal, deadline }: VerifyDeps,
  { run, podCluster, plan }: Running,
  work: () => Promise<T>,
): Promise<T> {
  if (plan.pods.length === 0) return work();
  const life = { run, clock, log, signal, keep: inputs.keep, deadline };
  const inPods = () => withProbePods(podCluster, plan.pods, life, work);
  if (!inputs.ownNamespace) return inPods();
  return withRunNamespace(podCluster, { ...life, expiresInMs: 2 * inputs.timeoutMs }, inPods);
}

async function observe(
  inputs: VerifyInputs,
  { clock, log, deadline }: VerifyDeps,
  { run, podCluster, plan, started }: Running & { readonly started: number },
): Promise<readonly PodObservation[]> {
  const names = plan.pods.map(({ name }) => name);
  const readyBy = started + (deadline - started) * SHARE_FOR_STARTING;
  const waited = await awaitPods(podCluster, { run, names, deadline: readyBy, clock, log });
  const zones = new Map(plan.nodes?.map(({ name, zone }) => [name, zone ?? '']) ?? []);
  const outside = observeFromOutside(plan.pods, waited, zones);
  const { judgement, large, extras } = plan;
  const options = { log, plan: judgement, large, extras, clock, deadline };
  const inside = await observeFromInside(podCluster, outside, options);
  const retried = await retryProbes(podCluster, inside, inputs.retries, options);
  return plan.nodes === undefined ? retried : traceRequests(podCluster, retried, options);
}

/** The addresses of other pods of the cluster. The layout lab compares only its own pods. */
async function neighboursOf(
  cluster: ProbeCluster,
  namespace: string,
  { nodes }: TestPlan,
  log: Log,
): Promise<readonly Neighbour[]> {
  if (nodes === undefined) return [];
  const pods = await cluster.podsEverywhere();
  if (pods === undefined) {
    log.info(
      'This identity may not list pods of all namespaces: addresses are compared among the test pods only',
    );
    return [];
  }
  return neighboursAmong(pods, namespace);
}
