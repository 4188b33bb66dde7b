import { parseAddresses, parseRoutes } from './ip-output.ts';
import type { Probe } from './observation.ts';
import { parsePing } from './ping-output.ts';

/** What the probe script printed, or why it cannot be used. */
export type ParsedProbe = { readonly probe: Probe } | { readonly error: string };

const PING_LINE = /^@ping (\S+) (\S+) ?(.*)$/;
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
      pings: lines.flatMap((line) => {
        const [, device, address, text] = PING_LINE.exec(line) ?? [];
        return device === undefined || address === undefined
          ? []
          : [parsePing(device, address, (text ?? '').slice(0, LONGEST_ERROR))];
      }),
    },
  };
}

function readSections(lines: readonly string[]): Map<string, string[]> {
  const sections = new Map<string, string[]>();
  let current: string[] = [];
  for (const line of lines) {
    if (line.startsWith('@ping ')) continue;
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
  return Object.fromEntries(
    lines.flatMap((line) => {
      const [, name, bytes] = /^(\S+) (\d+)$/.exec(line) ?? [];
      return name === undefined ? [] : [[name, Number(bytes)] as const];
    }),
  );
}
