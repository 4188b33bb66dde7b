import { describe, expect, it } from 'vitest';
import { reportMarkdown } from '../report.ts';
import type { RolloutDeps } from '../session.ts';
import { provisionWorld } from '../testing/provision-world.ts';

const OLD = { id: 'lt-1', version: '1' };
const PRESENT = { id: 'lt-1', version: '2' };

/** The lab after a deploy, with one instance of an older template version. */
async function labWithOldNode(changes: Partial<RolloutDeps['groups']> = {}) {
  const world = provisionWorld();
  await world.run();
  const { rollout } = world.deps;
  world.deps.rollout = {
    ...rollout,
    groups: {
      ...rollout.groups,
      describe: async (name) => ({
        name,
        desired: 1,
        max: 3,
        template: PRESENT,
        suspended: [],
        tags: {},
        instances: [{ id: 'i-1', phase: 'in-service', template: OLD }],
      }),
      ...changes,
    },
  };
  return world;
}

const WHY = 'template version 1 instead of 2';

describe('outdated nodes', () => {
  it('are listed by a plan, with the reason', async () => {
    const { run } = await labWithOldNode();
    const report = await run({ command: 'plan' });
    expect(report?.rollout?.rows).toMatchObject([
      { group: 'eks-multus-cluster-ng1', instanceId: 'i-1', state: 'outdated', why: [WHY] },
    ]);
    if (report !== undefined) expect(reportMarkdown(report)).toContain(WHY);
  });

  it('stay with rollout: never, and the report says so', async () => {
    const { run } = await labWithOldNode();
    const report = await run({ rollout: 'never' });
    expect(report?.rollout?.rows).toHaveLength(1);
    expect(report?.notes.join()).toContain('stay, because rollout is never: i-1.');
  });

  it('are replaced by a deploy, for which the API server must answer', async () => {
    const { run } = await labWithOldNode();
    await expect(run()).rejects.toThrow('ECONNREFUSED');
  });

  it('are not looked for by a role that may not, and the report says so', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDenied' });
    const describe = async () => Promise.reject(denied);
    const { run } = await labWithOldNode({ describe });
    const report = await run();
    expect(report?.notes.join()).toContain('The role may not see which nodes are outdated: no');
    await expect(run({ rollout: 'now' })).rejects.toBe(denied);
  });
});

it('announces that a change of the template makes all nodes outdated', async () => {
  const { run, stacks } = await labWithOldNode();
  const change = {
    action: 'Modify',
    logicalId: 'LaunchTemplate',
    type: 'AWS::EC2::LaunchTemplate',
    replacement: 'False',
    details: [],
  };
  const changeSet = { status: 'CREATE_COMPLETE', reason: undefined, changes: [change] } as const;
  stacks.changeSets.push(changeSet);
  const groups = '- { name: ng1, zone: ap-northeast-2a, volume-size: 60 }';
  const report = await run({ command: 'plan', 'node-groups': groups });
  expect(report?.notes).toContain(
    'The changes of stack eks-multus-cluster-ng1 make all of its nodes outdated. The deploy then replaces them one after another.',
  );
});
