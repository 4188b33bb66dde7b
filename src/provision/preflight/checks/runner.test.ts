import { describe, expect, it } from 'vitest';
import type { RunnerFacts } from '../facts.ts';
import type { GivenVpcFacts } from '../given-vpc-facts.ts';
import { goodFacts, labSetUp, workingStack } from '../testing/good-account.ts';
import { checkRunner } from './check-runner.ts';

const PRIVATE = {
  'endpoint-public-access-cidrs': 'none',
  'then-configure': 'true',
  networks: '[{ name: a, network: 1 }]',
};
const VPC: GivenVpcFacts = {
  id: 'vpc-given',
  ownerId: '',
  tags: {},
  cidrs: ['10.0.0.0/16'],
  dnsSupport: true,
  dnsHostnames: true,
  subnets: [],
  routeTables: [
    {
      id: 'rtb-1',
      isMain: true,
      subnetIds: [],
      routes: [
        { destination: '10.0.0.0/16', target: 'local', active: true },
        { destination: '172.16.0.0/12', target: 'tgw-1', active: true },
        { destination: '192.168.0.0/16', target: 'pcx-1', active: false },
        { destination: '0.0.0.0/0', target: 'tgw-1', active: true },
      ],
    },
  ],
  networkAcls: [],
  endpoints: [],
};

function found(runner: RunnerFacts, { inputs = PRIVATE, given = false, exists = false } = {}) {
  const lab = labSetUp(inputs);
  const network = given
    ? { ...lab.network, givenVpc: { id: VPC.id, privateSubnetIds: ['subnet-a'] } }
    : lab.network;
  const infra = exists ? workingStack('eks-multus-cluster') : undefined;
  const facts = { ...goodFacts(lab), runner: { value: runner }, givenVpc: { value: VPC } };
  return checkRunner.find({ ...lab, network, infra }, facts);
}

const at = (...addresses: readonly string[]): RunnerFacts => ({ addresses });

describe('a private API', () => {
  it.each<[where: string, runner: RunnerFacts, level: string | undefined]>([
    ['in the VPC', at('10.0.9.9'), undefined],
    ['in a network to which a route leads', at('100.64.0.1', '172.20.0.5'), undefined],
    ['behind a route that is gone', at('192.168.1.1'), 'notice'],
    ['elsewhere', at('100.64.0.1'), 'notice'],
    ['without an address', at(), 'notice'],
  ])('of a new cluster in a given VPC, and a runner %s', (_, runner, level) => {
    expect(found(runner, { given: true }).map((one) => one.level)).toEqual(level ? [level] : []);
  });

  it('of a new cluster in a VPC of its own is out of reach until somebody connects the VPC', () => {
    expect(found(at('10.0.0.5'))).toMatchObject([
      { level: 'notice', text: expect.stringContaining('from this runner (10.0.0.5)') },
    ]);
  });

  it('of a cluster that exists is tried, and why it fails is told', () => {
    const failure = 'ABC.eks.amazonaws.com does not answer in 5 seconds';
    expect(found({ addresses: [], failure }, { exists: true })).toMatchObject([
      { level: 'problem', text: expect.stringContaining(`of eks-multus-cluster: ${failure}`) },
    ]);
    expect(found(at(), { exists: true })).toEqual([]);
  });
});

it.each([
  ['is public', { ...PRIVATE, 'endpoint-public-access-cidrs': '203.0.113.0/24' }],
  ['is not called', { ...PRIVATE, 'then-configure': 'false' }],
])('an API that %s is not looked at', (_, inputs) => {
  expect(found({ addresses: [], failure: 'no way' }, { inputs, exists: true })).toEqual([]);
});
