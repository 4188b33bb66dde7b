import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { type Inventory, takeInventory } from '../stand-ins/aws/inventory.ts';
import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import { startTestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { LAB_INPUTS } from '../testing/samples/lab-inputs.ts';
import { seededRandom } from '../tools/seeded-random.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { type Moment, momentOf, type ProvisionRun, runProvision } from './provision-run.ts';
import type { Soak } from './trial.ts';

interface KillSize {
  /** Scales AWS's durations: with 0.014, a cluster takes seven seconds instead of nine minutes. */
  readonly scale: number;
  readonly moments: number;
  /** See `runProvision`. */
  readonly speed?: number;
}

const SIZES: Readonly<Record<'small' | 'full', KillSize>> = {
  small: { scale: 0.004, moments: 1, speed: 20 },
  full: { scale: 0.014, moments: 10 },
};

/**
 * Kills deploy and destroy with `kill -9` at random moments and runs each again. Every deploy must end with
 * stacks in CREATE_COMPLETE and exactly the resources of an undisturbed deploy, every destroy with none. Runs
 * against the AWS stand-in with realistic latencies in scaled time. There are no machines, so instances are
 * "in service" as soon as their launch hooks complete.
 */
export const kill: Soak = async ({ seed, size, switches }) => {
  const { scale } = SIZES[size];
  console.log(`kill: seed ${seed}, latencies × ${scale}`);
  const aws = await startTestAws({ switches: { latency: 'realistic', scale, seed, ...switches } });
  try {
    const findings = await killAll(aws.endpoint, seededRandom(seed), SIZES[size]);
    console.log(`\n${renderTable(findings)}\nkill: seed ${seed}`);
    return findings.every(({ ok }) => ok);
  } finally {
    await aws.stop();
  }
};

async function killAll(endpoint: string, random: () => number, { moments, speed }: KillSize) {
  const run = (command: string, killAt?: Moment) =>
    runProvision(endpoint, { ...LAB_INPUTS, command }, { speed, killAt });
  const count = () => takeInventory({ endpoint, region: REGION });
  const empty = await count();
  const deployed = await run('deploy');
  const full = await count();
  const destroyed = await run('destroy');
  const findings = [
    finding('deploy, undisturbed', deployed, sizeOf(full), deployed.exitCode === 0),
    finding('destroy, undisturbed', destroyed, difference(empty, await count()), true),
  ];
  for (let moment = 1; moment <= moments; moment += 1) {
    for (const { command, undisturbed, expected } of [
      { command: 'deploy', undisturbed: deployed, expected: full },
      { command: 'destroy', undisturbed: destroyed, expected: empty },
    ]) {
      const killed = await run(command, momentOf(undisturbed, 0.05 + 0.9 * random()));
      const again = await run(command);
      const statuses = await stackStatuses(endpoint);
      const differs = difference(expected, await count());
      const right = command === 'deploy' ? statuses === 'CREATE_COMPLETE' : statuses === 'no stack';
      const what = `${moment}. ${command}, killed after ${seconds(killed.ms)}: ${lastOf(killed)}`;
      const found = `re-run ${statuses}; ${differs}`;
      const ok = right && differs === SAME && killed.exitCode === null;
      findings.push(finding(what, again, found, ok));
      if (!findings.at(-1)?.ok) console.log(again.lines.slice(-40).join('\n'));
    }
  }
  return findings;
}

const SAME = 'the same resources';

function finding(what: string, run: ProvisionRun, found: string, ok: boolean): Finding {
  const result = { what, found: `${found}, exit ${run.exitCode}, ${seconds(run.ms)}`, ok };
  console.log(`${result.what} → ${result.found}`);
  return { ...result, ok: ok && run.exitCode === 0 };
}

async function stackStatuses(endpoint: string): Promise<string> {
  const credentials = { accessKeyId: 'AKIAREHEARSALCOUNTER', secretAccessKey: 'counter' };
  const client = new CloudFormationClient({ endpoint, region: REGION, credentials });
  const { Stacks = [] } = await client.send(new DescribeStacksCommand({}));
  return [...new Set(Stacks.map(({ StackStatus }) => StackStatus))].join(', ') || 'no stack';
}

/** Lists both surplus and missing resources. */
function difference(expected: Inventory, found: Inventory): string {
  const kinds = [...new Set([...Object.keys(expected), ...Object.keys(found)])];
  const differing = kinds
    .map((kind) => [kind, (found[kind] ?? 0) - (expected[kind] ?? 0)] as const)
    .filter(([, count]) => count !== 0);
  if (differing.length === 0) return SAME;
  return differing.map(([kind, count]) => `${kind} ${count > 0 ? '+' : ''}${count}`).join(', ');
}

function sizeOf(inventory: Inventory): string {
  return `${Object.values(inventory).reduce((sum, count) => sum + count, 0)} resources`;
}

/** How far a killed run had come, by its last line. */
function lastOf({ lines }: ProvisionRun): string {
  return (lines.at(-1) ?? 'before its first line').slice(0, 90);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
