import { type SpawnSyncOptions, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { KUBECONFIG, runningWorld } from '../rehearsal/run-folder.ts';
import { CHECKOUT } from '../tools/checkout.ts';
import { cacheFolder } from '../tools/install/cache.ts';
import { ENDING_SIGNALS } from '../tools/process.ts';
import { atMost, type Bench, type Measurement, noted } from './measurement.ts';
import type { TrialName, VerifyTrial } from './verify-trial.ts';

const REHEARSE = join(CHECKOUT, 'dev', 'rehearsal', 'rehearse.ts');
/** Standard output is for the result. */
const QUIET: SpawnSyncOptions = { stdio: ['ignore', 'ignore', 'inherit'] };

/** Two of each of two networks on each of three nodes. */
const MATRIX_PODS = 12;
/** The least number of checks with four protocols. */
const MANY_CHECKS = 1_000;

/**
 * verify next to a loop of `kubectl exec … ping`, in one cluster of the rehearsal with real kubelets: the lab's four
 * pods, a matrix of twelve, and the same that also uses TCP, UDP and SCTP and judges latency.
 *
 * Compared is the time from when all pods are Ready: verify's probing (its first exec to the end of its last) with
 * the loop over the same ordered pairs of the same pods, one after another, by the same ping. The pairs are all that
 * verify probes: those that must answer, and those of different networks, whose pings wait in vain in both. What
 * verify does beyond the loop in that time, it does at its own cost: addresses, routes and MTUs of each pod, and in
 * the matrix a packet of full size for each pair that answers. How long the pods take to start is noted apart: both
 * need them. So is the loop over the pairs that answer alone.
 */
export const verify: Bench = async ({ say }) => {
  if (runningWorld() !== undefined) throw new Error('a rehearsal is up; end it first');
  const rehearse = (...args: string[]) => outputOf(process.execPath, [REHEARSE, ...args]);
  // A running world outlives the process that started it.
  const down = () => {
    if (runningWorld() !== undefined) spawnSync(process.execPath, [REHEARSE, 'down'], QUIET);
  };
  for (const signal of ENDING_SIGNALS) process.once(signal, down);
  try {
    say('a cluster of three nodes');
    await rehearse('up', '--fixture', 'bench-verify');
    say('the lab: verify, then the loop');
    const lab = await runTrial('lab');
    say('the matrix: verify, then the loop');
    const matrix = await runTrial('matrix');
    if (matrix.pods !== MATRIX_PODS) throw new Error(`the matrix has ${matrix.pods} pods`);
    say('the matrix with TCP, UDP and SCTP: verify, then the loop');
    const protocols = await runTrial('protocols');
    if (protocols.passed < MANY_CHECKS) throw new Error(`only ${protocols.passed} checks passed`);
    return [
      ...compared('lab', lab),
      noted('lab: probing in times the loop', lab.probing / lab.loop, 'times'),
      ...compared('matrix', matrix),
      atMost('matrix: probing in times the loop', matrix.probing / matrix.loop, 'times', 0.2),
      ...compared('protocols', protocols),
      atMost('protocols: from Ready pods to the report', protocols.afterReady, 's', 60),
      atMost(
        'protocols: probing in times the loop',
        protocols.probing / protocols.loop,
        'times',
        0.1,
      ),
    ];
  } finally {
    down();
  }
};

function compared(layout: string, trial: VerifyTrial): readonly Measurement[] {
  return [
    noted(`${layout}: checks that passed`, trial.passed, 'checks'),
    noted(`${layout}: pods`, trial.pods, 'pods'),
    noted(`${layout}: pods from creation to Ready`, trial.podStart, 's'),
    noted(`${layout}: pairs`, trial.pairs, 'pairs'),
    noted(`${layout}: of them, pairs that answer`, trial.answering, 'pairs'),
    noted(`${layout}: verify, the probing`, trial.probing, 's'),
    noted(`${layout}: verify, the probing: execs`, trial.execs, 'execs'),
    noted(`${layout}: verify, from its start to the report`, trial.whole, 's'),
    noted(`${layout}: loop`, trial.loop, 's'),
    noted(`${layout}: loop, pairs that answer alone`, trial.loopAnswering, 's'),
  ];
}

/** In the network of the running world, as whoever is root there. */
async function runTrial(name: TrialName): Promise<VerifyTrial> {
  const world = runningWorld();
  if (world === undefined) throw new Error('the rehearsal has ended by itself');
  const kubectl = join(cacheFolder(), 'bin', 'kubectl');
  const script = join(import.meta.dirname, 'verify-trial.ts');
  const enter = ['nsenter', '--target', String(world.pid), '--net', process.execPath, script];
  const root = process.getuid?.() === 0 ? [] : ['sudo'];
  const [command = '', ...args] = [...root, ...enter, name, KUBECONFIG, kubectl];
  return JSON.parse(await outputOf(command, args)) as VerifyTrial;
}

/** What a program prints; what it says on the way goes to stderr. */
function outputOf(command: string, args: readonly string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let printed = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve(printed);
      else reject(new Error(`${command} ${args.join(' ')}: exit code ${code}\n${printed}`));
    });
  });
}
