import { z } from 'zod';
import { type AddressRange, canonicalNetwork, hostRange, isNetwork } from '../core/ip.ts';
import {
  type Attachment,
  NETWORK_LABEL,
  type NetworkAttachmentDefinition,
  type Pool,
  RESOURCE_ANNOTATION,
  type Route,
} from './attachment.ts';

/** What a CNI configuration says about its network. */
export interface CniNetwork {
  /** The plugin that makes the interface. */
  readonly type: string;
  readonly mode: string | undefined;
  /** The node's interface that the network uses. */
  readonly master: string | undefined;
  /** The bridge on each node; only with type bridge. */
  readonly bridge: string | undefined;
  /** The plugins that run after the first one, such as `tuning`. */
  readonly chained: readonly string[];
  /** `none` when pods get no address. */
  readonly ipam: string;
  /** What the IPAM allocates from, or why that cannot be read. Empty unless the IPAM is host-local or whereabouts. */
  readonly pools: readonly Pool[] | { readonly unreadable: string };
  /** The addresses (with prefix length) that every pod gets; only with IPAM static. */
  readonly addresses: readonly string[];
  /** True when pods may ask for an address in their annotation. */
  readonly addressPerPod: boolean;
  readonly routes: readonly Route[];
  readonly otherZones: boolean;
  /** The MTU that pods get, by the plugin or by `tuning`; undefined for that of the node's interface. */
  readonly mtu: number | undefined;
}

/** A definition without a configuration: each node has a file for the network. */
export const ON_NODES = 'on nodes';

/**
 * Reads the CNI configuration in a NetworkAttachmentDefinition. This is the only reader; it knows every IPAM that
 * the pack can write (host-local, whereabouts, static, eni-prefix, none). Of any other IPAM it gives the name. Pure.
 */
export function readCniConfig(
  config: string | undefined,
): CniNetwork | typeof ON_NODES | { readonly unreadable: string } {
  const text = config?.trim() ?? '';
  if (text === '') return ON_NODES;
  const json = parseJson(text);
  if (json instanceof Error) {
    return { unreadable: `JSON: a CNI configuration (${jsonProblem(text, json)})` };
  }
  if (typeof json !== 'object' || json === null) return { unreadable: 'JSON: a CNI configuration' };
  const result = ('plugins' in json ? chainSchema : singleSchema).safeParse(json);
  if (!result.success) return { unreadable: problemOf(result.error) };
  const [plugin, ...chained] = result.data;
  const { type, mode, ipam } = plugin;
  return {
    type,
    mode,
    master: plugin.master ?? plugin.device ?? ipam?.interface,
    bridge: type === 'bridge' ? (plugin.bridge ?? 'cni0') : undefined,
    chained: chained.map((one) => one.type),
    ipam: ipam?.type ?? 'none',
    pools: poolsOf(ipam),
    addresses: ipam?.type === 'static' ? (ipam.addresses ?? []).map(({ address }) => address) : [],
    addressPerPod: plugin.capabilities?.ips ?? false,
    routes: [...(ipam?.routes ?? []), ...(ipam?.defaultRoute === true ? EVERYWHERE : [])],
    otherZones: ipam?.otherZones ?? false,
    mtu: chained.find((one) => one.mtu !== undefined)?.mtu ?? plugin.mtu,
  };
}

/** What a definition says about its network, or in words why its configuration cannot be read. Pure. */
export function readAttachment(
  definition: NetworkAttachmentDefinition,
  podsPerNode?: number,
): Attachment | string {
  const { name = '', namespace = '', labels, annotations } = definition.metadata ?? {};
  const number = labels?.[NETWORK_LABEL];
  const known = {
    name,
    namespace,
    network: number === undefined ? undefined : Number(number),
    resourceName: annotations?.[RESOURCE_ANNOTATION],
    podsPerNode,
    written: true,
    definition,
  };
  const read = readCniConfig(definition.spec?.config);
  if (read === ON_NODES) return { ...known, ...CONFIGURED_ON_NODES };
  if ('unreadable' in read) return read.unreadable;
  const { type, mode, master, bridge, chained, ipam, pools, routes, otherZones } = read;
  if ('unreadable' in pools) return pools.unreadable;
  return { ...known, type, mode, master, bridge, chained, ipam, pools, routes, otherZones };
}

const CONFIGURED_ON_NODES = {
  type: undefined,
  mode: undefined,
  master: undefined,
  bridge: undefined,
  chained: [],
  ipam: 'of the node',
  pools: [],
  routes: [],
  otherZones: false,
  mtu: undefined,
} as const;

/** What eni-prefix adds for `defaultRoute`: two routes, so that each is more specific than the pod's own default route. */
const EVERYWHERE: readonly Route[] = [{ dst: '0.0.0.0/1' }, { dst: '128.0.0.0/1' }];

const text = z.string().optional();

const ipamSchema = z.looseObject({
  type: text,
  interface: text,
  gateway: text,
  otherZones: z.boolean().optional(),
  defaultRoute: z.boolean().optional(),
  addresses: z.array(z.object({ address: z.string() })).optional(),
  routes: z.array(z.object({ dst: z.string(), gw: text })).optional(),
});
const pluginSchema = z.object({
  type: z.string({ error: 'a field "type", the name of the CNI plugin' }),
  mode: text,
  master: text,
  /** Only host-device has it. */
  device: text,
  bridge: text,
  /** What is wrong with it is said elsewhere. */
  mtu: z.number().optional().catch(undefined),
  capabilities: z.object({ ips: z.boolean().optional() }).optional(),
  ipam: ipamSchema.optional(),
});
const singleSchema = pluginSchema.transform((plugin): PluginChain => [plugin]);
const chainSchema = z
  .object({
    plugins: z
      .array(z.unknown())
      .min(1, 'at least one plugin')
      .pipe(z.tuple([pluginSchema], pluginSchema)),
  })
  .transform(({ plugins }): PluginChain => plugins);

type Plugin = z.output<typeof pluginSchema>;
type PluginChain = readonly [Plugin, ...Plugin[]];
type Ipam = z.output<typeof ipamSchema>;

function poolsOf(ipam: Ipam | undefined): CniNetwork['pools'] {
  if (ipam?.type === 'host-local') return hostLocalPools(ipam);
  if (ipam?.type === 'whereabouts') return whereaboutsPools(ipam);
  return [];
}

const hostLocalPool = z.object({
  subnet: z.string(),
  rangeStart: text,
  rangeEnd: text,
  gateway: text,
});

/** The plugin takes one range in `ipam` itself, sets of ranges in `ranges`, or both. */
function hostLocalPools(ipam: Ipam): CniNetwork['pools'] {
  const { ranges } = ipam;
  const sets = Array.isArray(ranges) ? ranges.flat() : ranges === undefined ? [] : [ranges];
  const own = 'subnet' in ipam || sets.length === 0 ? [ipam] : [];
  const result = z.array(hostLocalPool).safeParse([...own, ...sets]);
  if (!result.success) return { unreadable: `ipam: ${problemOf(result.error)}` };
  return result.data.map(({ subnet, rangeStart, rangeEnd, gateway }) => ({
    subnet,
    range: rangeOf(subnet, rangeStart, rangeEnd),
    exclude: [],
    gateway,
  }));
}

const whereaboutsPool = z.object({
  range: z.string(),
  range_start: text,
  range_end: text,
  exclude: z.array(z.string()).optional(),
});

/** The plugin takes one range in `ipam` itself, a list in `ipRanges`, or both; each may exclude networks. */
function whereaboutsPools(ipam: Ipam): CniNetwork['pools'] {
  const { ipRanges } = ipam;
  const list = Array.isArray(ipRanges) ? ipRanges : [];
  const own = 'range' in ipam || list.length === 0 ? [ipam] : [];
  const result = z.array(whereaboutsPool).safeParse([...own, ...list]);
  if (!result.success) return { unreadable: `ipam: ${problemOf(result.error)}` };
  return result.data.map(({ range, range_start, range_end, exclude = [] }) => {
    const [, first, last, length] = /^(\S+?)-(\S+)\/(\d+)$/.exec(range) ?? [];
    // An address inside the network stands for the network.
    const written = first === undefined ? range : `${first}/${length}`;
    const subnet = isNetwork(written) ? canonicalNetwork(written) : written;
    const ends = rangeOf(subnet, range_start ?? first, range_end ?? last);
    return { subnet, range: ends, exclude, gateway: ipam.gateway };
  });
}

/** A missing end is that of the subnet. */
function rangeOf(subnet: string, first?: string, last?: string): AddressRange | undefined {
  if (first === undefined && last === undefined) return undefined;
  const whole = isNetwork(subnet) ? hostRange(subnet) : { first: '', last: '' };
  return { first: first ?? whole.first, last: last ?? whole.last };
}

function problemOf(error: z.ZodError): string {
  const [issue] = error.issues;
  const place = issue?.path.length ? `${issue.path.join('.')}: ` : '';
  return `${place}${issue?.message ?? 'a CNI configuration'}`;
}

/** The value of a JSON text, or the error of the parser. */
function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (error) {
    return error;
  }
}

/** Where JSON breaks, and how: Node's messages repeat a part of the text, and some have no place. */
function jsonProblem(text: string, { message }: Error): string {
  const what = message.replace(/ in JSON.*$|, ".*$|, \.\.\..*$/s, '');
  const [, position] = /at position (\d+)/.exec(message) ?? [];
  if (position === undefined && !message.includes('end of JSON')) return what;
  const before = text.slice(0, position === undefined ? text.length : Number(position)).split('\n');
  const [last = ''] = before.slice(-1);
  return `${what}, line ${before.length}, column ${last.length + 1}`;
}
