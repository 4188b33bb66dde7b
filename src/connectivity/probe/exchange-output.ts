import { isAddress } from '../../core/ip.ts';
import {
  EXCHANGE_KINDS,
  type Exchange,
  type NeighbourEntry,
  type Sample,
  type Tools,
} from '../evaluate/observation.ts';
import { PROTOCOLS, type Transport } from '../protocol.ts';

const EXCHANGE_LINE = /^@exchange (\S+) (\S+) (\S+) (\d+) (\d+) (\d+) ([\d.]*) ([\d.]*) ?(.*)$/;
const LONGEST_TEXT = 200;

/** Reads the lines of exchanges in the output of the probe script. Malformed lines are ignored. */
export function parseExchanges(lines: readonly string[]): Exchange[] {
  return lines.flatMap((line) => {
    const [, about, protocol, address = '', port, code, tries, began, ended, rest = ''] =
      EXCHANGE_LINE.exec(line) ?? [];
    const kind = EXCHANGE_KINDS.find((one) => one === about);
    const known = PROTOCOLS.find((one) => one === protocol && one !== 'icmp') as Transport;
    if (kind === undefined || known === undefined) return [];
    const [text = '', large] = rest.split('@large ');
    const [bytes, failed] = large?.trim().split(' ').map(Number) ?? [];
    return [
      {
        kind,
        protocol: known,
        address,
        port: Number(port),
        result: code === '0' ? 'answered' : failureIn(text),
        text: text.trim().slice(0, LONGEST_TEXT),
        tries: Number(tries),
        tookMs: tookMs(began, ended),
        ...(bytes === undefined ? {} : { large: { bytes, answered: failed === 0 } }),
      } as const,
    ];
  });
}

/** The words of BusyBox's wget and of agnhost for what went wrong. */
const FAILURES = [
  [/refused|reset by peer/i, 'refused'],
  [/TIMEOUT|timed out|i\/o timeout|deadline/i, 'timeout'],
  [/no route to host|unreachable/i, 'unreachable'],
] as const;

function failureIn(text: string): Exchange['result'] {
  return FAILURES.find(([words]) => words.test(text))?.[1] ?? 'broken';
}

/** The time between two readings of `/proc/uptime`, in milliseconds. */
export function tookMs(began: string | undefined, ended: string | undefined): number {
  return Math.max(0, Math.round((Number(ended) - Number(began)) * 1000)) || 0;
}

/** Reads the line about the programs of the image; undefined when the script did not ask for any. */
export function parseTools(lines: readonly string[]): Tools | undefined {
  const [, agnhost = 'none', iperf = 'none'] =
    lines.map((line) => /^@tools (\S+) (\S+)$/.exec(line)).find((found) => found !== null) ?? [];
  if (!lines.some((line) => line.startsWith('@tools '))) return undefined;
  return {
    ...(agnhost === 'none' ? {} : { agnhost }),
    ...(iperf === 'none' ? {} : { iperf }),
  };
}

/** Reads the lines of samples. iperf's line has the bits of each second in its last field (`-y C`). */
export function parseSamples(lines: readonly string[]): Sample[] {
  const throughputs = new Map(
    lines.flatMap((line) => {
      const [, path = '', text = ''] = /^@throughput (\S+ \S+) ?(.*)$/.exec(line) ?? [];
      return path === '' ? [] : [[path, text.trim()] as const];
    }),
  );
  return lines.flatMap((line) => {
    const [, device = '', address = '', text = ''] = /^@jitter (\S+) (\S+) ?(.*)$/.exec(line) ?? [];
    if (device === '') return [];
    const answers = [...text.matchAll(/(\d+):([\d.]+)/g)].map((one) => one.slice(1).map(Number));
    return [
      {
        interface: device,
        address,
        roundTrips: answers.map(([, time = 0]) => time),
        order: answers.map(([number = 0]) => number),
        ...throughputOf(throughputs.get(`${device} ${address}`)),
      },
    ];
  });
}

function throughputOf(text: string | undefined): Pick<Sample, 'megabitsPerSecond' | 'problem'> {
  if (text === undefined) return { problem: 'the image has no iperf' };
  const bits = /^\d{14}(?:\.\d+)?,(?:[^,]*,){7}(\d+)\b/.exec(text)?.[1];
  if (bits !== undefined && Number(bits) > 0) {
    return { megabitsPerSecond: Math.round(Number(bits) / 100_000) / 10 };
  }
  return { problem: text === '' ? 'iperf did not end in time' : text.slice(0, LONGEST_TEXT) };
}

/** Reads `ip neigh` of iproute2 or BusyBox. Entries of the loopback interface are left out. */
export function parseNeighbours(lines: readonly string[]): NeighbourEntry[] {
  return lines.flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const [address = ''] = words;
    const after = (word: string) => {
      const at = words.indexOf(word);
      return at < 0 ? undefined : words[at + 1];
    };
    const device = after('dev');
    const mac = after('lladdr');
    const state = words.at(-1) ?? '';
    if (!isAddress(address) || device === undefined || device === 'lo') return [];
    return [{ address, interface: device, ...(mac === undefined ? {} : { mac }), state }];
  });
}
