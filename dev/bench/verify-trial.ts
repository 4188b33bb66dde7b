import { probeCluster } from '../../src/connectivity/probe/kubernetes-cluster.ts';
import { systemClock as clock } from '../../src/core/clock.ts';
import { connect } from '../../src/kubernetes/connection.ts';
import { readVerifyInputs } from '../../src/verify/inputs.ts';
import { verify } from '../../src/verify/run.ts';
import { observedProbes } from './observed-probes.ts';
import { type LoopPing, pingLoop } from './ping-loop.ts';

/** One layout: the times of verify and of the loop over the same pairs of the same pods, in seconds. */
export interface VerifyTrial {
  readonly pods: number;
  readonly pairs: number;
  /** The pairs that answer. The others must stay silent. */
  readonly answering: number;
  /** From the creation of the first pod until all were Ready and the first was probed. */
  readonly podStart: number;
  /** From the first exec to the end of the last. */
  readonly probing: number;
  readonly execs: number;
  /** From the start of the process to the report, without removing the pods. */
  readonly whole: number;
  readonly loop: number;
  /** The part of the loop for pairs that answer. */
  readonly loopAnswering: number;
}

/**
 * Runs verify from its sources, as the action does, but without calls to AWS and without publishing. Its pods
 * stay until the loop has pinged the same pairs from the same machine and network.
 */
async function trial(layout: string, kubeconfig: string, kubectl: string): Promise<VerifyTrial> {
  const texts: Readonly<Record<string, string>> = { layout, kubeconfig, ...INPUTS };
  const inputs = readVerifyInputs(undefined, (name) => texts[name] ?? '');
  const credentials = () => Promise.reject(new Error('a kubeconfig brings its own'));
  const connection = await connect(inputs.target.address, { log, credentials });
  const { cluster, times } = observedProbes(probeCluster(connection, inputs.namespace));
  const clusterName = connection.cluster;
  const { signal } = new AbortController();
  const nodeInterfaces = async () => undefined;
  const { report } = await verify(inputs, {
    clusterName,
    cluster,
    log,
    clock,
    signal,
    nodeInterfaces,
    deadline: clock.now() + inputs.timeoutMs,
    explain: connection.explain,
  });
  const whole = performance.now();
  const wrong = report.matrix.filter(({ seen, expected }) => seen !== expected);
  if (wrong.length > 0) throw new Error(`not as expected: ${JSON.stringify(wrong, null, 2)}`);
  const own = ['--kubeconfig', kubeconfig, '--namespace', report.namespace];
  const pings = await pingLoop(kubectl, own, report.matrix);
  const { createdAt, probedFrom, probedUntil, execs } = times();
  const answering = pings.filter(({ answered }) => answered);
  await (report.namespace !== inputs.namespace
    ? cluster.inNamespace(report.namespace).deleteNamespace()
    : Promise.all(report.pods.map(({ name }) => removed(cluster, name))));
  return {
    pods: report.pods.length,
    pairs: pings.length,
    answering: answering.length,
    execs,
    podStart: (probedFrom - createdAt) / 1000,
    probing: (probedUntil - probedFrom) / 1000,
    whole: whole / 1000,
    loop: total(pings),
    loopAnswering: total(answering),
  };
}

const INPUTS = {
  keep: 'true',
  image: 'docker.io/praqma/network-multitool:latest',
};

const log = {
  info: (line: string) => console.error(`  ${line}`),
  warn: console.error,
  group: <T>(_: string, body: () => Promise<T>) => body(),
};

async function removed(cluster: ReturnType<typeof probeCluster>, name: string): Promise<void> {
  const pod = await cluster.pod(name);
  if (pod !== undefined) await cluster.deletePod(pod);
}

function total(pings: readonly LoopPing[]): number {
  return pings.reduce((sum, { seconds }) => sum + seconds, 0);
}

const [layout = '', kubeconfig = '', kubectl = ''] = process.argv.slice(2);
console.log(JSON.stringify(await trial(layout, kubeconfig, kubectl)));
process.exit(0);
