import { tryHook } from '../../cfn/attach-enis/hook-trials.ts';
import { startTestMoto } from '../stand-ins/aws/testing/local-aws.ts';
import { renderTable } from '../tools/table.ts';
import type { Soak } from './trial.ts';

const SEQUENCES = { small: 100, full: 1_000 };

/**
 * The launch and terminate hooks on EC2's API, each instance with a sequence of events of its own: repeated,
 * reordered, at once, with calls that fail or lose their answer. Every instance must have its interfaces or
 * nothing, every action one answer, and no interface may be left.
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
