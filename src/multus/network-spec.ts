import { z } from 'zod';

export const MODES = ['l2', 'l3', 'l3s'] as const;
export const IPAMS = ['eni-prefix', 'host-local', 'static'] as const;
export type Mode = (typeof MODES)[number];
export type Ipam = (typeof IPAMS)[number];

const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const label = field(LABEL, 'a DNS label: lower case letters, digits and -, at most 63 characters');
const address = field(/^\S+$/, 'an IPv4 address');

const routeSchema = z.strictObject({
  dst: field(/^\S+$/, 'an IPv4 network such as 10.20.0.0/16'),
  gw: address.optional(),
});

/** One network as a user writes it; see `actions/configure-multus/README.md`. */
export const networkSpecSchema = z.strictObject({
  name: label,
  namespace: label.optional(),
  /** 1 for eth1, 2 for eth2, … */
  network: z.number({ error: 'a number: 1 for eth1, 2 for eth2' }).int().min(1).max(15).optional(),
  master: field(/^[\w.-]{1,15}$/, 'the name of an interface on the nodes, such as eth1').optional(),
  type: z.enum(['ipvlan'], { error: 'ipvlan' }).default('ipvlan'),
  mode: z.enum(MODES, { error: `one of ${MODES.join(', ')}` }).default('l3'),
  ipam: z.enum(IPAMS, { error: `one of ${IPAMS.join(', ')}` }).default('eni-prefix'),
  subnet: field(/^\S+$/, 'an IPv4 network such as 10.0.4.0/24').optional(),
  range: field(/^\S+?\s*-\s*\S+$/, 'two IPv4 addresses, such as 10.0.4.70-10.0.4.80').optional(),
  gateway: address.optional(),
  mtu: z.number({ error: 'a number of bytes' }).int().min(576).max(9001).optional(),
  routes: z.array(routeSchema, { error: 'a list of {dst, gw}' }).optional(),
});

export const networkSpecsSchema = z
  .array(networkSpecSchema, { error: 'a YAML list of networks' })
  .min(1, 'at least one network');

export type NetworkSpec = z.output<typeof networkSpecSchema>;

/** Something wrong with the list of networks; `place` names the network and the field. */
export interface NetworkProblem {
  readonly place: string;
  readonly value: string;
  readonly allowed: string;
}

/** YAML may give a number where text is meant, so the words are those of the field, not of its type. */
function field(pattern: RegExp, allowed: string) {
  return z.string({ error: allowed }).regex(pattern, allowed);
}
