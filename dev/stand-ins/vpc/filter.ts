import { type Ec2State, exists, type NetworkInterface, subnetOf } from './ec2-state.ts';
import { type Family, IPV4, IPV6 } from './families.ts';
import { tapOf } from './plan.ts';
import { reachesService } from './reach.ts';
import type { SubnetRoute } from './route-tables.ts';
import { matchesOf, membersOf, type SecurityGroup } from './security-groups.ts';

/** The address of the instance metadata service, the same in every VPC. */
export const METADATA_ADDRESS = '169.254.169.254';
/** The port, on that address, that stands for EC2's API: a node that has no way there gets no answer. */
const EC2_PORT = 5010;

/**
 * The nftables ruleset that lets through what a VPC lets through, and drops the rest without a word: packets that an
 * interface sends from an address that is not its own (unless its SourceDestCheck is off), those for which the route
 * table of its subnet has no way, and those that no security group allows at both ends. Replaces the
 * ruleset before it as a whole. Security groups keep state: answers pass, but route tables do not, so answers need a way of
 * their own. Answers of the metadata service travel as many hops as the instance allows.
 *
 * @param families those that the kernel has
 */
export function filterOf(state: Ec2State, families: readonly Family[] = [IPV4, IPV6]): string {
  const alive = new Set(state.instances.filter(exists).map(({ id }) => id));
  const attached = state.networkInterfaces.filter(
    ({ attachment }) => attachment !== undefined && alive.has(attachment.instanceId),
  );
  // The interfaces of the control plane: their addresses belong to this machine itself.
  const others = state.networkInterfaces.filter(({ attachment }) => attachment === undefined);
  const parts = { state, attached, others };
  const tables = { ip: () => ipv4Table(parts), ip6: () => ipv6Table(parts) };
  return [
    ...families.flatMap((family) => [
      `table ${family.table} vpc`,
      `delete table ${family.table} vpc`,
      table(`${family.table} vpc`, tables[family.table]()),
    ]),
    'table arp vpc',
    'delete table arp vpc',
    table('arp vpc', [subnetsOnly(state, attached)]),
  ].join('\n');
}

interface Parts {
  readonly state: Ec2State;
  readonly attached: readonly NetworkInterface[];
  readonly others: readonly NetworkInterface[];
}

function ipv4Table({ state, attached, others }: Parts): readonly string[] {
  return [
    ...sourceCheck(attached, IPV4),
    ...groupsAndWays(state, attached, IPV4),
    ...others.map(into),
    chain('deliver', '', [
      ...delivered(attached),
      ...others.map(({ id, addresses: [to] }) => `ip daddr ${to} jump ${chainOf('into', id)}`),
      'drop',
    ]),
    forward(state, attached),
    // What has an interface of EC2 but is on this machine itself: the control plane.
    chain('output', 'type filter hook output priority filter; policy accept;', [
      ...others.map((eni) => `ip saddr ${eni.addresses[0]} oifname "t*" ${way(state, eni)}`),
    ]),
    chain('input', 'type filter hook input priority filter; policy accept;', [
      ...attached
        .filter((eni) => !reachesService(state, eni, 'ec2'))
        .map(({ id }) => `iifname "${tapOf(id)}" tcp dport ${EC2_PORT} drop`),
      `ip daddr ${METADATA_ADDRESS} accept`,
      ...attached.map((eni) => `iifname "${tapOf(eni.id)}" ${way(state, eni)}`),
      'ct state established,related accept',
      ...attached.map(({ id }) => `iifname "${tapOf(id)}" jump ${chainOf('out', id)}`),
      `iifname "${tapOf('eni-*')}" drop`,
    ]),
    metadataHops(state, attached),
  ];
}

/** IPv6 between interfaces only. What the VPC itself says in it comes from the program beside this file. */
function ipv6Table({ state, attached }: Parts): readonly string[] {
  return [
    ...sourceCheck(attached, IPV6),
    ...groupsAndWays(state, attached, IPV6),
    chain('deliver', '', [...delivered(attached), 'drop']),
    forward(state, attached),
    chain('input', 'type filter hook input priority filter; policy accept;', [
      `iifname "${tapOf('eni-*')}" drop`,
    ]),
  ];
}

function groupsAndWays(
  state: Ec2State,
  attached: readonly NetworkInterface[],
  family: Family,
): readonly string[] {
  return [
    ...state.securityGroups.flatMap((group) => groupChains(state, group, family)),
    ...[...state.routes].map(([id, routes]) =>
      chain(chainOf('way', id), '', waysOf(routes, family)),
    ),
    ...attached.map(outOf),
    ...attached.map(into),
  ];
}

function delivered(attached: readonly NetworkInterface[]): readonly string[] {
  return attached.map(({ id }) => `oifname "${tapOf(id)}" jump ${chainOf('into', id)}`);
}

function forward(state: Ec2State, attached: readonly NetworkInterface[]): string {
  return chain('forward', 'type filter hook forward priority filter; policy drop;', [
    ...attached.map((eni) => `iifname "${tapOf(eni.id)}" ${way(state, eni)}`),
    'ct state established,related accept',
    ...attached.map(({ id }) => `iifname "${tapOf(id)}" jump ${chainOf('out', id)}`),
  ]);
}

function sourceCheck(
  attached: readonly NetworkInterface[],
  { table: header, addressType, ownOf }: Family,
): readonly string[] {
  const own = attached.flatMap((eni) =>
    ownOf(eni).map((address) => `"${tapOf(eni.id)}" . ${address}`),
  );
  const free = attached.filter(({ sourceDestCheck }) => !sourceDestCheck);
  return [
    set('own', `ifname . ${addressType}; flags interval`, own),
    chain('source', 'type filter hook prerouting priority raw; policy accept;', [
      `iifname . ${header} saddr @own accept`,
      ...free.map(({ id }) => `iifname "${tapOf(id)}" accept`),
      `iifname "${tapOf('eni-*')}" drop`,
    ]),
  ];
}

function groupChains(
  state: Ec2State,
  { id, ingress, egress }: SecurityGroup,
  family: Family,
): readonly string[] {
  const members = state.networkInterfaces.filter(({ securityGroups }) =>
    securityGroups.some((group) => group.id === id),
  );
  const known = new Set(state.securityGroups.map((group) => group.id));
  const lines = (rules: typeof ingress, side: 'saddr' | 'daddr', verdict: string) =>
    rules
      .map((rule) => ({ ...rule, groups: rule.groups.filter((group) => known.has(group)) }))
      .flatMap((rule) => matchesOf(rule, side, family))
      .map((match) => `${match} ${verdict}`);
  return [
    set(
      membersOf(id),
      `${family.addressType}; flags interval; auto-merge`,
      members.flatMap(family.ownOf),
    ),
    chain(chainOf('ingress', id), '', lines(ingress, 'saddr', 'accept')),
    chain(chainOf('egress', id), '', lines(egress, 'daddr', 'goto deliver')),
  ];
}

/** Lets pass what the route table of an interface's subnet has a way for. */
function way({ routes }: Ec2State, { subnetId }: NetworkInterface): string {
  return routes.has(subnetId) ? `jump ${chainOf('way', subnetId)}` : 'drop';
}

function waysOf(routes: readonly SubnetRoute[], { table: header, has }: Family): readonly string[] {
  const ofFamily = routes.filter(({ destination }) => has(destination));
  return [
    ...ofFamily.flatMap(({ destination, reaches }) => [
      ...reaches.map((range) => `${header} daddr ${destination} ${header} daddr ${range} return`),
      `${header} daddr ${destination} drop`,
    ]),
    'drop',
  ];
}

function outOf(eni: NetworkInterface): string {
  return chain(
    chainOf('out', eni.id),
    '',
    eni.securityGroups.map(({ id }) => `jump ${chainOf('egress', id)}`),
  );
}

function into({ id, securityGroups }: NetworkInterface): string {
  return chain(
    chainOf('into', id),
    '',
    securityGroups.map((group) => `jump ${chainOf('ingress', group.id)}`),
  );
}

/** EC2 limits the hops of answers to PUT requests, which hand out tokens. Here it limits all answers. */
function metadataHops(state: Ec2State, attached: readonly NetworkInterface[]): string {
  const limits = new Map(state.instances.map((one) => [one.id, one.metadataHopLimit]));
  return chain(
    'metadata_hops',
    'type filter hook output priority mangle; policy accept;',
    attached.map(({ id, attachment }) => {
      const hops = limits.get(attachment?.instanceId ?? '') ?? 1;
      return `ip saddr ${METADATA_ADDRESS} oifname "${tapOf(id)}" ip ttl set ${hops}`;
    }),
  );
}

/**
 * Only what is in the subnet, and the metadata service, is asked for by ARP; what is outside goes through the subnet's
 * router.
 */
function subnetsOnly(state: Ec2State, attached: readonly NetworkInterface[]): string {
  return chain(
    'input',
    'type filter hook input priority filter; policy accept;',
    attached.map((eni) => {
      const { cidr } = subnetOf(state, eni);
      return `iifname "${tapOf(eni.id)}" arp daddr ip != { ${cidr}, ${METADATA_ADDRESS} } drop`;
    }),
  );
}

function chainOf(what: string, id: string): string {
  return `${what}_${id.replaceAll('-', '_')}`;
}

function set(name: string, type: string, elements: readonly string[]): string {
  const unique = [...new Set(elements)];
  const listed = unique.length === 0 ? '' : ` elements = { ${unique.join(', ')} };`;
  return `  set ${name} { type ${type};${listed} }`;
}

function chain(name: string, hook: string, rules: readonly string[]): string {
  const lines = [hook, ...rules].filter((line) => line !== '').map((line) => `    ${line}`);
  return [`  chain ${name} {`, ...lines, '  }'].join('\n');
}

function table(name: string, parts: readonly string[]): string {
  return [`table ${name} {`, ...parts, '}'].join('\n');
}
