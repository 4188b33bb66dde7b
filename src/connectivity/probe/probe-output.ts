import type { V1Pod } from '@kubernetes/client-node';
import { z } from 'zod';
import { isAddress, isIpv6 } from '../../core/ip.ts';
import type { Neighbour } from '../evaluate/evidence.ts';
import type {
  InterfaceAddress,
  LargePing,
  Ping,
  Probe,
  Route,
  StatusEntry,
  Tools,
} from '../evaluate/observation.ts';
import { readEchoes } from './echo-counters.ts';
import {
  parseExchanges,
  parseNeighbours,
  parseSamples,
  parseTools,
  tookMs,
} from './exchange-output.ts';

/** The result of the probe script, or why its output is not usable. */
export type ParsedProbe = { readonly probe: Probe } | { readonly error: string };

const PING_LINE = /^@ping (\S+) (\S+) ?(.*?)(?:@took ([\d.]*) ([\d.]*))?$/;
const RESULT_LINE = /^@(ping|large|exchange|jitter|throughput|tools) /;
const LARGE_LINE = /^@large (\S+) (\S+) (\d+) (.*)$/;
const LONGEST_ERROR = 300;

/** When a command ran, in milliseconds of the runner's clock. */
export interface Ran {
  readonly began: number;
  readonly ended: number;
}

/** Reads the output of the probe script. Without the last line, `@end`, the script did not finish. */
export function parseProbe(output: string, ran?: Ran): ParsedProbe {
  const lines = output.split(/\r?\n/);
  if (!lines.includes('@end')) {
    const tail = output.trim().slice(-LONGEST_ERROR);
    return {
      error: `the probe script did not finish${tail === '' ? '' : `; its last output: ${tail}`}`,
    };
  }
  const sections = readSections(lines);
  const section = (name: string) => sections.get(name) ?? [];
  const routes = section('routes');
  const tools = parseTools(lines);
  const addresses = parseAddresses(section('addresses').join('\n'));
  const echoes = readEchoes(section('echoes-before'), section('echoes-after'));
  if (addresses.length === 0) {
    const said = section('addresses').join(' ').trim().slice(0, LONGEST_ERROR);
    return {
      error: `the pod's ip addr shows no address: ${said === '' ? 'it printed nothing' : said}`,
    };
  }
  return {
    probe: {
      addresses,
      routes: parseRoutes([...routes, ...section('routes6')].join('\n')),
      routeText: routes.join('\n').trimEnd(),
      mtu: readNumbers(section('mtu')),
      state: readWords(section('state')),
      pings: readPings(lines),
      ...(echoes === undefined ? {} : { echoes }),
      mac: readWords(section('mac')),
      settings: readNumbers(section('settings')),
      errors: readNumbers(section('errors')),
      neighbours: parseNeighbours(section('neighbours')),
      ruleSources: parseRules(section('rules')),
      refused: refusedAddresses(section('addresses')),
      clockSeconds: skewSeconds(section('clock')[0], ran),
      ...(tools === undefined ? {} : exchangesIn(lines, tools)),
    },
  };
}

/** The sources in `ip rule`: `32765: from 10.0.4.70 lookup 100`. */
function parseRules(lines: readonly string[]): readonly string[] {
  return lines.flatMap(
    (line) => /^\d+:\s+from (\S+) lookup (?!local|main|default)/.exec(line)?.[1] ?? [],
  );
}

/** Addresses with the flag of a failed duplicate address detection (RFC 4862). */
function refusedAddresses(lines: readonly string[]): readonly string[] {
  return parseAddresses(lines.filter((line) => /\bdadfailed\b/.test(line)).join('\n')).map(
    ({ address }) => address,
  );
}

/** How far a clock is off at least, as the command may have read it at any time while it ran. */
function skewSeconds(text: string | undefined, ran: Ran | undefined): number {
  if (ran === undefined || text === undefined || !/^\d+$/.test(text)) return 0;
  const { began, ended } = ran;
  const shown = Number(text);
  if (shown * 1000 > ended) return shown - ended / 1000;
  return Math.min(0, shown + 1 - began / 1000);
}

function exchangesIn(lines: readonly string[], tools: Tools) {
  return { tools, exchanges: parseExchanges(lines), samples: parseSamples(lines) };
}

/** Reads the output of the ping script; undefined when it did not finish. */
export function parsePings(output: string): Ping[] | undefined {
  const lines = output.split(/\r?\n/);
  return lines.includes('@end') ? readPings(lines) : undefined;
}

function readPings(lines: readonly string[]): Ping[] {
  const large = new Map(
    lines.flatMap((line) => {
      const [, device, address, bytes, text = ''] = LARGE_LINE.exec(line) ?? [];
      if (device === undefined) return [];
      return [[`${device} ${address}`, parseLargePing(Number(bytes), text)] as const];
    }),
  );
  return lines.flatMap((line) => {
    const [, device, address, text = '', began, ended] = PING_LINE.exec(line) ?? [];
    if (device === undefined || address === undefined) return [];
    const took = began === undefined ? {} : { tookMs: tookMs(began, ended) };
    const ping = { ...parsePing(device, address, text.slice(0, LONGEST_ERROR)), ...took };
    const own = large.get(`${device} ${address}`);
    return [own === undefined ? ping : { ...ping, large: own }];
  });
}

function readSections(lines: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    if (RESULT_LINE.test(line)) continue;
    if (line.startsWith('@')) {
      current = [];
      sections.set(line.slice(1).trim(), current);
    } else {
      current.push(line);
    }
  }
  return sections;
}

function readNumbers(lines: readonly string[]): Record<string, number> {
  const entries = Object.entries(readWords(lines)).filter(([, number]) => /^\d+$/.test(number));
  return Object.fromEntries(entries.map(([name, number]) => [name, Number(number)]));
}

/** Lines of a name and one word. */
function readWords(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, word] = /^(\S+) (\S+)$/.exec(line) ?? [];
      return name === undefined || word === undefined ? [] : [[name, word] as const];
    }),
  );
}

const COUNTS = /(\d+) packets transmitted, (\d+) (?:packets )?received/;
const DUPLICATES = /(\d+) duplicates/;
const TIMES = /min\/avg\/max(?:\/\w+)? = ([\d.]+)\/([\d.]+)\/([\d.]+)/;
const NO_WAY = /unreachable|no route to host/i;

/**
 * Reads the output of `ping -q` of BusyBox or iputils, with or without line ends. Silence is different from a `ping`
 * that did not run: only silence proves that there is no connection.
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
  const duplicates = Number(DUPLICATES.exec(output)?.[1] ?? 0);
  const counts = {
    ...target,
    sent: Number(sent),
    received: Number(received),
    ...(duplicates === 0 ? {} : { duplicates }),
  };
  if (min === undefined) return counts;
  return { ...counts, milliseconds: { min: Number(min), avg: Number(avg), max: Number(max) } };
}

/**
 * Reads the output of a ping with packets of the interface's MTU and, after `@route`, the route in the kernel. A smaller
 * MTU there means that a router refused the packet, even if a later one passed in fragments.
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

const FAMILY_AND_ADDRESS = /\b(?:inet6?)\s+(\S+?)(?:\/(\d+))?(?=\s|$)/;
const HEAD = /^\d+:\s+([^\s:@]+)/;

/**
 * Reads `ip -o addr` or `ip addr` of iproute2 or BusyBox: the interface starts each line, or a block of indented lines.
 * Other lines are ignored.
 */
export function parseAddresses(text: string): InterfaceAddress[] {
  let current = '';
  return text.split('\n').flatMap((line) => {
    current = HEAD.exec(line)?.[1] ?? current;
    const [, address, prefix] = FAMILY_AND_ADDRESS.exec(line) ?? [];
    if (address === undefined || current === '' || !isAddress(address)) return [];
    const whole = isIpv6(address) ? 128 : 32;
    return [{ interface: current, address, prefix: prefix === undefined ? whole : Number(prefix) }];
  });
}

/** Reads `ip route`. Host routes, which are printed without a prefix length, get one. */
export function parseRoutes(text: string): Route[] {
  return text.split('\n').flatMap((line) => {
    const [destination = '', ...words] = line.trim().split(/\s+/);
    const device = wordAfter('dev', words);
    if (device === undefined) return [];
    const source = wordAfter('src', words);
    return [
      {
        destination: withPrefix(destination),
        interface: device,
        ...(source === undefined ? {} : { source }),
      },
    ];
  });
}

function wordAfter(word: string, words: readonly string[]): string | undefined {
  const index = words.indexOf(word);
  return index < 0 ? undefined : words[index + 1];
}

function withPrefix(destination: string): string {
  if (!isAddress(destination)) return destination;
  return `${destination}/${isIpv6(destination) ? 128 : 32}`;
}

export const NETWORKS_ANNOTATION = 'k8s.v1.cni.cncf.io/networks';
export const STATUS_ANNOTATION = 'k8s.v1.cni.cncf.io/network-status';

const statusSchema = z.array(
  z.object({
    name: z.string(),
    interface: z.string().default(''),
    ips: z.array(z.string()).default([]),
  }),
);

/** Reads the annotation that Multus writes. Undefined when it is missing or malformed. */
export function parseNetworkStatus(annotation: string | undefined): StatusEntry[] | undefined {
  if (annotation === undefined) return undefined;
  try {
    return statusSchema.parse(JSON.parse(annotation)).map((entry) => ({
      network: entry.name,
      interface: entry.interface,
      addresses: entry.ips,
    }));
  } catch {
    return undefined;
  }
}

/** The addresses on secondary networks of all running pods outside the namespace `except`. Pure. */
export function neighboursAmong(pods: readonly V1Pod[], except: string): Neighbour[] {
  return pods.filter((pod) => isNeighbour(pod, except)).flatMap(addressesOf);
}

function isNeighbour({ metadata, status }: V1Pod, except: string): boolean {
  const ended = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return (
    !ended && metadata?.namespace !== except && NETWORKS_ANNOTATION in (metadata?.annotations ?? {})
  );
}

function addressesOf({ metadata, spec }: V1Pod): Neighbour[] {
  const status = parseNetworkStatus(metadata?.annotations?.[STATUS_ANNOTATION]) ?? [];
  return status
    .filter(({ interface: device }) => device !== 'eth0')
    .flatMap(({ network, interface: device, addresses }) =>
      addresses.map((address) => ({
        pod: `${metadata?.namespace}/${metadata?.name}`,
        ...(spec?.nodeName === undefined ? {} : { node: spec.nodeName }),
        network,
        interface: device,
        address,
      })),
    );
}
