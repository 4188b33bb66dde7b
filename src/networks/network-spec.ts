import { z } from 'zod';
import type { InputProblem } from '../core/errors.ts';
import { DNS_LABEL } from '../kubernetes/namespace-field.ts';

export const TYPES = ['ipvlan', 'macvlan', 'host-device', 'bridge', 'sriov'] as const;
export const MODES = {
  ipvlan: ['l3', 'l2', 'l3s'],
  macvlan: ['bridge', 'private', 'vepa', 'passthru'],
} as const;
export const IPAMS = ['eni-prefix', 'host-local', 'static', 'whereabouts', 'none'] as const;
export type NetworkType = (typeof TYPES)[number];
export type Ipam = (typeof IPAMS)[number];

const label = field(
  new RegExp(`^${DNS_LABEL}$`),
  'a DNS label: lower-case letters, digits and -, at most 63 characters',
);
const address = field(/^\S+$/, 'an IPv4 address');
const network = field(/^\S+$/, 'an IPv4 network such as 10.0.4.0/24');
const interfaceName = field(
  /^[\w.-]{1,15}$/,
  'the name of an interface on the nodes, such as eth1',
);
const bytes = z.number({ error: 'a number of bytes' }).int('a number of bytes');
const mtu = bytes.min(576, 'at least 576 bytes').max(9001, 'at most 9001 bytes, the most in a VPC');
const flag = z.boolean({ error: 'true or false' });

const routeSchema = z.strictObject({
  dst: field(/^\S+$/, 'an IPv4 network such as 10.20.0.0/16'),
  gw: address.optional(),
});

/** Settings of the interface inside the pod, which the CNI plugin `tuning` makes after the network's own plugin. */
const tuningSchema = z.strictObject({
  sysctl: z
    .record(z.string(), z.union([z.string(), z.number()]).transform(String), {
      error: 'names and values, such as net.ipv4.conf.IFNAME.arp_filter: 1',
    })
    .optional(),
  mac: field(/^([0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2}$/, 'such as 02:00:00:00:00:01').optional(),
  mtu: mtu.optional(),
  promisc: flag.optional(),
  allmulti: flag.optional(),
});

/** One network in short form; see `actions/configure-multus/README.md`. */
const fields = {
  name: label,
  namespace: label.optional(),
  /** 1 for eth1, 2 for eth2, … */
  network: z
    .number({ error: 'a number: 1 for eth1, 2 for eth2' })
    .int('a number: 1 for eth1, 2 for eth2')
    .min(1, 'a number from 1 to 15: 1 for eth1')
    .max(15, 'a number from 1 to 15: 1 for eth1')
    .optional(),
  master: interfaceName.optional(),
  type: z.enum(TYPES, { error: `one of ${TYPES.join(', ')}` }).default('ipvlan'),
  mode: field(/^\S+$/, 'a mode of the type').optional(),
  ipam: z.enum(IPAMS, { error: `one of ${IPAMS.join(', ')}` }).default('eni-prefix'),
  subnet: network.optional(),
  range: field(/^\S+?\s*-\s*\S+$/, 'two IPv4 addresses, such as 10.0.4.70-10.0.4.80').optional(),
  exclude: z.array(network, { error: 'a list of IPv4 networks' }).optional(),
  gateway: address.optional(),
  routes: z.array(routeSchema, { error: 'a list of {dst, gw}' }).optional(),
  'other-zones': flag.optional(),
  /** Everything but what is the cluster's goes through the network. */
  'default-route': flag.optional(),
  /** Packets from an address of the network leave through it, whatever their destination. */
  'source-routing': flag.optional(),
  /** Whether pods may name their address in their annotation. */
  'pod-addresses': flag.optional(),
  mtu: mtu.optional(),
  bridge: interfaceName.optional(),
  'resource-name': field(
    /^[a-z0-9.-]+\/[\w.-]+$/,
    'a resource of a device plugin, such as intel.com/sriov_net',
  ).optional(),
  tuning: tuningSchema.optional(),
  'pods-per-node': z
    .number({ error: 'a number of pods' })
    .int('a number of pods')
    .min(1, 'at least 1')
    .optional(),
};

export const networkSpecSchema = z.strictObject(fields, {
  error: ({ code, keys }) =>
    code === 'unrecognized_keys'
      ? `no ${String(keys)}; a network has the fields ${Object.keys(fields).join(', ')}`
      : 'a network, such as { name: data, network: 1 }',
});

export type NetworkSpec = z.output<typeof networkSpecSchema>;

/** Complete definitions, as YAML text or already parsed. `origin` says where they come from, for messages. */
export interface RawItem {
  readonly origin: string;
  readonly raw: unknown;
  /** The input that named it; `networks` when not given. */
  readonly input?: 'networks-files';
}

/** An item of the list of networks: a network in short form, or `raw`. */
export type NetworkItem = NetworkSpec | RawItem;

const rawSchema = z.strictObject({
  raw: z.union([z.string(), z.record(z.string(), z.unknown())], {
    error: 'a NetworkAttachmentDefinition, or YAML text of one or more',
  }),
});

export const networkSpecsSchema = z
  .array(z.unknown(), { error: 'a YAML list of networks' })
  .min(1, 'at least one network')
  .transform((items, context): readonly NetworkItem[] =>
    items.flatMap((item, index) => {
      const raw = typeof item === 'object' && item !== null && 'raw' in item;
      const result = (raw ? rawSchema : networkSpecSchema).safeParse(item);
      for (const { path, message } of result.error?.issues ?? []) {
        context.addIssue({ code: 'custom', path: [index, ...path], message });
      }
      if (!result.success) return [];
      return 'raw' in result.data ? { ...result.data, origin: `${index}.raw` } : result.data;
    }),
  );

/** The same as people write it, for the published schema. */
export const networkListForm = z.array(z.union([networkSpecSchema, rawSchema])).min(1);

/** A problem in the list of networks; `place` names the network and the field. */
export interface NetworkProblem extends Omit<InputProblem, 'input'> {
  readonly place: string;
  /** The file that has the network, when the input networks-files named it. */
  readonly file?: string;
}

/** The same as a problem of the input that gave the network. */
export function asInputProblem({ place, value, allowed, file }: NetworkProblem): InputProblem {
  const input = file === undefined ? 'networks' : 'networks-files';
  return { input, value: value === '' ? (file ?? '') : value, allowed: `${place}: ${allowed}` };
}

/** The message names the field, not a type, because YAML may read a number where the user means text. */
function field(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(pattern, allowed);
}
