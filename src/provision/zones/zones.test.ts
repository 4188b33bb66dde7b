import { describe, expect, it } from 'vitest';
import { fakeKubernetesApi } from '../../../dev/testing/fakes/fake-kubernetes-api.ts';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import { reportMarkdown } from '../report.ts';
import { NODE_OUTPUTS, provisionWorld } from '../testing/provision-world.ts';

const LAB = 'eks-multus-cluster';
const PREVIEW = 'eks-multus-pr-7';
const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';

/** The input `node-groups`: one entry with these zones. */
const inZones = (...letters: readonly string[]) => ({
  'node-groups': `[{ name: workers, zones: [${letters.map((one) => `ap-northeast-2${one}`)}] }]`,
});

type World = ReturnType<typeof provisionWorld>;

/** An account whose clusters have no nodes, so that there is nothing to drain. */
function world(): World {
  const made = provisionWorld();
  for (const letter of ['a', 'b'])
    for (const environment of [LAB, PREVIEW]) {
      const AutoScalingGroupName = `${environment}-workers-${letter}`;
      made.stacks.outputs.set(AutoScalingGroupName, { ...NODE_OUTPUTS, AutoScalingGroupName });
    }
  let lease: unknown;
  const api = fakeKubernetesApi({
    list: async () => [],
    read: async <T>() => lease as T | undefined,
    create: async <T>(_: string, body: T) => {
      lease = body;
      return body;
    },
    remove: async () => {
      lease = undefined;
      return true;
    },
  });
  const connect = async () => ({ api }) as never;
  made.deps.rollout = { ...made.deps.rollout, connect };
  return made;
}

async function groupsOf({ stacks }: World): Promise<readonly string[]> {
  return (await stacks.list())
    .map(({ name }) => name)
    .filter((name) => name.includes('workers'))
    .toSorted();
}

const writes = ({ stacks }: World) =>
  stacks.calls.filter((call) => /^(createChangeSet|executeChangeSet|deleteStack)/.test(call));

describe('an entry with zones', () => {
  it('becomes a group in each zone, which know the entry', async () => {
    const here = world();
    const report = await here.run(inZones('a', 'b'));
    const parameters = here.stacks.requests.slice(1).map((request) => request.parameters);
    expect(parameters).toMatchObject([
      { NodeGroupName: 'workers-a', NodeGroupEntry: 'workers', SubnetId: 'subnet-p1' },
      { NodeGroupName: 'workers-b', NodeGroupEntry: 'workers', SubnetId: 'subnet-p2' },
    ]);
    expect(report?.outputs.environment?.nodeGroups).toMatchObject([
      { name: 'workers-a', entry: 'workers', zone: 'ap-northeast-2a', desired: 2 },
      { name: 'workers-b', entry: 'workers', zone: 'ap-northeast-2b', desired: 2 },
    ]);
    expect(report?.notes).toContain(
      'Node group workers: 2 nodes (1 to 3) in each of ap-northeast-2a, ap-northeast-2b, so 4 in all.',
    );
    const lines = report?.price?.lines.filter(({ part }) => part === 'm5.xlarge');
    expect(lines).toMatchObject([{ count: 2 }, { count: 2 }]);
    const none = Object.fromEntries(Object.keys(LAB_INPUTS).map((name) => [name, '']));
    const { environment = '', 'aws-region': region = '' } = LAB_INPUTS;
    const look = { ...none, environment, 'aws-region': region, command: 'renew' };
    expect((await here.run(look))?.outputs.environment).toEqual(report?.outputs.environment);
  });

  it('is no entry with zone, whose group has its name and no other', async () => {
    const here = world();
    const report = await here.run();
    expect(here.stacks.requests[1]?.parameters).toMatchObject({
      NodeGroupName: 'ng1',
      NodeGroupEntry: '',
    });
    expect(report?.outputs.environment?.nodeGroups[0]).not.toHaveProperty('entry');
    expect(report?.notes.join()).not.toContain('in each of');
  });
});

describe('a zone that comes', () => {
  it('is a new group, in the plan and in the deploy, and nothing else changes', async () => {
    const here = world();
    await here.run(inZones('b'));
    here.stacks.calls.length = 0;
    const planned = await here.run({ ...inZones('a', 'b'), command: 'plan' });
    const actions = planned?.outputs.plan?.map(({ stack, action }) => `${stack} ${action}`);
    expect(actions?.toSorted()).toEqual([
      `${LAB} none`,
      `${LAB}-workers-a create`,
      `${LAB}-workers-b none`,
    ]);
    here.stacks.calls.length = 0;
    await here.run(inZones('a', 'b'));
    expect(writes(here)).toEqual([
      `createChangeSet ${LAB}-workers-a CREATE`,
      `executeChangeSet ${LAB}-workers-a `.trimEnd(),
    ]);
  });
});

describe('a zone that goes', () => {
  it('is a deletion in the plan, which changes nothing', async () => {
    const here = world();
    await here.run(inZones('a', 'b'));
    here.stacks.calls.length = 0;
    const report = await here.run({ ...inZones('a'), command: 'plan' });
    expect(report?.outputs).toMatchObject({
      'has-changes': true,
      plan: [
        { stack: LAB, action: 'none' },
        { stack: `${LAB}-workers-a`, action: 'none' },
        {
          stack: `${LAB}-workers-b`,
          action: 'delete',
          basis: 'stack',
          note: 'workers no longer lists its zone. Its nodes are drained first, and PodDisruptionBudgets hold.',
        },
      ],
    });
    expect(report?.notes.join()).not.toContain('stay as they are');
    expect(report && reportMarkdown(report)).toContain(`### ${LAB}-workers-b: delete`);
    expect(writes(here).filter((call) => !call.startsWith('createChangeSet'))).toEqual([]);
  });

  it('takes its group and its guard away, after all else, and nothing else changes', async () => {
    const here = world();
    const guarded = {
      'cloudformation-role-arn': ROLE,
      'expiry-guard': 'true',
      'ttl-hours': '24',
    };
    await here.run({ ...guarded, ...inZones('a', 'b') });
    expect(await groupsOf(here)).toHaveLength(4);
    here.stacks.calls.length = 0;
    const report = await here.run({ ...guarded, ...inZones('b') });
    expect(await groupsOf(here)).toEqual([`${LAB}-workers-b`, `${LAB}-workers-b-Guard`]);
    expect(writes(here)).toEqual([
      `deleteStack ${LAB}-workers-a`,
      `deleteStack ${LAB}-workers-a-Guard`,
    ]);
    expect(report?.stacks.filter(({ outcome }) => outcome === 'deleted')).toHaveLength(2);
    expect(report?.outputs.environment?.nodeGroups.map(({ name }) => name)).toEqual(['workers-b']);
    expect((await here.run({ ...guarded, ...inZones('b') }))?.outputs['has-changes']).toBe(false);
  });

  it('comes and goes on the cluster of another environment as well', async () => {
    const here = world();
    await here.run();
    const preview = {
      environment: PREVIEW,
      'base-environment': LAB,
      'availability-zones': '',
    };
    const sizes = ', min: 1, desired: 1, max: 2 }]';
    const small = (...letters: readonly string[]) => ({
      ...preview,
      'node-groups': inZones(...letters)['node-groups'].replace(' }]', sizes),
    });
    await here.run(small('a'));
    await here.run(small('a', 'b'));
    expect(await groupsOf(here)).toEqual([`${PREVIEW}-workers-a`, `${PREVIEW}-workers-b`]);
    await here.run(small('b'));
    expect(await groupsOf(here)).toEqual([`${PREVIEW}-workers-b`]);
    expect((await here.stacks.list()).map(({ name }) => name)).toContain(`${LAB}-ng1`);
    await expect(here.run(small('b', 'c'))).rejects.toThrow(
      /0\.zones: some of ap-northeast-2a, ap-northeast-2b, .*\(on base-environment eks-multus-cluster\)/,
    );
  });

  it('stays when the cluster does not answer: the deploy fails, and the next one goes on', async () => {
    const here = world();
    await here.run(inZones('a', 'b'));
    const { rollout } = here.deps;
    here.deps.rollout = {
      ...rollout,
      connect: () => Promise.reject(new Error('connect ECONNREFUSED')),
    };
    await expect(here.run(inZones('a'))).rejects.toThrow('ECONNREFUSED');
    expect(await groupsOf(here)).toHaveLength(2);
    here.deps.rollout = rollout;
    await here.run(inZones('a'));
    expect(await groupsOf(here)).toEqual([`${LAB}-workers-a`]);
  });

  it.each([
    ['with rollout never', { rollout: 'never' }, 'rollout is never'],
    [
      'that is protected against deletion',
      { 'termination-protection': 'true' },
      'its termination protection is on',
    ],
  ])('stays %s, and the plan and the deploy say so', async (_, changes, why) => {
    const here = world();
    await here.run({ ...changes, ...inZones('a', 'b') });
    for (const command of ['plan', 'deploy']) {
      const report = await here.run({ ...changes, ...inZones('a'), command });
      expect(report?.notes.join()).toContain(
        `${LAB}-workers-b stays, although workers no longer lists its zone: ${why}`,
      );
      expect(report?.outputs['has-changes']).toBe(false);
    }
    expect(await groupsOf(here)).toHaveLength(2);
  });

  it('is left alone with its entry, or when the entry has one group now', async () => {
    const here = world();
    await here.run(inZones('a', 'b'));
    here.stacks.outputs.set(`${LAB}-workers`, NODE_OUTPUTS);
    for (const groups of ['[{ name: ng1 }]', '[{ name: workers }]']) {
      const report = await here.run({ 'node-groups': groups });
      expect(report?.notes.join()).toContain(
        `no longer lists these stacks, which stay as they are: ${LAB}-workers-a, ${LAB}-workers-b`,
      );
    }
    expect(await groupsOf(here)).toContain(`${LAB}-workers-b`);
  });
});
