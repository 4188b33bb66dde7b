import { startTestAws, type TestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { startFakeKubelets } from '../testing/rollout/fake-kubelets.ts';
import { type NodeCluster, startNodeCluster } from '../testing/rollout/node-cluster.ts';
import { faultsOf, NODES, readGroupFacts, rolledInputs } from '../testing/rollout/rolled-group.ts';
import {
  REPLICAS,
  startWorkload,
  untilAllReady,
  watchBudget,
} from '../testing/rollout/watched-workload.ts';
import { seededRandom } from '../tools/seeded-random.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { type Moment, momentOf, type ProvisionRun, runProvision } from './provision-run.ts';
import type { Soak } from './trial.ts';

const MOMENTS = { small: 2, full: 20 };
const SPEED = 10;

/**
 * Kills the action with `kill -9` at random moments of a rollout of three nodes and runs it again. Each time, all nodes must
 * be new, none doubled and none lost, no interface left, and the workload's PodDisruptionBudget kept throughout. The API
 * server, its controllers and its scheduler are real. The nodes are Node objects, on which nothing runs, so the probe of a
 * new node passes without pods.
 */
export const rollout: Soak = async ({ seed, size }) => {
  console.log(`rollout: seed ${seed}`);
  const [aws, cluster] = await Promise.all([startTestAws(), startNodeCluster()]);
  const { api, rest } = cluster.connection;
  const kubelets = startFakeKubelets({ autoscaling: aws.clients.autoscaling, api, rest });
  try {
    const findings = await rollAll(aws, cluster, seededRandom(seed), MOMENTS[size]);
    console.log(`\n${renderTable(findings)}\nrollout: seed ${seed}`);
    return findings.every(({ ok }) => ok);
  } finally {
    await kubelets.stop();
    await Promise.all([cluster.stop(), aws.stop()]);
  }
};

async function rollAll(
  aws: TestAws,
  { connection: { api }, kubeconfig }: NodeCluster,
  random: () => number,
  moments: number,
): Promise<readonly Finding[]> {
  const wiring = { program: 'rolling-provision.ts', kubeconfig };
  let volumeSize = 50;
  const run = (killAt?: Moment) =>
    runProvision(aws.endpoint, rolledInputs(volumeSize), { speed: SPEED, killAt, wiring });
  const judge = async (what: string, ended: ProvisionRun): Promise<Finding> => {
    const faults = faultsOf(await readGroupFacts(aws.clients, api));
    const found = faults.length === 0 ? `${NODES} new nodes` : faults.join('; ');
    const ok = faults.length === 0 && ended.exitCode === 0;
    if (!ok) console.log(ended.lines.slice(-60).join('\n'));
    console.log(`${what} → ${found}, ${seconds(ended.ms)}`);
    return { what, found: `${found}, exit ${ended.exitCode}, ${seconds(ended.ms)}`, ok };
  };
  const findings = [await judge('deploy', await run())];
  await startWorkload(api);
  await untilAllReady(api);
  const budget = watchBudget(api);
  volumeSize += 1;
  const undisturbed = await run();
  findings.push(await judge('rollout, undisturbed', undisturbed));
  for (let moment = 1; moment <= moments; moment += 1) {
    volumeSize += 1;
    const killed = await run(momentOf(undisturbed, 0.05 + 0.9 * random()));
    const again = await run();
    const last = (killed.lines.at(-1) ?? 'before its first line').slice(0, 80);
    const finding = await judge(`${moment}. killed after ${seconds(killed.ms)}: ${last}`, again);
    findings.push({ ...finding, ok: finding.ok && killed.exitCode === null });
  }
  const { fewestReady, looks, violations } = await budget.stop();
  findings.push({
    what: 'PodDisruptionBudget',
    found: `${violations} violations in ${looks} looks, at least ${fewestReady} of ${REPLICAS} pods Ready`,
    ok: violations === 0 && looks > 0,
  });
  return findings;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
