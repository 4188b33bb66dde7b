import {
  CreateChangeSetCommand,
  DescribeEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STRICT } from '../../dev/stand-ins/aws/cloudformation/behaviour.ts';
import type { Engine } from '../../dev/stand-ins/aws/cloudformation/engine.ts';
import {
  changeSetFor,
  deploy,
  eventsOf,
  type LocalStacks,
  startLocalStacks,
} from '../../dev/stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { scriptedPacing } from '../../dev/stand-ins/aws/cloudformation/testing/scripted-pacing.ts';
import { fastClock } from '../../dev/testing/fakes/fast-clock.ts';
import { recordingLog } from '../../dev/testing/fakes/recording-log.ts';
import { logStack } from '../../dev/testing/fakes/stack-in-status.ts';
import { deleteStack } from './delete-stack.ts';
import { deployStack } from './deploy-stack.ts';
import { callBudget } from './polling.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { StackApi, StackSpec } from './stack-api.ts';
import { planStack } from './stack-plan.ts';

const pacing = scriptedPacing();
let local: LocalStacks;
let standIn: Engine;
let api: StackApi;

beforeAll(async () => {
  local = await startLocalStacks({ pacing, onEngine: (made) => (standIn = made) });
  api = sdkStackApi(local.cloudFormation);
});
afterEach(() => {
  pacing.release();
  Object.assign(standIn.behaviour, STRICT);
});
afterAll(() => local?.stop());

function run() {
  const clock = fastClock(10);
  const deadline = clock.now() + 600_000;
  return { api, clock, log: recordingLog(), deadline, budget: callBudget(clock) };
}

/** A stack whose log group is replaced by each change of its name. */
function named(name: string, group: string): StackSpec {
  const spec = logStack(name, 7);
  const text = spec.template.text.replace('    Properties:', `$&\n      LogGroupName: ${group}`);
  return { ...spec, template: { ...spec.template, text } };
}

async function failsToUpdate(name: string): Promise<StackSpec> {
  await deployStack(run(), logStack(name, 7));
  pacing.script(name, 'update', 'Main', 'fail');
  const keep = { ...logStack(name, 8), onFailure: 'keep' } as const;
  await expect(deployStack(run(), keep)).rejects.toThrow(/UPDATE_FAILED: .*out of order/);
  expect((await api.describe(name))?.status).toBe('UPDATE_FAILED');
  return keep;
}

const request = (spec: StackSpec) =>
  ({ name: spec.name, type: 'UPDATE', template: spec.template.text }) as const;

describe('an update that failed with on-failure: keep', () => {
  it('leaves a stack in which CloudFormation finds no change, and accepts none with rollback', async () => {
    const spec = await failsToUpdate('kept-raw');
    const empty = await changeSetFor(local.cloudFormation, request(spec));
    expect(empty).toMatchObject({
      Status: 'FAILED',
      StatusReason: expect.stringContaining("didn't contain changes"),
    });
    await expect(
      deploy(local.cloudFormation, request(logStack('kept-raw', 14))),
    ).rejects.toMatchObject({
      name: 'ValidationError',
      message: expect.stringContaining('non-terminal [UPDATE_FAILED] state'),
    });
  });

  it.each(['keep', 'rollback', 'delete'] as const)(
    'is made good by the next run of the same template with on-failure: %s',
    async (onFailure) => {
      const spec = await failsToUpdate(`kept-${onFailure}`);
      expect(await deployStack(run(), { ...spec, onFailure })).toMatchObject({
        outcome: 'updated',
      });
      expect((await api.describe(spec.name))?.status).toBe('UPDATE_COMPLETE');
      expect(await deployStack(run(), { ...spec, onFailure })).toMatchObject({
        outcome: 'unchanged',
      });
    },
  );

  it('goes on without rollback when the template has changed meanwhile', async () => {
    await failsToUpdate('kept-on');
    const before = (await eventsOf(local.cloudFormation, 'kept-on')).length;
    const next = { ...logStack('kept-on', 30), onFailure: 'keep' } as const;
    expect(await deployStack(run(), next)).toMatchObject({ outcome: 'updated' });
    const since = (await eventsOf(local.cloudFormation, 'kept-on')).slice(before);
    expect(since.map(({ ResourceStatus }) => ResourceStatus).join()).not.toContain('ROLLBACK');
  });

  it('is planned as an update', async () => {
    const spec = await failsToUpdate('kept-plan');
    expect(await planStack(run(), spec)).toMatchObject({
      action: 'update',
      note: expect.stringContaining('a deploy goes on from the failed update'),
    });
    expect(await planStack(run(), { ...spec, onFailure: 'rollback' })).toMatchObject({
      action: 'update',
      note: expect.stringContaining('a deploy rolls the failed update back'),
    });
  });
});

describe('a replacement with on-failure: keep', () => {
  it('fails in CloudFormation only after the update has begun', async () => {
    await deployStack(run(), named('replaced-raw', 'one'));
    const next = request(named('replaced-raw', 'two'));
    const stack = await deploy(local.cloudFormation, next, { DisableRollback: true });
    expect(stack.StackStatus).toBe('UPDATE_FAILED');
    const events = await eventsOf(local.cloudFormation, 'replaced-raw');
    expect(events.at(-2)?.ResourceStatusReason).toBe(
      'Replacement type updates not supported on stack with disable-rollback.',
    );
  });

  it('is refused before anything begins, and goes through with rollback', async () => {
    await deployStack(run(), named('replaced', 'three'));
    const next = named('replaced', 'four');
    const keep = { ...next, onFailure: 'keep' } as const;
    await expect(deployStack(run(), keep)).rejects.toThrow(
      /stack replaced: Main \(AWS::Logs::LogGroup\): the update replaces it.*on-failure: keep/,
    );
    expect((await api.describe('replaced'))?.status).toBe('CREATE_COMPLETE');
    expect((await planStack(run(), keep)).note).toContain('A deploy refuses this change');
    expect(await deployStack(run(), next)).toMatchObject({ outcome: 'updated' });
  });
});

describe('a replacement of a VPC', () => {
  const network = (cidr: string): StackSpec => {
    const text = `Resources:\n  Vpc:\n    Type: AWS::EC2::VPC\n    Properties:\n      CidrBlock: ${cidr}\n`;
    return { ...logStack('network', 7), template: { file: 'cfn/test.yaml', text } };
  };

  it('is refused and named; with allow-replacement it goes through', async () => {
    await deployStack(run(), network('10.1.0.0/16'));
    const next = network('10.2.0.0/16');
    await expect(deployStack(run(), next)).rejects.toThrow(
      /stack network: Vpc \(AWS::EC2::VPC\) is replaced: .*\nNext step: .*allow-replacement: Vpc/,
    );
    expect((await api.describe('network'))?.status).toBe('CREATE_COMPLETE');
    expect(await planStack(run(), next)).toMatchObject({
      losses: [{ logicalId: 'Vpc' }],
      note: expect.stringContaining('A deploy refuses this change'),
    });
    const allowed = { ...next, allowReplacement: ['Vpc'] };
    const plan = await planStack(run(), allowed);
    expect(plan.losses).toHaveLength(1);
    expect(plan.note).toBeUndefined();
    expect(await deployStack(run(), allowed)).toMatchObject({ outcome: 'updated' });
  });

  it('is refused, too, when the template no longer has it', async () => {
    const without = { ...logStack('network', 7) };
    await expect(deployStack(run(), without)).rejects.toThrow(
      'Vpc (AWS::EC2::VPC) is removed: this deletes the network',
    );
  });
});

it('the two parameters for failures exclude each other, and OnStackFailure is for creations', async () => {
  const { cloudFormation } = local;
  const spec = logStack('both', 7);
  const type = 'CREATE' as const;
  const given = { OnStackFailure: 'ROLLBACK' } as const;
  const made = await changeSetFor(cloudFormation, { ...request(spec), type }, given);
  const ChangeSetName = made.ChangeSetId;
  await expect(
    cloudFormation.send(new ExecuteChangeSetCommand({ ChangeSetName, DisableRollback: true })),
  ).rejects.toThrow('DisableRollback cannot be specified');
  await deployStack(run(), spec);
  const update = {
    StackName: 'both',
    ChangeSetName: 'again',
    TemplateBody: spec.template.text,
    OnStackFailure: 'DO_NOTHING',
  } as const;
  await expect(cloudFormation.send(new CreateChangeSetCommand(update))).rejects.toThrow(
    'only valid for a change set of type CREATE',
  );
});

describe('a rollback', () => {
  it.each(['create', 'update'] as const)(
    'is an operation of its own, and does not hide what failed (%s)',
    async (kind) => {
      const name = `rolled-${kind}`;
      if (kind === 'update') await deployStack(run(), logStack(name, 7));
      pacing.script(name, kind, 'Main', 'fail');
      const explain = async (_: string, event: { logicalId: string }) =>
        `the launch hook gave up ${event.logicalId}`;
      await expect(deployStack({ ...run(), explain }, logStack(name, 8))).rejects.toThrow(
        /_FAILED: .*out of order.*; the launch hook gave up Main/,
      );
      const { Stacks = [] } = await local.cloudFormation.send(
        new DescribeStacksCommand({ StackName: name }),
      );
      expect(Stacks[0]?.LastOperations?.[0]?.OperationType).toBe('ROLLBACK');
      const { OperationEvents = [] } = await local.cloudFormation.send(
        new DescribeEventsCommand({ StackName: name }),
      );
      const statuses = OperationEvents.map(({ ResourceStatus }) => ResourceStatus).join();
      expect(statuses).toContain('ROLLBACK');
      expect(statuses).not.toContain(`${kind.toUpperCase()}_FAILED`);
    },
  );
});

describe('outdated reads', () => {
  it.each([1, 3, 8])(
    'end neither a creation, an update nor a deletion (%i reads)',
    async (reads) => {
      standIn.behaviour.staleReads = reads;
      const name = `stale-${reads}`;
      const { id, outcome } = await deployStack(run(), logStack(name, 7));
      expect(outcome).toBe('created');
      expect(await deployStack(run(), logStack(name, 8))).toMatchObject({ outcome: 'updated' });
      pacing.script(name, 'update', 'Main', 'fail');
      await expect(deployStack(run(), logStack(name, 14))).rejects.toThrow('out of order');
      await deleteStack(run(), { id, name });
      expect(await api.describe(name)).toBeUndefined();
    },
  );
});

describe('a change set that fails', () => {
  it('is explained by what failed it, not by a warning', async () => {
    const spec = logStack('warned', 7);
    const text = spec.template.text.replace('RetentionInDays', 'RetentionInWeeks');
    const template = { ...spec.template, text };
    const error = await deployStack(run(), { ...spec, template }).catch((one: Error) => one);
    expect(error).toMatchObject({ message: expect.stringContaining('RetentionInWeeks') });
    expect(error).not.toMatchObject({ message: expect.stringContaining('quota') });
  });

  it('is explained by the name that somebody else has already', async () => {
    await deployStack(run(), named('first', 'taken'));
    await expect(deployStack(run(), named('second', 'taken'))).rejects.toThrow(
      "stack second: Main (AWS::Logs::LogGroup): /Resources/Main/Properties/LogGroupName: Resource of type 'AWS::Logs::LogGroup' with identifier 'taken' already exists.",
    );
    expect(await api.describe('second')).toBeUndefined();
  });

  it('is explained by the hook that refused it', async () => {
    standIn.behaviour.hookRefusal = 'stacks need a cost centre';
    await expect(deployStack(run(), logStack('hooked', 7))).rejects.toThrow(
      'stack hooked: change set: hook Example::Company::ChangeGuard: stacks need a cost centre',
    );
  });
});

it('a change set that is still being deleted does not keep an empty stack', async () => {
  standIn.behaviour.changeSetDeletionMs = 3_000;
  await planStack(run(), logStack('lingering', 7));
  expect(await api.describe('lingering')).toBeUndefined();
  expect(await deployStack(run(), logStack('lingering', 7))).toMatchObject({ outcome: 'created' });
});
