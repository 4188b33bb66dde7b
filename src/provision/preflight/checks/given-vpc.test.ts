import { describe, expect, it } from 'vitest';
import { OPEN_TAG } from '../../../environment/tags.ts';
import { givenMultusSubnet } from '../../../vpc/prefix-blocks.ts';
import type { GivenVpcFacts, NetworkAcl, Route } from '../given-vpc-facts.ts';
import type { SetUp } from '../set-up.ts';
import { ACCOUNT, goodFacts, labSetUp } from '../testing/good-account.ts';
import { passes } from './check-network-acls.ts';
import { runChecks } from './checks.ts';
import { sentence } from './finding.ts';

const [A, B] = ['ap-northeast-2a', 'ap-northeast-2b'] as const;

function setUp(): SetUp {
  const lab = labSetUp();
  const multus = (zone: string, id: string, cidr: string) =>
    givenMultusSubnet({ network: 1, zone, id, cidr }, []);
  return {
    ...lab,
    network: {
      vpcCidr: '10.0.0.0/16',
      zones: [A, B],
      publicSubnets: [],
      privateSubnets: ['10.0.1.0/24', '10.0.2.0/24'],
      multusSubnets: [multus(A, 'subnet-ma', '10.0.4.0/24'), multus(B, 'subnet-mb', '10.0.5.0/24')],
      givenVpc: { id: 'vpc-given', privateSubnetIds: ['subnet-a', 'subnet-b'] },
    },
  };
}

const OPEN = { [OPEN_TAG]: 'eks-multus-' };
const NAT: Route = { destination: '0.0.0.0/0', target: 'nat-1', active: true };
const LOCAL: Route = { destination: '10.0.0.0/16', target: 'local', active: true };

function subnet(id: string, of: Partial<GivenVpcFacts['subnets'][0]> = {}) {
  return { id, tags: OPEN, freeAddresses: 200, givesPublicAddresses: false, ...of };
}

function entry(number: number, of: Partial<NetworkAcl['entries'][0]> = {}) {
  const all = { protocol: '-1', cidr: '0.0.0.0/0', allows: true, from: 0, to: 65_535 };
  return { number, egress: false, ...all, ...of };
}

const EVERYTHING = [entry(100), entry(100, { egress: true }), entry(32_767, { allows: false })];

const VPC: GivenVpcFacts = {
  id: 'vpc-given',
  ownerId: ACCOUNT,
  tags: OPEN,
  cidrs: ['10.0.0.0/16'],
  dnsSupport: true,
  dnsHostnames: true,
  subnets: ['subnet-a', 'subnet-b', 'subnet-ma', 'subnet-mb'].map((id) => subnet(id)),
  routeTables: [{ id: 'rtb-1', isMain: true, subnetIds: [], routes: [LOCAL, NAT] }],
  networkAcls: [
    {
      id: 'acl-1',
      subnetIds: ['subnet-a', 'subnet-b', 'subnet-ma', 'subnet-mb'],
      entries: EVERYTHING,
    },
  ],
  endpoints: [],
};

function found(changes: Partial<GivenVpcFacts> = {}) {
  const made = setUp();
  const facts = { ...goodFacts(made), givenVpc: { value: { ...VPC, ...changes } } };
  return runChecks(made, facts).flatMap(({ findings }) => findings);
}

const said = (changes: Partial<GivenVpcFacts>) => found(changes).map(sentence).join('\n');
const routes = (...all: readonly Route[]) => ({
  routeTables: [
    { id: 'rtb-1', isMain: true, subnetIds: [], routes: [LOCAL, NAT] },
    { id: 'rtb-b', isMain: false, subnetIds: ['subnet-b'], routes: [LOCAL, ...all] },
  ],
});
const acl = (...entries: readonly NetworkAcl['entries'][0][]) => ({
  networkAcls: [{ id: 'acl-b', subnetIds: ['subnet-b', 'subnet-mb'], entries }],
});
it('finds nothing wrong with a good VPC', () => {
  expect(found()).toEqual([]);
});

it('asks only for the address ranges of others where the VPC is given', () => {
  const names = runChecks(labSetUp(), goodFacts(labSetUp())).map(({ name }) => name);
  expect(names.filter((name) => name.includes('given'))).toEqual([]);
});

describe('a problem', () => {
  it.each<[what: string, changes: Partial<GivenVpcFacts>, says: string]>([
    ['another account', { ownerId: '999999999999' }, 'belongs to the account 999999999999'],
    ['no DNS', { dnsSupport: false }, 'has DNS support off'],
    ['no names', { dnsHostnames: false }, 'modify-vpc-attribute --vpc-id vpc-given --enable-dns-h'],
    ['closed', { tags: {} }, 'vpc-given (eks-multus:open-to: missing). Fix: let its owner set'],
    [
      'a subnet that is open to others',
      { subnets: [subnet('subnet-ma', { tags: { [OPEN_TAG]: 'team-b-' } })] },
      'has not opened to eks-multus-cluster: subnet-ma (eks-multus:open-to: team-b-)',
    ],
    [
      'a full subnet',
      { subnets: [subnet('subnet-a', { freeAddresses: 7 })] },
      'subnet-a (ap-northeast-2a) has 7 free addresses, and the cluster and 2 nodes need 8',
    ],
    [
      'the range of Services',
      { cidrs: ['10.0.0.0/16', '172.20.0.0/20'] },
      'the range 172.20.0.0/20 of vpc-given overlaps 172.20.0.0/16',
    ],
    [
      'a way out that is gone',
      routes({ ...NAT, active: false }),
      'subnet-b, by its route table rtb-b, leads to nat-1, which is gone (blackhole)',
    ],
    [
      'a public subnet without public addresses',
      routes({ ...NAT, target: 'igw-1' }),
      'leads to the internet gateway igw-1, and gives nodes no public addresses',
    ],
    [
      'an ACL without answers',
      acl(entry(100, { egress: true }), entry(90, { cidr: '10.0.0.0/16' })),
      'the network ACL acl-b of subnet-b blocks the answers to HTTPS',
    ],
    [
      'an ACL without HTTPS',
      acl(entry(100), entry(100, { egress: true, protocol: '6', from: 80, to: 80 })),
      'blocks HTTPS to AWS and to registries',
    ],
  ])('%s', (_, changes, says) => {
    expect(said(changes)).toContain(says);
    expect(found(changes).some(({ level }) => level === 'problem')).toBe(true);
  });
});

describe('a notice', () => {
  it.each<[what: string, changes: Partial<GivenVpcFacts>, says: string]>([
    [
      'few addresses',
      { subnets: [subnet('subnet-b', { freeAddresses: 12 })] },
      'subnet-b (ap-northeast-2b) has 12 free addresses; EKS recommends 16',
    ],
    [
      'a peer with the addresses of Services',
      routes(NAT, { destination: '172.20.8.0/24', target: 'pcx-1', active: true }),
      'a route leads 172.20.8.0/24 to pcx-1, and overlaps 172.20.0.0/16',
    ],
    [
      'an ACL of a Multus subnet',
      acl(...EVERYTHING, entry(50, { allows: false, cidr: '10.0.9.0/24', protocol: '17' })),
      'multus-subnets: the network ACL acl-b of subnet-mb blocks some traffic of pods from 10.0.0.0/16',
    ],
  ])('%s', (_, changes, says) => {
    expect(said(changes)).toContain(says);
    expect(found(changes).map(({ level }) => level)).not.toContain('problem');
  });
});

describe('an ACL', () => {
  const https = { egress: false, protocol: '6', cidr: '10.0.0.0/16', from: 443, to: 443, what: '' };

  it.each<[what: string, entries: readonly NetworkAcl['entries'][0][], result: boolean]>([
    ['without entries', [], false],
    ['that allows all', [entry(100)], true],
    ['that denies first', [entry(100), entry(90, { allows: false })], false],
    ['that denies later', [entry(100), entry(110, { allows: false })], true],
    [
      'that denies a part first',
      [entry(100), entry(90, { allows: false, cidr: '10.0.3.0/24' })],
      false,
    ],
    [
      'that denies another port',
      [entry(100), entry(90, { allows: false, protocol: '6', from: 22, to: 22 })],
      true,
    ],
    ['that allows a part', [entry(100, { cidr: '10.0.3.0/24' })], false],
    ['of the other direction', [entry(100, { egress: true })], false],
  ])('%s', (_, entries, result) => {
    expect(passes({ entries }, https)).toBe(result);
  });
});
