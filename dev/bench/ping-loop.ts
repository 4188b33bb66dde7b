import { execFile } from 'node:child_process';
import { parsePing } from '../../src/connectivity/probe/probe-output.ts';
import { pingCommand } from '../../src/connectivity/probe/probe-script.ts';
import type { Transport } from '../../src/connectivity/protocol.ts';
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

/**
 * The same by hand for the protocols with ports: `kubectl exec POD -- …` for one request after another. The requests are those
 * that verify sent, without its requests that fill a packet.
 *
 * @returns the duration of each, in seconds.
 * @throws Error when a request that verify got an answer to gets none.
 */
export async function exchangeLoop(
  kubectl: string,
  args: readonly string[],
  pairs: readonly ReportedPair[],
): Promise<readonly number[]> {
  const durations: number[] = [];
  for (const { source, target, exchanges } of pairs) {
    for (const { protocol, port, result } of exchanges) {
      const end = `${target.address}:${port}`;
      const began = performance.now();
      const printed = await outputOf(kubectl, [
        ...args,
        'exec',
        source.pod,
        '--',
        ...asked(protocol, end),
      ]);
      durations.push((performance.now() - began) / 1000);
      const failed = /error|TIMEOUT|REFUSED|OTHER/i.test(printed);
      if (failed && result === 'answered')
        throw new Error(`${source.pod}: ${protocol} ${end}: ${printed}`);
    }
  }
  return durations;
}

function asked(protocol: Transport, end: string): readonly string[] {
  if (protocol === 'tcp') return ['wget', '-q', '-O', '-', `http://${end}/`];
  const program = ['/agnhost', 'connect', `--protocol=${protocol}`, '--timeout=3s'];
  return [...program, `--${protocol}-data=hostname`, end];
}

/** Both streams, whatever the exit code. A ping without an answer exits with 1. */
function outputOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(program, args, (_, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}
