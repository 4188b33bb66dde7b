import type { IpPermission, SecurityGroup as SdkGroup } from '@aws-sdk/client-ec2';
import { type Family, IPV4 } from './families.ts';

/** The traffic that one rule of a security group allows. Leaves out prefix lists. */
export interface Rule {
  /** -1 for all, a name (tcp, udp, icmp, icmpv6) or an IANA number. */
  readonly protocol: string;
  /** Ports, or type and code of ICMP; undefined or -1 for all. */
  readonly from?: number;
  readonly to?: number;
  readonly cidrs: readonly string[];
  readonly ipv6Cidrs?: readonly string[];
  /** Ids of security groups. Each stands for the addresses of its interfaces. */
  readonly groups: readonly string[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly ingress: readonly Rule[];
  readonly egress: readonly Rule[];
}

export function toSecurityGroup(sdk: SdkGroup): SecurityGroup {
  return {
    id: sdk.GroupId ?? '',
    ingress: (sdk.IpPermissions ?? []).map(toRule),
    egress: (sdk.IpPermissionsEgress ?? []).map(toRule),
  };
}

function toRule({ IpProtocol, FromPort, ToPort, ...peers }: IpPermission): Rule {
  return {
    protocol: IpProtocol ?? '-1',
    ...(FromPort === undefined ? {} : { from: FromPort }),
    ...(ToPort === undefined ? {} : { to: ToPort }),
    cidrs: (peers.IpRanges ?? []).flatMap(({ CidrIp }) => CidrIp ?? []),
    ipv6Cidrs: (peers.Ipv6Ranges ?? []).flatMap(({ CidrIpv6 }) => CidrIpv6 ?? []),
    groups: (peers.UserIdGroupPairs ?? []).flatMap(({ GroupId }) => GroupId ?? []),
  };
}

/**
 * The nftables expressions for the traffic of one family that a rule allows, one per peer; none for a rule without
 * peers of that family.
 *
 * @param side the peer's address: `saddr` for ingress, `daddr` for egress
 */
export function matchesOf(
  rule: Rule,
  side: 'saddr' | 'daddr',
  { table, rangesOf }: Family = IPV4,
): readonly string[] {
  const peers = [...rangesOf(rule), ...rule.groups.map((id) => `@${membersOf(id)}`)];
  return peers.map((peer) => [`${table} ${side} ${peer}`, ...protocolMatch(rule)].join(' '));
}

/** The nftables set of the addresses of all interfaces that have a security group. */
export function membersOf(groupId: string): string {
  return `members_${groupId.replaceAll('-', '_')}`;
}

const WITH_PORTS = new Map([
  ['tcp', 'tcp'],
  ['6', 'tcp'],
  ['udp', 'udp'],
  ['17', 'udp'],
  ['sctp', 'sctp'],
  ['132', 'sctp'],
]);

const ICMP = new Map([
  ['icmp', 'icmp'],
  ['1', 'icmp'],
  ['icmpv6', 'icmpv6'],
  ['58', 'icmpv6'],
]);

function protocolMatch({ protocol, from = -1, to = -1 }: Rule): readonly string[] {
  if (protocol === '-1') return [];
  const ported = WITH_PORTS.get(protocol);
  if (ported !== undefined && from >= 0) return [`${ported} dport ${from}-${Math.max(from, to)}`];
  if (ported !== undefined) return [`meta l4proto ${ported}`];
  const icmp = ICMP.get(protocol);
  if (icmp === undefined) return [`meta l4proto ${protocol}`];
  // A packet of the other family never matches: its kind of ICMP has another number.
  if (from < 0) return [`meta l4proto ${icmp}`];
  return [`${icmp} type ${from}`, ...(to < 0 ? [] : [`${icmp} code ${to}`])];
}
