import { beforeEach, describe, expect, it } from 'vitest';
import { LAB_INPUTS } from '../../../dev/testing/samples/lab-inputs.ts';
import type { ChangeSetRequest } from '../../cloudformation/stack-api.ts';
import type { Environment } from '../../environment/environment.ts';
import { reportMarkdown } from '../report.ts';
import { provisionWorld } from '../testing/provision-world.ts';

const ROLE = 'arn:aws:iam::123456789012:role/eks-multus-cloudformation';
const GROUP = 'eks-multus-cluster-ng1';
let world: ReturnType<typeof provisionWorld>;
/** What the deploy of the lab has said of the environment. */
let deployed: Environment | undefined;

beforeEach(async () => {
  world = provisionWorld();
  deployed = (await world.run({ 'cloudformation-role-arn': ROLE }))?.outputs.environment;
  const { stacks } = world;
  const list = stacks.list.bind(stacks);
  const lookedUp = { NodeImageIdSSMParam: 'ami-old' };
  stacks.list = async () => (await list()).map((stack) => ({ ...stack, lookedUp }));
  const { rollout } = world.deps;
  const machine = { id: 'i-1', imageId: 'ami-old', instanceType: 'm5.xlarge', launchedAt: 0 };
  world.deps.rollout = {
    ...rollout,
    machines: { ...rollout.machines, describe: async () => [machine] },
    images: {
      describe: async () => [
        { id: 'ami-old', name: 'old', releasedAt: Date.parse('2026-09-01') },
        { id: 'ami-new', name: 'new', releasedAt: Date.parse('2026-09-11') },
      ],
      recommended: async (names) => new Map(names.map((name) => [name, 'ami-new'])),
    },
  };
});

/** Runs `renew` with no other inputs than an environment that a job looks after has. */
async function renewed(given: Readonly<Record<string, string>> = {}) {
  const none = Object.fromEntries(Object.keys(LAB_INPUTS).map((name) => [name, '']));
  world.stacks.requests.length = 0;
  const { environment = '', 'aws-region': region = '' } = LAB_INPUTS;
  const inputs = { ...none, environment, 'aws-region': region, command: 'renew', ...given };
  return world.run({ 'cloudformation-role-arn': ROLE, ...inputs });
}

const requestOf = (name: string): ChangeSetRequest | undefined =>
  world.stacks.requests.find(({ stackName }) => stackName === name);

it('describes the environment as its last deploy did, from its stacks alone', async () => {
  const report = await renewed();
  expect(deployed?.nodeGroups).toHaveLength(1);
  expect(report?.outputs.environment).toEqual(deployed);
});

describe('the AMIs', () => {
  it('are in the output and in the summary, with the sources', async () => {
    const report = await renewed();
    expect(report?.outputs.images).toMatchObject([
      { group: GROUP, daysBehind: 10, recommended: { id: 'ami-new' } },
    ]);
    const summary = report === undefined ? '' : reportMarkdown(report);
    expect(summary).toContain(
      '| ami-old<br>old<br>released 2026-09-01 | ami-new<br>new<br>released 2026-09-11 | 10 |',
    );
    expect(summary).toMatch(
      /DescribeInstances of EC2.*DescribeImages of EC2.*SSM parameter `\/aws/,
    );
  });

  it('are in the summary of a plan, too', async () => {
    const report = await world.run({ command: 'plan' });
    expect(report?.outputs.images).toMatchObject([{ group: GROUP, daysBehind: 10 }]);
  });

  it('are left out, with a warning, when the role may not ask', async () => {
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    world.deps.rollout.images.recommended = () => Promise.reject(denied);
    const report = await renewed();
    expect(report?.outputs.images).toBeUndefined();
    expect(report?.notes.join()).toContain('The role may not see how old the AMIs are: no');
  });
});

describe('the window', () => {
  it.each([
    ['', 'because no window is given'],
    ['Fri 02:00-05:00 UTC', 'The window Fri 02:00-05:00 UTC is closed, so no node is replaced'],
  ])('%j keeps all stacks and nodes as they are', async (window, note) => {
    const report = await renewed({ window });
    expect(report?.notes.join()).toContain(note);
    expect(world.stacks.requests).toEqual([]);
  });

  // The clock of the test begins on Thursday, 1 January 1970.
  it.each(['always', 'Thu 00:00-06:00 UTC'])(
    '%s lets CloudFormation look the AMI up again, and changes nothing else',
    async (window) => {
      const before = (await world.stacks.list()).find(({ name }) => name === GROUP);
      await renewed({ window });
      expect(world.stacks.requests.map(({ stackName }) => stackName)).toEqual([GROUP]);
      const request = requestOf(GROUP);
      expect(request).toMatchObject({
        template: 'cfn/nodegroup.yaml',
        roleArn: ROLE,
        previous: [],
      });
      expect(request?.parameters).toEqual(before?.parameters);
      expect(request?.tags).toEqual(before?.tags);
    },
  );
});

it('does not deploy a template that is not of this release of the pack', async () => {
  world.stacks.template = async () => 'a template of somebody else';
  const report = await renewed({ window: 'always' });
  expect(world.stacks.requests).toEqual([]);
  expect(report?.notes.join()).toContain(`Stack ${GROUP} has another template than this release`);
});

it('does not take stacks with another role', async () => {
  await expect(
    renewed({ 'cloudformation-role-arn': `${ROLE}-2`, window: 'always' }),
  ).rejects.toThrow(/does not have the role of the input cloudformation-role-arn/);
  expect(world.stacks.requests).toEqual([]);
});

it('says that there is no such environment', async () => {
  await expect(renewed({ environment: 'other' })).rejects.toThrow(
    /environment other: there is no such environment in this account and region\nNext step: deploy it first/,
  );
});
