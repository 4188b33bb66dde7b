import { z } from 'zod';
import {
  type AddressRange,
  formatAddress,
  lastAddress,
  parseAddress,
  parseCidr,
} from '../core/ip.ts';

import {
  type Attachment,
  NETWORK_LABEL,
  type NetworkAttachmentDefinition,
  type Pool,
  RESOURCE_ANNOTATION,
} from './attachment.ts';

const text = z.string().optional();
const hostLocalPool = z.object({
  subnet: z.string(),
  rangeStart: text,
  rangeEnd: text,
  gateway: text,
});
const whereaboutsPool = z.object({ range: z.string(), range_start: text, range_end: text });
const routes = z.array(z.object({ dst: z.string(), gw: text }));

const ipamSchema = z.looseObject({
  type: text,
  interface: text,
  gateway: text,
  otherZones: z.boolean().optional(),
  exclude: z.array(z.string()).optional(),
  routes: routes.optional(),
});
const pluginSchema = z.looseObject({
  type: z.string({ error: 'a field "type", the name of the CNI plugin' }),
  mode: text,
  master: text,
  device: text,
  bridge: text,
  ipam: ipamSchema.optional(),
});
const chainSchema = z.object({
  plugins: z.array(pluginSchema).min(1, 'at least one plugin'),
});

type Plugin = z.output<typeof pluginSchema>;
type Ipam = z.output<typeof ipamSchema>;

/** What a definition says of its network, or in words why its configuration cannot be read. Pure. */
export function readAttachment(
  definition: NetworkAttachmentDefinition,
  podsPerNode?: number,
): Attachment | string {
  const config = definition.spec?.config?.trim() ?? '';
  const plugins = config === '' ? [] : readPlugins(config);
  if (typeof plugins === 'string') return plugins;
  const [plugin, ...chained] = plugins;
  const ipam = plugin?.ipam;
  const { name = '', namespace = '', labels, annotations } = definition.metadata ?? {};
  const number = labels?.[NETWORK_LABEL];
  const pools = poolsOf(ipam);
  if (typeof pools === 'string') return pools;
  return {
    ...{ name, namespace, definition, podsPerNode, pools },
    network: number === undefined ? undefined : Number(number),
    type: plugin?.type,
    mode: plugin?.mode,
    master: plugin?.master ?? plugin?.device ?? ipam?.interface,
    bridge: plugin?.type === 'bridge' ? (plugin.bridge ?? 'cni0') : undefined,
    resourceName: annotations?.[RESOURCE_ANNOTATION],
    ipam: plugin === undefined ? 'of the node' : (ipam?.type ?? 'none'),
    exclude: ipam?.exclude ?? [],
    routes: ipam?.routes ?? [],
    otherZones: ipam?.otherZones ?? false,
    chained: chained.map(({ type }) => type),
  };
}

function readPlugins(config: string): readonly Plugin[] | string {
  const json = parseJson(config);
  if (typeof json !== 'object' || json === null) return 'JSON: a CNI configuration';
  const result = 'plugins' in json ? chainSchema.safeParse(json) : pluginSchema.safeParse(json);
  if (!result.success) return problemOf(result.error);
  return 'plugins' in result.data && 'plugins' in json
    ? (result.data.plugins as readonly Plugin[])
    : [result.data as Plugin];
}

function poolsOf(ipam: Ipam | undefined): readonly Pool[] | string {
  if (ipam?.type === 'whereabouts') return whereaboutsPools(ipam);
  if (ipam?.type !== 'host-local') return [];
  const many = ipam['ranges'];
  const list = many === undefined ? [ipam] : Array.isArray(many) ? many.flat() : [many];
  const result = z.array(hostLocalPool).safeParse(list);
  if (!result.success) return `ipam: ${problemOf(result.error)}`;
  return result.data.map(({ subnet, rangeStart, rangeEnd, gateway }) => ({
    ...{ subnet, gateway },
    range: rangeOf(subnet, rangeStart, rangeEnd),
  }));
}

function whereaboutsPools(ipam: Ipam): readonly Pool[] | string {
  const result = z.array(whereaboutsPool).safeParse(ipam['ipRanges'] ?? [ipam]);
  if (!result.success) return `ipam: ${problemOf(result.error)}`;
  return result.data.map(({ range, range_start, range_end }) => {
    const [, first, last, length] = /^(\S+?)-(\S+)\/(\d+)$/.exec(range) ?? [];
    const subnet = maskedNetwork(first === undefined ? range : `${first}/${length}`);
    const ends = rangeOf(subnet, range_start ?? first, range_end ?? last);
    return { subnet, range: ends, gateway: ipam.gateway };
  });
}

/** whereabouts takes an address of the network for the network. */
function maskedNetwork(text: string): string {
  const [address = '', length = ''] = text.split('/');
  const number = parseAddress(address);
  const size = 2 ** (32 - Number(length));
  if (number === undefined || !Number.isInteger(size)) return text;
  return `${formatAddress(number - (number % size))}/${length}`;
}

/** An end that is left out is that of the subnet. */
function rangeOf(subnet: string, first?: string, last?: string): AddressRange | undefined {
  if (first === undefined && last === undefined) return undefined;
  const cidr = parseCidr(subnet);
  if (cidr === undefined) return { first: first ?? '', last: last ?? '' };
  return {
    first: first ?? formatAddress(cidr.base + 1),
    last: last ?? formatAddress(lastAddress(cidr) - 1),
  };
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  return `${place}${issue?.message ?? 'a CNI configuration'}`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
