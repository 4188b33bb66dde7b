import { spawn } from 'node:child_process';
import { CHECKOUT } from '../tools/checkout.ts';
import { type Finding, renderTable } from '../tools/table.ts';
import type { Soak } from './trial.ts';

const ROUNDS = { small: 1, full: 5 };

/**
 * Rehearses `node-changes`: nodes reboot, are replaced, scale up and down, and one is filled with pods. After
 * each change, addresses must be unique and reachable, and no network interface may be orphaned.
 */
export const nodes: Soak = async ({ size }) => {
  const findings: Finding[] = [];
  for (let round = 1; round <= ROUNDS[size]; round++) {
    const began = Date.now();
    const code = await rehearse();
    const seconds = Math.round((Date.now() - began) / 1_000);
    findings.push({
      what: `round ${round}`,
      found: `exit code ${code} after ${seconds} s`,
      ok: code === 0,
    });
  }
  console.log(`\n${renderTable(findings)}`);
  return findings.every(({ ok }) => ok);
};

function rehearse(): Promise<number | null> {
  const child = spawn('npm', ['run', 'rehearse', '--', '--fixture', 'node-changes'], {
    cwd: CHECKOUT,
    stdio: 'inherit',
  });
  return new Promise((resolve) => child.once('close', (code) => resolve(code)));
}
