import { startTestMoto } from '../stand-ins/aws/testing/local-aws.ts';
import { tryHook } from '../testing/hook/hook-trials.ts';
import { renderTable } from '../tools/table.ts';
import type { Soak } from './trial.ts';

const SEQUENCES = { small: 100, full: 1_000 };

/**
 * Runs the launch and terminate hooks against EC2's API. Each instance gets its own sequence of events:
 * repeated, out of order, at once, with calls that fail or lose their answer. Every instance must end with all
 * its interfaces or none, every lifecycle action with one completion, and no interface may be orphaned.
 */
export const hook: Soak = async ({ seed, size }) => {
  console.log(`hook: seed ${seed}`);
  const { moto } = await startTestMoto();
  const began = Date.now();
  try {
    const { sequences, inService, problems, leaked } = await tryHook(
      moto.url,
      seed,
      SEQUENCES[size],
    );
    for (const problem of problems) console.log(problem);
    const seconds = Math.round((Date.now() - began) / 1_000);
    const findings = [
      { what: 'event sequences', found: `${sequences} in ${seconds} s`, ok: true },
      { what: 'instances in service', found: String(inService), ok: inService > 0 },
      {
        what: 'sequences that went wrong',
        found: String(problems.length),
        ok: problems.length === 0,
      },
      { what: 'interfaces left', found: String(leaked), ok: leaked === 0 },
    ];
    console.log(`\n${renderTable(findings)}\nhook: seed ${seed}`);
    return findings.every(({ ok }) => ok);
  } finally {
    await moto.stop();
  }
};
