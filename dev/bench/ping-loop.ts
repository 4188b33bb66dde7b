import { execFile } from 'node:child_process';
import { parsePing } from '../../src/connectivity/probe/probe-output.ts';
import { pingCommand } from '../../src/connectivity/probe/probe-script.ts';
import type { ReportedPair } from '../../src/connectivity/report/report.ts';

/** The duration of one `kubectl exec … ping`, and whether it got an answer. */
export interface LoopPing {
  readonly seconds: number;
  readonly answered: boolean;
}

/**
 * What people do by hand: `kubectl exec POD -- ping …` for one pair after another, each in its own process.
 * The ping is verify's: the same number of packets, the same waits, bound to the source's interface.
 *
 * @throws Error when a ping did not run, or its result differs from verify's.
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

/** Both streams, whatever the exit code. A ping without an answer exits with 1. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}
