import { probeCluster } from '../../src/connectivity/probe/kubernetes-cluster.ts';
import { systemClock as clock } from '../../src/core/clock.ts';
import { connect } from '../../src/kubernetes/connection.ts';
import { readVerifyInputs } from '../../src/verify/inputs.ts';
import { verify } from '../../src/verify/run.ts';
import { observedProbes } from './observed-probes.ts';
import { exchangeLoop, type LoopPing, pingLoop } from './ping-loop.ts';

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
  /** From the first exec to the report. */
  readonly afterReady: number;
  readonly loop: number;
  /** The part of the loop for pairs that answer. */
  readonly loopAnswering: number;
  /** Checks that passed. */
  readonly passed: number;
}

/** What `bench -- verify` measures. */
const TRIALS = {
  lab: { layout: 'lab' },
  matrix: { layout: 'matrix' },
  protocols: { layout: 'matrix', protocols: 'icmp,tcp,udp,sctp', 'max-latency-ms': '1000' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, string>>>>;

export type TrialName = keyof typeof TRIALS;

/**
 * Runs verify from its sources, as the action does, but without calls to AWS and without publishing. Its pods
 * stay until the loop has pinged the same pairs from the same machine and network.
 */
async function trial(name: TrialName, kubeconfig: string, kubectl: string): Promise<VerifyTrial> {
  const texts: Readonly<Record<string, string>> = { ...INPUTS, ...TRIALS[name], kubeconfig };
  const inputs = readVerifyInputs(undefined, (input) => texts[input] ?? '');
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
  const { counts, matrix } = report;
  if (counts.failed > 0) {
    const failed = report.checks.filter(({ outcome }) => outcome === 'failed');
    throw new Error(`${counts.failed} checks failed: ${JSON.stringify(failed, null, 2)}`);
  }
  const pings = await pingLoop(kubectl, own, matrix);
  const exchanges = await exchangeLoop(kubectl, own, matrix);
  const { createdAt, probedFrom, probedUntil, execs } = times();
  const answering = pings.filter(({ answered }) => answered);
  await (report.namespace !== inputs.namespace
    ? cluster.inNamespace(report.namespace).deleteNamespace()
    : Promise.all(report.pods.map(({ name }) => removed(cluster, name))));
  return {
    pods: report.pods.length,
    pairs: matrix.length,
    answering: matrix.filter(({ seen }) => seen === 'answer').length,
    execs,
    podStart: (probedFrom - createdAt) / 1000,
    probing: (probedUntil - probedFrom) / 1000,
    whole: whole / 1000,
    afterReady: (whole - probedFrom) / 1000,
    loop: total(pings) + exchanges.reduce((sum, seconds) => sum + seconds, 0),
    loopAnswering: total(answering),
    passed: counts.passed,
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

const [name = '', kubeconfig = '', kubectl = ''] = process.argv.slice(2);
console.log(JSON.stringify(await trial(name as TrialName, kubeconfig, kubectl)));
process.exit(0);
