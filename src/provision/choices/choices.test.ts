import { describe, expect, it } from 'vitest';
import { InputError } from '../../core/errors.ts';
import type { Zone } from '../preflight/facts.ts';
import { provisionWorld } from '../testing/provision-world.ts';

type Texts = Readonly<Record<string, string>>;

const OPEN = { 'availability-zones': '', 'node-groups': '' };

function zone(name: string, of: Partial<Zone> = {}): Zone {
  return {
    name,
    id: `apne2-az${name.at(-1)}`,
    kind: 'availability-zone',
    state: 'available',
    ...of,
  };
}

/** An account with these zones. The run's result is the zones that the infrastructure stack is asked for, and the notes. */
function worldWith(zones: readonly Zone[]) {
  const world = provisionWorld();
  world.deps.zones = async () => ({ value: zones });
  return {
    ...world,
    async zonesFor(changes: Texts) {
      const report = await world.run(changes);
      const asked = world.stacks.requests.find(
        ({ stackName }) => stackName === 'eks-multus-cluster',
      );
      return { zones: asked?.parameters['AvailabilityZones'], notes: report?.notes.join('\n') };
    },
  };
}

const SEOUL = ['c', 'a', 'd', 'b'].map((letter) => zone(`ap-northeast-2${letter}`));

describe('without availability-zones, the zones', () => {
  it('are the first two of the region, and the run says so', async () => {
    const { zones, notes } = await worldWith(SEOUL).zonesFor(OPEN);
    expect(zones).toBe('ap-northeast-2a,ap-northeast-2b');
    expect(notes).toContain('Zones: ap-northeast-2a, ap-northeast-2b, because they are the first');
  });

  it('are those in which EKS makes clusters', async () => {
    const zones = [
      zone('us-east-1a', { id: 'use1-az3' }),
      zone('us-east-1b', { state: 'impaired' }),
      zone('us-east-1-bos-1a', { kind: 'local-zone' }),
      zone('us-east-1d'),
      zone('us-east-1c'),
    ];
    const changes = { ...OPEN, 'aws-region': 'us-east-1' };
    expect((await worldWith(zones).zonesFor(changes)).zones).toBe('us-east-1c,us-east-1d');
  });

  it('are those that the node groups name, filled up to two', async () => {
    const groups = '[{ name: ng1, zone: ap-northeast-2c }]';
    const found = await worldWith(SEOUL).zonesFor({ ...OPEN, 'node-groups': groups });
    expect(found.zones).toBe('ap-northeast-2c,ap-northeast-2a');
  });

  it('stay those of an environment that exists', async () => {
    const world = worldWith(SEOUL);
    await world.run({ 'availability-zones': 'ap-northeast-2c,ap-northeast-2d', 'node-groups': '' });
    world.stacks.requests.length = 0;
    const { notes } = await world.zonesFor({ ...OPEN, 'ttl-hours': '2' });
    expect(notes).toContain('Zones: ap-northeast-2c, ap-northeast-2d, because the environment has');
  });

  it('give a node group without a zone the first one', async () => {
    const world = worldWith(SEOUL);
    const report = await world.run({ ...OPEN, 'node-groups': '[{ name: ng1 }]' });
    expect(report?.outputs.environment?.nodeGroups).toMatchObject([{ zone: 'ap-northeast-2a' }]);
  });

  it('are asked for when AWS names too few', async () => {
    const run = worldWith([zone('ap-northeast-2a')]).run(OPEN);
    await expect(run).rejects.toThrow('name two or three zones in availability-zones');
  });
});

const NETWORKS = ['signalling', 'media', 'charging', 'management'];
const networks = (count: number) =>
  NETWORKS.slice(0, count)
    .map((name, index) => `- { name: ${name}, network: ${index + 1} }`)
    .join('\n');

/** What the later steps are asked for, with so many networks. */
const later = (count: number, changes: Texts = {}): Texts => ({
  'then-configure': 'true',
  'multus-networks': String(count),
  networks: networks(count),
  ...changes,
});

describe('before anything is made', () => {
  it.each([
    [1, 'matrix'],
    [2, 'lab'],
    [3, 'matrix'],
    [4, 'matrix'],
  ])('%i networks get a layout that fits them: %s', async (count, layout) => {
    const groups = {
      'node-groups': '[{ name: ng1, zone: ap-northeast-2a, instance-type: m5.4xlarge }]',
    };
    const report = await provisionWorld().run({ ...later(count), ...groups, command: 'plan' });
    expect(report?.notes.join()).toContain(`verify will choose the layout ${layout}`);
  });

  it.each<[string, Texts, string, RegExp]>([
    [
      'the layout lab for one network',
      later(1, { layout: 'lab' }),
      'layout',
      /two networks, not for 1/,
    ],
    ['the layout lab for three networks', later(3, { layout: 'lab' }), 'layout', /not for 3/],
    ['no networks', later(2, { networks: '' }), 'networks', /a YAML list of networks/],
    [
      'a file that is not there',
      later(2, { 'networks-files': 'no.yaml' }),
      'networks-files',
      /no.yaml/,
    ],
    [
      'more networks than the nodes have',
      later(2, { networks: networks(3) }),
      'networks',
      /1 \(eth1\), 2 \(eth2\)/,
    ],
    [
      'a range in the half of the subnet that is for prefixes, or in another subnet',
      later(2, {
        networks:
          '[{ name: a, network: 1, ipam: host-local, subnet: 10.9.0.0/24, range: 10.9.0.10-10.9.0.20 }]',
      }),
      'networks',
      /10\.0\.4\.0\/24/,
    ],
    [
      'an expectation about a network that there is not',
      later(2, { expect: '[{ from: signaling, to: media, talk: true }]' }),
      'expect',
      /0\.from: the name of one of the networks signalling, media/,
    ],
  ])('%s: refused', async (_, changes, input, allowed) => {
    const { run, stacks } = provisionWorld();
    const error = await run(changes).then(
      () => undefined,
      (one: unknown) => one,
    );
    const problems = error instanceof InputError ? error.problems : [];
    expect(
      problems.map((one) => one.input),
      String(error),
    ).toEqual([input]);
    expect(`${problems[0]?.allowed} ${problems[0]?.value}`).toMatch(allowed);
    expect(stacks.requests).toEqual([]);
  });

  it('an expectation of an environment that exists only warns, because other networks may be there', async () => {
    const { run, deps } = provisionWorld();
    await run();
    await run(later(2, { expect: '[{ from: older, to: media, talk: true }]' }));
    expect(deps.log.warnings.join()).toContain('or of a network that exists already (not older)');
  });

  it('networks of several namespaces get the layout matrix', async () => {
    const given = later(2, {
      networks: '[{ name: a, network: 1 }, { name: b, network: 2, namespace: other }]',
    });
    const report = await provisionWorld().run({ ...given, command: 'plan' });
    expect(report?.notes.join()).toContain(
      'layout matrix, because the pods of the layout lab are in',
    );
  });

  it('nothing is checked of steps that do not follow', async () => {
    const { run } = provisionWorld();
    await run({ networks: networks(4), layout: 'lab' });
    await run({ ...later(2, { networks: '', multus: 'absent' }) });
    await run({ ...later(2, { networks: '' }), command: 'plan' });
  });
});
