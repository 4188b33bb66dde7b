import { type Finding, renderTable } from '../tools/table.ts';
import { runFinding, startDeployer } from './deployer.ts';
import type { Soak } from './trial.ts';

const SCALE = { small: 1 / 300, full: 1 / 60 };
/** AWS takes this many times as long as usual, so that a deploy takes two hours. */
const SLOWNESS = 9.5;
const SESSION_SECONDS = 900;
const LEAST_MINUTES = 120;

/**
 * A deploy of two hours with credentials of 15 minutes, the shortest that AWS offers. Time is scaled for the
 * stacks, for the action's clock, and for the sessions. The stand-in refuses the keys of an expired session.
 */
export const longDeploy: Soak = async ({ seed, size, switches }) => {
  const scale = SCALE[size];
  console.log(`long-deploy: seed ${seed}, time × ${scale.toFixed(4)}`);
  const pace = { scale: scale * SLOWNESS, clockSpeed: 1 / scale };
  const { aws, run, stop } = await startDeployer(pace, { sessionScale: scale, seed, ...switches });
  try {
    const inputs = {
      'role-duration-seconds': String(SESSION_SECONDS),
      // A machine that pauses for a second costs minutes on the action's clock.
      'timeout-minutes': '1440',
    };
    const deployed = await run('deploy', inputs);
    const sessions = aws.aws.sessions.begun();
    const { calls, expired } = aws.aws.faults.counts();
    const findings: Finding[] = [
      runFinding('deploy', deployed),
      {
        what: 'it took two hours',
        found: `${deployed.minutes.toFixed(0)} minutes`,
        ok: deployed.minutes > LEAST_MINUTES,
      },
      {
        what: 'sessions of 15 minutes',
        found: `${sessions}, so ${sessions - 1} re-mints`,
        ok: sessions > deployed.minutes / 15,
      },
      {
        what: 'calls',
        found: `${calls}, of which ${expired} met an expired session and were made again`,
        ok: true,
      },
    ];
    console.log(`\n${renderTable(findings)}\nlong-deploy: seed ${seed}`);
    return findings.every(({ ok }) => ok);
  } finally {
    await stop();
  }
};
