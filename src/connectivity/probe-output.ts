import { parseAddresses, parseRoutes } from './ip-output.ts';
import type { Ping, Probe } from './observation.ts';
import { parseLargePing, parsePing } from './ping-output.ts';

/** What the probe script printed, or why it cannot be used. */
export type ParsedProbe = { readonly probe: Probe } | { readonly error: string };

const PING_LINE = /^@ping (\S+) (\S+) ?(.*)$/;
const LARGE_LINE = /^@large (\S+) (\S+) (\d+) (.*)$/;
const LONGEST_ERROR = 300;

/** Reads the output of the probe script. Output without its last line is of a script that did not finish. */
export function parseProbe(output: string): ParsedProbe {
  const lines = output.split(/\r?\n/);
  if (!lines.includes('@end')) {
    const tail = output.trim().slice(-LONGEST_ERROR);
    return {
      error: `the probe script did not finish${tail === '' ? '' : `; its last words: ${tail}`}`,
    };
  }
  const sections = readSections(lines);
  const section = (name: string) => sections.get(name) ?? [];
  const routes = section('routes');
  const addresses = parseAddresses(section('addresses').join('\n'));
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
      mtu: readMtu(section('mtu')),
      state: readWords(section('state')),
      pings: readPings(lines),
    },
  };
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
    const [, device, address, text = ''] = PING_LINE.exec(line) ?? [];
    if (device === undefined || address === undefined) return [];
    const ping = parsePing(device, address, text.slice(0, LONGEST_ERROR));
    const own = large.get(`${device} ${address}`);
    return [own === undefined ? ping : { ...ping, large: own }];
  });
}

function readSections(lines: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    if (/^@(ping|large) /.test(line)) continue;
    if (line.startsWith('@')) {
      current = [];
      sections.set(line.slice(1).trim(), current);
    } else {
      current.push(line);
    }
  }
  return sections;
}

function readMtu(lines: readonly string[]): Record<string, number> {
  const entries = Object.entries(readWords(lines)).filter(([, bytes]) => /^\d+$/.test(bytes));
  return Object.fromEntries(entries.map(([name, bytes]) => [name, Number(bytes)]));
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
