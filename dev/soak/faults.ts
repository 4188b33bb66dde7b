import { leftovers, takeInventory } from '../stand-ins/aws/inventory.ts';
import { REGION } from '../stand-ins/aws/testing/local-aws.ts';
import type { TestAws } from '../stand-ins/aws/testing/stand-in.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import { type Deployer, runFinding, startDeployer } from './deployer.ts';
import type { Soak } from './trial.ts';

/** Shares of all external calls that fail. At one of these calls, the session expires. */
const FAULTS = { throttle: 0.2, serverErrors: 0.05, resets: 0.05, expireAfter: 30 };
/**
 * The stacks are quick. The clock runs slower than they do, because the SDK pauses between attempts in real
 * time.
 */
const PACE = { scale: 0.004, clockSpeed: 10 };
const ROUNDS = { small: 1, full: 8 };

/**
 * Deploys and destroys while almost every third call fails: 20 % are throttled, 5 % get a 5xx, 5 % lose their
 * connection, half of these after AWS has served them. The session also expires once. Deploy and destroy must
 * succeed and leave nothing.
 */
export const faults: Soak = async ({ seed, size, switches }) => {
  const findings: Finding[] = [];
  for (let round = 0; round < ROUNDS[size]; round += 1) {
    console.log(`faults: seed ${seed + round}`);
    const deployer = await startDeployer(PACE, { ...FAULTS, ...switches, seed: seed + round });
    try {
      findings.push(...(await disturbedLab(deployer)));
    } finally {
      await deployer.stop();
    }
  }
  console.log(`\n${renderTable(findings)}\nfaults: seed ${seed}`);
  return findings.every(({ ok }) => ok);
};

async function disturbedLab({ aws, run }: Deployer): Promise<readonly Finding[]> {
  const inventory = () => takeInventory({ endpoint: aws.endpoint, region: REGION });
  const before = await inventory();
  const deployed = runFinding('deploy', await run('deploy'));
  const destroyed = runFinding('destroy', await run('destroy'));
  const left = Object.entries(leftovers(before, await inventory()));
  const remains = left.map(([kind, count]) => `${kind} ${count}`).join(', ') || 'nothing';
  return [
    deployed,
    destroyed,
    { what: 'left in the account', found: remains, ok: left.length === 0 },
    ...callFindings(aws),
  ];
}

function callFindings({ aws }: TestAws): readonly Finding[] {
  const { calls, expired, denied, ...chance } = aws.faults.counts();
  const wrong = Object.values(chance).reduce((sum, count) => sum + count, expired + denied);
  const share = Math.round((wrong / calls) * 100);
  const kinds = Object.entries({ ...chance, expired });
  return [
    {
      what: 'calls',
      found: `${calls}, of which ${wrong} (${share} %) were retries`,
      ok: calls > 0,
    },
    ...kinds.map(([kind, count]) => ({
      what: `  after ${kind}`,
      found: String(count),
      ok: count > 0,
    })),
    {
      what: 'sessions',
      found: `${aws.sessions.begun()}, one of them instead of the one that expired`,
      ok: aws.sessions.begun() >= 3,
    },
  ];
}
