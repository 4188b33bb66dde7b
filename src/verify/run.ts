import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { awaitPods } from '../connectivity/await-pods.ts';
import type { ProbeCluster } from '../connectivity/cluster.ts';
import { findNetworks } from '../connectivity/find-networks.ts';
import { observedFromOutside, observeFromInside } from '../connectivity/observe.ts';
import { awaitNode } from '../connectivity/placement.ts';
import { withProbePods } from '../connectivity/probe-pods.ts';
import { makeReport, type Report } from '../connectivity/report.ts';
import { networksNeeded, probePods, readSampleApps } from '../connectivity/sample-apps.ts';
import type { Log } from '../github/log.ts';
import { packFile } from '../github/pack-files.ts';
import type { Clock } from '../kubernetes/poll.ts';
import { explainApiError } from './explain-api-error.ts';
import type { VerifyInputs } from './inputs.ts';

export interface VerifyDeps {
  /** The cluster's name, for the report. */
  readonly clusterName: string;
  readonly cluster: ProbeCluster;
  readonly log: Log;
  readonly clock: Clock;
  /** Aborted when the job is told to stop. */
  readonly signal: AbortSignal;
}

/** Part of the time that pods may take to become Ready; the rest is for looking into them. */
const STARTING = 0.8;

/**
 * Runs the sample pods, looks at them from outside and from inside, removes them, and reports.
 *
 * @throws ClusterError when there is nothing to look at: no networks, no node, pods that are refused.
 */
export async function verify(inputs: VerifyInputs, deps: VerifyDeps): Promise<Report> {
  try {
    return await runTest(inputs, deps);
  } catch (error) {
    throw explainApiError(error, deps.clusterName);
  }
}

async function runTest(inputs: VerifyInputs, deps: VerifyDeps): Promise<Report> {
  const { cluster, clock, log, signal } = deps;
  const startedAt = new Date();
  const deadline = clock.now() + inputs.timeoutMs * STARTING;
  const apps = readSampleApps(
    await readFile(packFile('manifests', 'sample-apps', `${inputs.layout}.yaml`), 'utf8'),
  );
  const networks = await findNetworks(cluster, inputs.networks, networksNeeded(apps));
  log.info(`Networks: ${networks.map(({ id, kind }) => `${id} (${kind})`).join(', ')}`);
  const run = randomUUID().slice(0, 8);
  // A host-local range is kept by each node for itself, so the lab's pods are put together.
  const node = inputs.placement === 'any' ? undefined : await awaitNode(cluster, clock);
  const pods = probePods(apps, networks, {
    run,
    namespace: inputs.namespace,
    image: inputs.image,
    imagePullPolicy: inputs.imagePullPolicy,
    ...(node === undefined ? {} : { node }),
  });
  const names = pods.map(({ name }) => name);
  const life = { run, clock, log, signal, keep: inputs.keep };
  const observations = await withProbePods(cluster, pods, life, async () => {
    const waited = await awaitPods(cluster, { run, names, deadline, clock, log });
    return observeFromInside(cluster, observedFromOutside(pods, waited), log);
  });
  const context = {
    cluster: deps.clusterName,
    namespace: inputs.namespace,
    layout: inputs.layout,
    startedAt,
    finishedAt: new Date(),
  };
  return makeReport(context, { networks, pods: observations });
}
