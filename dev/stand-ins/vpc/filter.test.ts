import { describe, expect, it } from 'vitest';
import { type Ec2State, EMPTY_STATE, type NetworkInterface } from './ec2-state.ts';
import { IPV4, IPV6 } from './families.ts';
import { filterOf } from './filter.ts';
import { localRoute, NO_CONNECTIONS, type SubnetRoute, subnetRoutes } from './route-tables.ts';
import { matchesOf, type Rule, toSecurityGroup } from './security-groups.ts';
import { runningInstance } from './testing/running-instance.ts';

const peers = { cidrs: ['10.0.0.0/16'], groups: ['sg-1'] };

describe('a rule of a security group', () => {
  it.each<[string, Omit<Rule, 'cidrs' | 'groups'>, string]>([
    ['all', { protocol: '-1' }, ''],
    ['a port', { protocol: 'tcp', from: 443, to: 443 }, ' tcp dport 443-443'],
    ['ports', { protocol: '17', from: 2123, to: 2152 }, ' udp dport 2123-2152'],
    ['SCTP by its number', { protocol: '132', from: 3868, to: 3868 }, ' sctp dport 3868-3868'],
    ['all ports', { protocol: 'udp', from: -1, to: -1 }, ' meta l4proto udp'],
    ['all of ICMP', { protocol: 'icmp', from: -1, to: -1 }, ' meta l4proto icmp'],
    ['a type of ICMP', { protocol: 'icmp', from: 8, to: -1 }, ' icmp type 8'],
    ['a code of ICMP', { protocol: '1', from: 3, to: 4 }, ' icmp type 3 icmp code 4'],
    ['another protocol', { protocol: '50' }, ' meta l4proto 50'],
  ])('matches %s, for each of its peers', (_, rule, match) => {
    expect(matchesOf({ ...rule, ...peers }, 'saddr')).toEqual([
      `ip saddr 10.0.0.0/16${match}`,
      `ip saddr @members_sg_1${match}`,
    ]);
  });

  it.each<[string, Omit<Rule, 'cidrs' | 'groups'>, string]>([
    ['all', { protocol: '-1' }, ''],
    ['a port', { protocol: 'tcp', from: 443, to: 443 }, ' tcp dport 443-443'],
    ['all of ICMPv6', { protocol: 'icmpv6' }, ' meta l4proto icmpv6'],
    ['a type of ICMPv6', { protocol: '58', from: 128, to: -1 }, ' icmpv6 type 128'],
  ])('matches %s by IPv6, from its IPv6 ranges and from groups', (_, rule, match) => {
    const both = { ...rule, ...peers, ipv6Cidrs: ['2400:6500::/56'] };
    expect(matchesOf(both, 'daddr', IPV6)).toEqual([
      `ip6 daddr 2400:6500::/56${match}`,
      `ip6 daddr @members_sg_1${match}`,
    ]);
    expect(matchesOf({ ...both, groups: [] }, 'daddr')).toEqual([`ip daddr 10.0.0.0/16${match}`]);
  });

  it('says nothing about IPv6 by a range of IPv4, and the other way round', () => {
    const all = { protocol: '-1', cidrs: ['0.0.0.0/0'], groups: [] };
    expect(matchesOf(all, 'saddr', IPV6)).toEqual([]);
    expect(matchesOf({ ...all, cidrs: [], ipv6Cidrs: ['::/0'] }, 'saddr')).toEqual([]);
  });

  it("is read from EC2's description", () => {
    const group = toSecurityGroup({
      GroupId: 'sg-1',
      IpPermissions: [{ IpProtocol: '-1', UserIdGroupPairs: [{ GroupId: 'sg-1' }] }],
      IpPermissionsEgress: [
        { IpProtocol: 'tcp', FromPort: 1, ToPort: 2, IpRanges: [{ CidrIp: '0.0.0.0/0' }] },
        { IpProtocol: '-1', Ipv6Ranges: [{ CidrIpv6: '::/0' }] },
      ],
    });
    expect(group).toEqual({
      id: 'sg-1',
      ingress: [{ protocol: '-1', cidrs: [], ipv6Cidrs: [], groups: ['sg-1'] }],
      egress: [
        { protocol: 'tcp', from: 1, to: 2, cidrs: ['0.0.0.0/0'], ipv6Cidrs: [], groups: [] },
        { protocol: '-1', cidrs: [], ipv6Cidrs: ['::/0'], groups: [] },
      ],
    });
  });
});

describe('the local routes of a subnet', () => {
  const table = (VpcId: string, cidr: string, association: object) => ({
    VpcId,
    Associations: [association],
    Routes: [
      { DestinationCidrBlock: cidr, GatewayId: 'local' },
      { DestinationCidrBlock: '0.0.0.0/0', GatewayId: 'igw-1' },
    ],
  });

  it('come from its own route table, or from the main one of its VPC', () => {
    const tables = [
      table('vpc-2', '10.2.0.0/16', { Main: true }),
      table('vpc-1', '10.0.0.0/16', { Main: true }),
      table('vpc-1', '10.1.0.0/16', { SubnetId: 'own' }),
    ];
    const subnets = ['own', 'other'].map((id) => ({ id, vpcId: 'vpc-1', zone: 'a' }));
    const nowhere: SubnetRoute = { destination: '0.0.0.0/0', reaches: [] };
    expect(subnetRoutes(tables, subnets, NO_CONNECTIONS)).toEqual(
      new Map([
        ['own', [localRoute('10.1.0.0/16'), nowhere]],
        ['other', [localRoute('10.0.0.0/16'), nowhere]],
      ]),
    );
  });
});

describe('the filter', () => {
  const eni: NetworkInterface = {
    id: 'eni-1',
    mac: '',
    subnetId: 'subnet-1',
    addresses: ['10.0.4.9'],
    prefixes: [],
    securityGroups: [{ id: 'sg-1', name: '' }],
    sourceDestCheck: true,
    attachment: { instanceId: 'i-1', deviceIndex: 0 },
  };
  const instance = runningInstance('i-1');
  const state: Ec2State = {
    ...EMPTY_STATE,
    instances: [instance],
    networkInterfaces: [eni],
    subnets: [{ id: 'subnet-1', cidr: '10.0.4.0/24', zone: '', vpcId: '', vpcCidr: '' }],
  };

  it('lets nothing out of a subnet without a route', () => {
    expect(filterOf(state)).toContain('iifname "t1" drop\n');
  });

  it('forgets interfaces of instances that have ended', () => {
    const ended = { ...state, instances: [{ ...instance, state: 'terminated' }] };
    expect(filterOf(state)).toContain('"t1" . 10.0.4.9');
    expect(filterOf(ended)).not.toContain('"t1"');
  });

  it('keeps the families apart', () => {
    const dual = {
      ...state,
      networkInterfaces: [{ ...eni, ipv6Prefixes: ['2400:6500:0:0:1::/80'] }],
      routes: new Map([['subnet-1', ['10.0.0.0/16', '2400:6500::/56'].map(localRoute)]]),
    };
    const [ipv4 = '', ipv6 = ''] = filterOf(dual).split('table ip6 vpc {');
    expect(ipv4).not.toContain('2400:');
    expect(ipv6.split('table arp vpc')[0]).not.toContain('10.0.');
    expect(ipv6).toContain('"t1" . 2400:6500:0:0:1::/80');
    expect(ipv6).toContain('ip6 daddr 2400:6500::/56 ip6 daddr 2400:6500::/56 return');
    expect(filterOf(dual, [IPV4])).not.toContain('ip6');
  });

  it("lets the metadata service's answers travel as far as the instance allows", () => {
    const line = (hops: number) => `ip saddr 169.254.169.254 oifname "t1" ip ttl set ${hops}`;
    const far = { ...state, instances: [{ ...instance, metadataHopLimit: 2 }] };
    expect(filterOf(state)).toContain(line(1));
    expect(filterOf(far)).toContain(line(2));
  });

  it('enforces source addresses only while the check is on', () => {
    const line = 'iifname "t1" accept';
    const free = { ...state, networkInterfaces: [{ ...eni, sourceDestCheck: false }] };
    expect(filterOf(state)).not.toContain(line);
    expect(filterOf(free)).toContain(line);
  });
});
