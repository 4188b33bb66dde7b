import { z } from 'zod';
import {
  type AddressRange,
  canonicalNetwork,
  hostRange,
  isAddress,
  isNetwork,
} from '../../core/ip.ts';

/** A NetworkAttachmentDefinition, as far as it matters to what a pod on it should look like. */
export interface ProbeNetwork {
  readonly namespace: string;
  readonly name: string;
  /** `namespace/name`, as it stands in network-status. */
  readonly id: string;
  /** CNI type, mode and master, for people: `ipvlan l3 on eth1`. */
  readonly kind: string;
  /** The node's interface that it is on, such as `eth1`; absent when its configuration does not say. */
  readonly master?: string;
  readonly expected: ExpectedAddresses;
}

/** Which addresses a network's own configuration promises, or why it does not say. */
export type ExpectedAddresses =
  | {
      readonly known: true;
      readonly subnets: readonly string[];
      readonly ranges: readonly AddressRange[];
    }
  | {
      readonly known: false;
      readonly reason: string;
      /** True when each node gives out addresses of its own interface. */
      readonly byNode?: boolean;
    };

/** The parts of the Kubernetes object that are read here. */
export interface AttachmentDefinition {
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec?: { readonly config?: string };
}

const network = z.string().refine(isNetwork);
const address = z.string().refine(isAddress);
const rangeSchema = z.object({
  subnet: network,
  rangeStart: address.optional(),
  rangeEnd: address.optional(),
});
const hostLocalSchema = rangeSchema
  .transform((range) => ({ ranges: [[range]] }))
  .or(z.object({ ranges: z.array(z.array(rangeSchema)).min(1) }));
const pluginSchema = z.object({
  type: z.string(),
  mode: z.string().optional(),
  master: z.string().optional(),
  /** Of host-device. */
  device: z.string().optional(),
  ipam: z.looseObject({ type: z.string().optional(), interface: z.string().optional() }).optional(),
});
const configSchema = z
  .object({ plugins: z.array(pluginSchema).min(1) })
  .transform(({ plugins }) => plugins[0])
  .or(pluginSchema);

/** Reads a NetworkAttachmentDefinition. A configuration that cannot be read is "not known", with the reason. */
export function probeNetwork(definition: AttachmentDefinition): ProbeNetwork {
  const { name, namespace } = definition.metadata;
  const identity = { name, namespace, id: `${namespace}/${name}` };
  const text = definition.spec?.config ?? '';
  if (text.trim() === '') {
    const reason =
      "each node's own CNI file gives the addresses (the network has no configuration)";
    return { ...identity, kind: 'configured on each node', expected: { known: false, reason } };
  }
  const plugin = configSchema.safeParse(parseJson(text)).data;
  if (plugin === undefined) {
    const reason = 'its configuration is not a CNI configuration';
    return { ...identity, kind: 'not readable', expected: { known: false, reason } };
  }
  const master = plugin.master ?? plugin.device ?? plugin.ipam?.interface;
  return {
    ...identity,
    kind: describePlugin(plugin),
    ...(master === undefined ? {} : { master }),
    expected: expectedAddresses(plugin.ipam),
  };
}

function describePlugin(plugin: z.infer<typeof pluginSchema>): string {
  const mode = plugin.mode === undefined ? '' : ` ${plugin.mode}`;
  const master = plugin.master === undefined ? '' : ` on ${plugin.master}`;
  return `${plugin.type}${mode}${master}`;
}

function expectedAddresses(ipam: z.infer<typeof pluginSchema>['ipam']): ExpectedAddresses {
  if (ipam?.type === 'eni-prefix') {
    return {
      known: false,
      reason:
        'each node gives out the prefixes of its own interface, and AWS was not asked for them',
      byNode: true,
    };
  }
  if (ipam?.type !== 'host-local') {
    const given = ipam?.type === undefined ? 'no IPAM' : `IPAM ${ipam.type}`;
    return { known: false, reason: `its ranges are not read from ${given}` };
  }
  const parsed = hostLocalSchema.safeParse(ipam);
  if (!parsed.success) return { known: false, reason: 'its host-local ranges are not readable' };
  const ranges = parsed.data.ranges.flat();
  return {
    known: true,
    subnets: ranges.map((range) => canonicalNetwork(range.subnet)),
    ranges: ranges.map(({ subnet, rangeStart, rangeEnd }) => {
      const whole = hostRange(subnet);
      return { first: rangeStart ?? whole.first, last: rangeEnd ?? whole.last };
    }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
