import { describe, expect, it } from 'vitest';
import { inputProblems } from '../../dev/testing/samples/input-problems.ts';
import { LAB_INPUTS } from '../../dev/testing/samples/lab-inputs.ts';
import { readProvisionInputs } from './inputs.ts';
import { BAD_INPUTS, groups, IN_ZONE } from './testing/bad-inputs.ts';

function read(changes: Readonly<Record<string, string>> = {}) {
  const inputs: Record<string, string> = { ...LAB_INPUTS, ...changes };
  return readProvisionInputs((name) => inputs[name] ?? '');
}

const problems = (changes: Readonly<Record<string, string>>) => inputProblems(() => read(changes));

/** Nodes with EKS's AMI and nothing of the user's own. */
const PLAIN_NODES = {
  ami: undefined,
  detailedMonitoring: false,
  labels: {},
  placementGroup: undefined,
  tags: {},
  taints: [],
  userData: undefined,
  volumeKey: undefined,
  volumeType: 'gp3',
};

describe('good inputs', () => {
  it('are those of the lab', () => {
    const inputs = read();
    expect(inputs.network?.zones).toEqual(['ap-northeast-2a', 'ap-northeast-2b']);
    expect(inputs.nodeGroups).toEqual([
      {
        name: 'ng1',
        zone: 'ap-northeast-2a',
        entry: { index: 0, name: 'ng1', zones: [] },
        min: 1,
        desired: 2,
        max: 3,
        instanceType: 'm5.xlarge',
        architecture: 'x86_64',
        capacity: 'on-demand',
        volumeSize: 50,
        prefixesPerInterface: 1,
        podsWaitForMultus: true,
        startupTaint: false,
        ...PLAIN_NODES,
      },
    ]);
    expect(inputs).toMatchObject({
      command: 'deploy',
      timeoutMs: 3_600_000,
      authentication: 'access-entries',
    });
  });

  it('give one node group in the first zone when node-groups is left out', () => {
    const [group] = read({ 'node-groups': '' }).nodeGroups;
    expect(group).toMatchObject({
      name: 'ng1',
      zone: 'ap-northeast-2a',
      min: 1,
      desired: 2,
      max: 3,
    });
  });

  it('choose the cheapest type for auto, with the interfaces of the networks', () => {
    const auto = { 'node-groups': '[{ name: a, instance-type: auto, architecture: arm64 }]' };
    const typeFor = (more: object) => read({ ...auto, ...more }).nodeGroups[0]?.instanceType;
    expect(typeFor({})).toBe('c6g.large');
    expect(typeFor({ 'multus-networks': '3' })).toBe('c6g.xlarge');
    // The base says how many networks there are.
    expect(typeFor({ 'base-environment': 'eks-multus-lab', 'vpc-cidr': '' })).toBe('auto');
  });

  it('list zones on lines, and subnets and node groups in YAML', () => {
    const inputs = read({
      'availability-zones': 'ap-northeast-2a\nap-northeast-2c\n',
      'subnet-cidrs': 'private: [10.0.128.0/20, 10.0.144.0/20]',
      'node-groups':
        '- { name: a, zone: ap-northeast-2a }\n- { name: b, zone: ap-northeast-2c, desired: 1, instance-type: m7g.large }',
    });
    expect(inputs.network?.zones).toHaveLength(2);
    expect(inputs.network?.privateSubnets).toEqual(['10.0.128.0/20', '10.0.144.0/20']);
    expect(inputs.nodeGroups.map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('have a group in each zone of an entry, with the numbers of nodes and all else of the entry', () => {
    const zones = ['ap-northeast-2a', 'ap-northeast-2b'];
    const inputs = read({
      'node-groups': `[{ name: one }, { name: both, zones: [${zones}], desired: 1, labels: { team: media } }]`,
    });
    expect(inputs.nodeGroups).toMatchObject([
      { name: 'one', zone: 'ap-northeast-2a', entry: { index: 0, name: 'one', zones: [] } },
      ...zones.map((zone) => ({
        name: `both-${zone.slice(-1)}`,
        zone,
        entry: { index: 1, name: 'both', zones },
        min: 1,
        desired: 1,
        max: 3,
        labels: { team: 'media' },
      })),
    ]);
  });

  it('take the zones of the environment from an entry, and are refused four of them', () => {
    const open = (letters: readonly string[]) => ({
      'availability-zones': '',
      'node-groups': letters
        .map((letter) => `- { name: ${letter}, zones: [ap-northeast-2${letter}] }`)
        .join('\n'),
    });
    expect(read(open(['a', 'b', 'd'])).zoneCount).toBe(3);
    expect(problems(open(['a', 'b', 'c', 'd']))).toMatchObject([
      { input: 'node-groups', allowed: 'at most 3 different zones' },
    ]);
    const foreign = { ...open([]), 'node-groups': '[{ name: a, zones: [eu-central-1a] }]' };
    expect(problems(foreign)[0]?.allowed).toBe('zones of ap-northeast-2 (not eu-central-1a)');
  });

  it('may have an instance type that no table lists', () => {
    const group = '[{ name: a, zone: ap-northeast-2a, instance-type: z9.metal-96xl }]';
    expect(problems({ 'node-groups': group })).toEqual([]);
  });

  it('are only the name and the region for destroy', () => {
    const inputs: Record<string, string> = {
      command: 'destroy',
      environment: 'lab',
      'aws-region': 'eu-west-1',
    };
    expect(() => readProvisionInputs((name) => inputs[name] ?? '')).not.toThrow();
  });
});

describe('bad inputs', () => {
  it.each(BAD_INPUTS)('%j', (changes, input, allowed) => {
    const found = problems(changes);
    expect(found.map((problem) => problem.input)).toEqual([input]);
    expect(found[0]?.allowed).toContain(allowed);
    expect(found[0]?.value).toBe(changes[input]);
  });

  it('are all reported at once, also those that only contradict each other', () => {
    const found = problems({
      environment: 'Bad',
      'vpc-cidr': '10.0.0.0/25',
      'availability-zones': 'ap-northeast-2a,us-east-1b',
      'timeout-minutes': '0',
      ...groups(`[{ name: a, ${IN_ZONE} }, { name: a, ${IN_ZONE} }]`),
    });
    expect(new Set(found.map((problem) => problem.input))).toEqual(
      new Set(['environment', 'timeout-minutes', 'availability-zones', 'node-groups']),
    );
  });
});
