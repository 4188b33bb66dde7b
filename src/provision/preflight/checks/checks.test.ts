import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AccountFacts } from '../facts.ts';
import { goodFacts, instanceType, labSetUp, workingStack } from '../testing/good-account.ts';
import { WRONG_SET_UPS } from '../testing/wrong-set-ups.ts';
import { freePrefixes } from './check-subnets.ts';
import { runChecks } from './checks.ts';

type Results = ReturnType<typeof runChecks>;

const findings = (results: Results, level: string) =>
  results
    .flatMap((result) => result.findings)
    .filter((finding) => finding.level === level)
    .map(({ text, fix }) => `${text}. Fix: ${fix}`);

describe('wrong set-ups', () => {
  it('are at least 40', () => {
    expect(WRONG_SET_UPS.length).toBeGreaterThanOrEqual(40);
  });

  it.each(WRONG_SET_UPS)('$says', ({ inputs, stacks, facts, says }) => {
    const setUp = labSetUp(inputs, stacks);
    const problems = findings(runChecks(setUp, { ...goodFacts(setUp), ...facts }), 'problem');
    expect(problems.join('\n')).toContain(says);
    for (const problem of problems) expect(problem).toMatch(/Fix: \S/);
  });
});

describe('an entry of node-groups in two zones', () => {
  const zones = 'zones: [ap-northeast-2a, ap-northeast-2b]';
  const problemsOf = (more: string, facts: AccountFacts) => {
    const setUp = labSetUp({ 'node-groups': `[{ name: workers, ${zones}, ${more} }]` });
    return findings(runChecks(setUp, { ...goodFacts(setUp), ...facts }), 'problem');
  };

  it('has what is wrong with it said once, by its own name', () => {
    const small = { instanceTypes: { value: [instanceType({ interfaces: 2 })] } };
    expect(problemsOf('desired: 1', small)).toEqual([
      expect.stringMatching(/^node-groups: m5\.xlarge of group workers has 2 interfaces/),
    ]);
    const missing = { nodeImages: { value: [{ ami: '/golden/nodes', id: undefined }] } };
    expect(problemsOf('ami: /golden/nodes', missing)).toEqual([
      expect.stringContaining('node-groups: workers.ami: there is no SSM parameter'),
    ]);
  });

  it('has what is wrong in one of its zones said with the zone', () => {
    const offerings = { value: [{ type: 'm5.xlarge', zone: 'ap-northeast-2a' }] };
    expect(problemsOf('desired: 1', { offerings })).toEqual([
      expect.stringContaining('EC2 does not offer m5.xlarge in ap-northeast-2b'),
    ]);
  });

  it('needs the quotas of the nodes in all of its zones', () => {
    const quotas = { value: { 'L-1216C47A': 12 } };
    expect(problemsOf('desired: 2', { quotas }).join()).toContain('this needs 16');
  });
});

describe('a good set-up', () => {
  it('has no finding', () => {
    const setUp = labSetUp();
    const results = runChecks(setUp, goodFacts(setUp));
    expect(results.length).toBeGreaterThan(8);
    expect(results.flatMap((result) => result.findings)).toEqual([]);
    expect(results.flatMap(({ unknown }) => unknown)).toEqual([]);
  });

  it.each(['CREATE_FAILED', 'ROLLBACK_FAILED', 'DELETE_FAILED', 'REVIEW_IN_PROGRESS'] as const)(
    'may have the cluster of its own stack in %s',
    (status) => {
      const tags = status === 'REVIEW_IN_PROGRESS' ? { tags: {} } : {};
      const setUp = labSetUp({}, [workingStack('eks-multus-cluster', { status, ...tags })]);
      const facts = { ...goodFacts(setUp), clusters: { value: ['eks-multus-cluster'] } };
      expect(findings(runChecks(setUp, facts), 'problem')).toEqual([]);
    },
  );

  it('is not held up by questions that AWS refuses; each is said once', () => {
    const setUp = labSetUp();
    const refused = Object.fromEntries(
      Object.keys(goodFacts(setUp)).map((fact) => [fact, { unknown: `the role may not ${fact}` }]),
    ) as AccountFacts;
    const results = runChecks(setUp, refused);
    expect(results.flatMap((result) => result.findings)).toEqual([]);
    expect(results.flatMap(({ unknown }) => unknown)).toContain('the role may not zones');
    for (const { unknown } of results) expect(unknown).toEqual([...new Set(unknown)]);
  });
});

describe('what is noticed and stops nothing', () => {
  const noticed = (inputs: Readonly<Record<string, string>>, facts: AccountFacts = {}) => {
    const setUp = labSetUp(inputs);
    const results = runChecks(setUp, { ...goodFacts(setUp), ...facts });
    expect(findings(results, 'problem')).toEqual([]);
    return findings(results, 'notice').join('\n');
  };
  const offered = (name: string) => ({ value: [{ type: name, zone: 'ap-northeast-2a' }] });
  const group = (name: string) => ({
    'node-groups': `- { name: ng1, zone: ap-northeast-2a, instance-type: ${name} }`,
  });

  it('extended support, with its end', () => {
    expect(noticed({ 'kubernetes-version': '1.32' })).toContain(
      '1.32 is in extended support until 2028-01-27',
    );
  });

  it.each([
    ['g6.xlarge', 'NVIDIA', "gets EKS's NVIDIA image"],
    ['inf2.xlarge', 'Neuron', "gets EKS's Neuron image"],
    ['g4ad.xlarge', 'AMD', 'has no driver'],
  ])('the image of %s', (name, accelerator, text) => {
    const type = instanceType({ name, accelerators: [accelerator] });
    const quotas = { value: { 'L-DB2E81BA': 64, 'L-1945791B': 64 } };
    const facts = { instanceTypes: { value: [type] }, offerings: offered(name), quotas };
    expect(noticed(group(name), facts)).toContain(text);
  });

  it.each([
    ['172.17.0.0/16', "Docker's network"],
    ['20.0.0.0/16', 'a public range'],
  ])('the range %s', (cidr, text) => {
    expect(noticed({ 'vpc-cidr': cidr })).toContain(text);
  });

  it('VPCs with the same addresses, but those of other environments', () => {
    const vpc = (id: string, tags = {}) => ({ id, cidrs: ['10.0.0.0/8'], isDefault: false, tags });
    const vpcs = {
      value: [vpc('vpc-1', { Name: 'office' }), vpc('vpc-2', { 'eks-multus:environment': 'x' })],
    };
    const text = noticed({}, { vpcs });
    expect(text).toContain('10.0.0.0/16 overlaps the VPCs vpc-1 (office, 10.0.0.0/8)');
    expect(text).not.toContain('vpc-2');
  });

  it('a quota that lets the groups start and not grow', () => {
    expect(noticed({}, { quotas: { value: { 'L-1216C47A': 8 } } })).toContain(
      'with max instances the groups need 12 more',
    );
  });

  it('a quota of spot instances that is used up, because there are on-demand ones', () => {
    const spot = { 'node-groups': '[{ name: ng1, zone: ap-northeast-2a, capacity: spot }]' };
    const running = ['m5.large', 'c5.large'].map((type) => ({ type, vcpus: 2, isSpot: true }));
    const quotas = { value: { 'L-1216C47A': 0, 'L-34B43A08': 11 } };
    const text = noticed(spot, { quotas, instances: { value: running } });
    expect(text).toContain('Spot Instance Requests (L-34B43A08): 4 of 11 used');
    expect(text).toContain('this needs 8 more, so node groups get on-demand instances');
    expect(text).not.toContain('L-1216C47A');
  });

  it('permissions that depend on what nobody knows', () => {
    const value = [
      {
        action: 'ec2:CreateVpc',
        resource: '*',
        allowed: false,
        deniedBy: 'policy' as const,
        missingKeys: ['aws:SourceIp'],
      },
    ];
    expect(noticed({}, { deployer: { value } })).toContain(
      'ec2:CreateVpc on * depends on aws:SourceIp',
    );
  });
});

describe('an environment that exists', () => {
  it('is not asked for what it has', () => {
    const stacks = [
      workingStack('eks-multus-cluster', {
        parameters: { KubernetesVersion: '1.24', NatGateways: 'one' },
        outputs: { MultusSubnetIds: 'subnet-11,subnet-12,subnet-21,subnet-22' },
      }),
      workingStack('eks-multus-cluster-ng1', { parameters: { DesiredSize: '2' } }),
    ];
    const setUp = labSetUp({}, stacks);
    const full = {
      vpcs: {
        value: Array.from({ length: 9 }, () => ({
          id: 'v',
          cidrs: [],
          isDefault: false,
          tags: {},
        })),
      },
      clusters: { value: ['eks-multus-cluster'] },
      quotas: { value: { 'L-F678F1CE': 5, 'L-1216C47A': 0 } },
    };
    const results = runChecks(setUp, { ...goodFacts(setUp), ...full });
    expect(findings(results, 'problem')).toEqual([]);
  });
});

it('counts as free each /28 block in which nothing else has an address', () => {
  const subnet = { cidr: '10.0.4.0/24', prefixCidr: '10.0.4.128/25' };
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 127 })), (offsets) => {
      const taken = offsets.map((offset) => `10.0.4.${128 + offset}`);
      const blocks = new Set(
        offsets.map((offset) => Math.floor(offset / 16)).filter((one) => one < 7),
      );
      expect(freePrefixes(subnet, { taken, explicitReservations: [] })).toBe(7 - blocks.size);
    }),
  );
});
