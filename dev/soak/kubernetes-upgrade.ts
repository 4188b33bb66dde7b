import { DescribeAddonCommand, DescribeClusterCommand } from '@aws-sdk/client-eks';
import { startTestAws, type TestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { seededRandom } from '../tools/seeded-random.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { type Moment, momentOf, type ProvisionRun, runProvision } from './provision-run.ts';
import type { Soak } from './trial.ts';

const NAME = LAB_INPUTS['environment'] ?? '';
const [FROM, TO] = ['1.34', '1.35'];
const SIZES = { small: { moments: 1, scale: 0.004 }, full: { moments: 10, scale: 0.014 } };

/**
 * Kills an upgrade of Kubernetes with `kill -9` at random moments and runs it again. Each must end with the control plane and
 * the add-ons at the new version, each updated once. Runs against the AWS stand-in with realistic latencies in scaled time. There
 * are no machines, so nodes stay as they are: the soak `rollout` kills their replacement.
 */
export const kubernetesUpgrade: Soak = async ({ seed, size, switches }) => {
  const { moments, scale } = SIZES[size];
  console.log(`kubernetes-upgrade: seed ${seed}, latencies × ${scale}`);
  const random = seededRandom(seed);
  const trial = async (killAt?: Moment) => {
    const aws = await startTestAws({
      switches: { latency: 'realistic', scale, seed, ...switches },
    });
    try {
      return await upgradeOnce(aws, killAt);
    } finally {
      await aws.stop();
    }
  };
  const undisturbed = await trial();
  const findings = [undisturbed.finding];
  for (let count = 0; count < moments; count += 1) {
    const moment = momentOf(undisturbed.ended, 0.05 + 0.9 * random());
    findings.push((await trial(moment)).finding);
  }
  console.log(`\n${renderTable(findings)}\nkubernetes-upgrade: seed ${seed}`);
  return findings.every(({ ok }) => ok);
};

/** A cluster that is upgraded by one run or, with `killAt`, by one that is killed and another one. */
async function upgradeOnce(aws: TestAws, killAt: Moment | undefined) {
  const run = (version: string, moment?: Moment) => {
    const inputs = { ...LAB_INPUTS, 'kubernetes-version': version, rollout: 'never' };
    return runProvision(aws.endpoint, inputs, { killAt: moment });
  };
  await run(FROM);
  const before = aws.aws.gateway.calls().length;
  const killed = killAt === undefined ? undefined : await run(TO, killAt);
  const ended = await run(TO);
  const updates = updatesIn(aws, before);
  const versions = await versionsOf(aws);
  const ok = ended.exitCode === 0 && versions === `${TO}, v${TO}.0-eksbuild.2` && updates === ONCE;
  const found = `exit ${ended.exitCode}; ${versions}; ${updates}`;
  const finding: Finding = { what: describe(killed), found, ok };
  console.log(`${finding.what} → ${found}`);
  if (!ok) console.log(ended.lines.slice(-40).join('\n'));
  return { ended, finding };
}

function describe(killed: ProvisionRun | undefined): string {
  if (killed === undefined) return 'undisturbed';
  const seconds = (killed.ms / 1000).toFixed(1);
  return `killed after ${seconds} s: ${(killed.lines.at(-1) ?? 'before its first line').slice(0, 90)}`;
}

const ONCE = 'POST updates, POST update';

/** The calls that have updated the cluster and its add-ons, in order. */
function updatesIn({ aws }: TestAws, from: number): string {
  return aws.gateway
    .calls()
    .slice(from)
    .filter(({ action, status }) => status === 200 && /^POST \S+\/updates?$/.test(action))
    .map(({ action }) => action.replace(/ \S+\//, ' '))
    .join(', ');
}

async function versionsOf({ clients }: TestAws): Promise<string> {
  const { cluster } = await clients.eks.send(new DescribeClusterCommand({ name: NAME }));
  const addonName = 'kube-proxy';
  const { addon } = await clients.eks.send(
    new DescribeAddonCommand({ clusterName: NAME, addonName }),
  );
  return `${cluster?.version}, ${addon?.addonVersion}`;
}
