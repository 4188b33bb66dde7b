import type { LargePing, Ping } from './observation.ts';

const COUNTS = /(\d+) packets transmitted, (\d+) (?:packets )?received/;
const TIMES = /min\/avg\/max(?:\/\w+)? = ([\d.]+)\/([\d.]+)\/([\d.]+)/;
const NO_WAY = /unreachable|no route to host/i;

/**
 * Reads what `ping -q` printed, of BusyBox or of iputils, line ends included or not. Silence is told
 * from a `ping` that did not run: only the first proves that there is no way.
 */
export function parsePing(networkInterface: string, address: string, output: string): Ping {
  const target = { interface: networkInterface, address };
  const [, sent, received] = COUNTS.exec(output) ?? [];
  if (sent === undefined || received === undefined) {
    const text = output.trim() === '' ? 'ping printed nothing' : output.trim();
    const kind = NO_WAY.test(output) ? 'unreachable' : 'broken';
    return { ...target, sent: 0, received: 0, problem: { kind, text } };
  }
  const [, min, avg, max] = TIMES.exec(output) ?? [];
  const counts = { ...target, sent: Number(sent), received: Number(received) };
  if (min === undefined) return counts;
  return { ...counts, milliseconds: { min: Number(min), avg: Number(avg), max: Number(max) } };
}

/**
 * Reads what a ping of the size of the interface's MTU printed, and after `@route` what the kernel then knew of the
 * way. A smaller MTU there means that a router refused the packet, even if a later one passed in pieces.
 *
 * @param bytes the MTU that was tried
 */
export function parseLargePing(bytes: number, text: string): LargePing {
  const [output = '', route = ''] = text.split('@route');
  const received = Number(COUNTS.exec(output)?.[2] ?? 0);
  const known = Number(/\bmtu (\d+)/.exec(route)?.[1] ?? bytes);
  if (known < bytes) return { bytes, answered: false, pathMtu: known };
  return { bytes, answered: received > 0 };
}
