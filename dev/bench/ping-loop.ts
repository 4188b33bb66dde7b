import { execFile } from 'node:child_process';
import { parsePing } from '../../src/connectivity/probe/probe-output.ts';
import { pingCommand } from '../../src/connectivity/probe/probe-script.ts';
import type { ReportedPair } from '../../src/connectivity/report/report.ts';

/** What one `kubectl exec … ping` took, and whether it was answered. */
export interface LoopPing {
  readonly seconds: number;
  readonly answered: boolean;
}

/**
 * What people do by hand: `kubectl exec POD -- ping …` for one pair after another, each a process. The ping is the
 * one of verify: as many packets, the same waits, bound to the interface of the source.
 *
 * @throws Error when a ping did not run, or saw something else than verify did.
 */
export async function pingLoop(
  kubectl: string,
  args: readonly string[],
  pairs: readonly ReportedPair[],
): Promise<readonly LoopPing[]> {
  const pings: LoopPing[] = [];
  for (const { source, target, seen } of pairs) {
    const address = target.address ?? '';
    const ping = [...pingCommand().split(' '), '-I', source.interface, address];
    const began = performance.now();
    const printed = await outputOf(kubectl, [...args, 'exec', source.pod, '--', ...ping]);
    const seconds = (performance.now() - began) / 1000;
    const { received, problem } = parsePing(source.interface, address, printed);
    if (problem?.kind === 'broken') throw new Error(`${source.pod}: ${problem.text}`);
    const answered = received > 0;
    if (answered !== (seen === 'answer')) {
      throw new Error(`${source.pod} to ${address}: verify saw ${seen}, the loop the opposite`);
    }
    pings.push({ seconds, answered });
  }
  return pings;
}

/** Both streams, whatever the exit code: that of a ping without an answer is 1. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}
