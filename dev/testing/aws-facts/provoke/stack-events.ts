import { DeleteStackCommand, type StackEvent } from '@aws-sdk/client-cloudformation';
import {
  deploy,
  eventsOf,
  settled,
} from '../../../stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { begin, cf, describe, thing } from './stacks.ts';
import type { Provocations, World } from './world.ts';

/** The events of a stack that a fact is about, newest first, as DescribeStackEvents has them. */
async function eventsWith(world: World, name: string, isWanted: (event: StackEvent) => boolean) {
  const found = (await eventsOf(cf(world), name)).filter(isWanted);
  return { StackEvents: found.toReversed() };
}

const isOfStack = ({ ResourceType }: StackEvent) => ResourceType === 'AWS::CloudFormation::Stack';
const isOfUpdate = ({ ResourceStatus }: StackEvent) => /^(UPDATE|DELETE)/.test(`${ResourceStatus}`);

/** A second resource, whose creation or update fails beside that of the first. */
const BESIDE = ',"Bad":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":DAYS}}';
const pair = (days: number) => thing(days, BESIDE.replace('DAYS', String(days)));

async function created(world: World, name: string, template = thing()): Promise<void> {
  await deploy(cf(world), { type: 'CREATE', template, name });
}

async function updated(world: World, name: string, template: string): Promise<void> {
  await deploy(cf(world), { type: 'UPDATE', template, name });
}

/** Creates a stack whose only resource fails, with a setting for the failure. */
async function failedCreation(
  world: World,
  name: string,
  OnStackFailure: 'ROLLBACK' | 'DO_NOTHING' | 'DELETE',
): Promise<string> {
  world.pacing.script(name, 'create', 'Thing', 'fail');
  await begin(world, name, 'CREATE', thing(), { OnStackFailure });
  const { Stacks: [stack] = [] } = await describe(world, name);
  await settled(cf(world), stack?.StackId ?? name);
  return stack?.StackId ?? name;
}

/** Fails one of two resources while the other is held, and then lets that one go. */
async function failedBeside(world: World, name: string, kind: 'create' | 'update') {
  if (kind === 'update') await created(world, name, pair(7));
  world.pacing.script(name, kind, 'Thing', 'hold');
  world.pacing.script(name, kind, 'Bad', 'fail');
  await begin(world, name, kind === 'create' ? 'CREATE' : 'UPDATE', pair(14));
  await until(async () =>
    (await eventsOf(cf(world), name)).some(
      ({ LogicalResourceId, ResourceStatus }) =>
        LogicalResourceId === 'Bad' && ResourceStatus?.endsWith('_FAILED'),
    ),
  );
  world.pacing.release();
  await settled(cf(world), name);
  return eventsWith(
    world,
    name,
    ({ LogicalResourceId, ResourceStatus = '' }) =>
      LogicalResourceId === 'Thing' && ResourceStatus.endsWith('_FAILED'),
  );
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  for (let left = 300; left > 0; left -= 1) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not come about');
}

/** How to provoke the events of stacks. */
export const STACK_EVENTS: Provocations = {
  'events-of-creation': async (world) => {
    await created(world, 'made');
    return eventsWith(
      world,
      'made',
      ({ ResourceStatus }) => `${ResourceStatus}` !== 'REVIEW_IN_PROGRESS',
    );
  },
  'events-of-update': async (world) => {
    await created(world, 'updated');
    await updated(world, 'updated', thing(14));
    return eventsWith(world, 'updated', isOfUpdate);
  },
  'events-of-failed-creation': async (world) => {
    const id = await failedCreation(world, 'rolled', 'ROLLBACK');
    return eventsWith(world, id, ({ ResourceStatus = '' }) =>
      /ROLLBACK|CREATE_FAILED/.test(ResourceStatus),
    );
  },
  'events-of-failed-creation-deleted': async (world) => {
    const id = await failedCreation(world, 'dropped', 'DELETE');
    return eventsWith(
      world,
      id,
      (event) => isOfStack(event) && event.ResourceStatus === 'DELETE_IN_PROGRESS',
    );
  },
  'events-of-failed-creation-kept': async (world) =>
    describe(world, await failedCreation(world, 'kept', 'DO_NOTHING')),
  'events-of-failed-deletion': async (world) => {
    await created(world, 'held');
    return describe(world, await failedDeletion(world, 'held'));
  },
  'events-of-retained-resource': async (world) => {
    await created(world, 'retained');
    const id = await failedDeletion(world, 'retained');
    await cf(world).send(new DeleteStackCommand({ StackName: id, RetainResources: ['Thing'] }));
    await settled(cf(world), id);
    return eventsWith(world, id, ({ ResourceStatus = '' }) =>
      /^DELETE_(SKIPPED|COMPLETE)$/.test(ResourceStatus),
    );
  },
  'events-of-failed-update': async (world) => {
    await created(world, 'mixed');
    world.pacing.script('mixed', 'update', 'Thing', 'fail');
    world.pacing.script('mixed', 'create', 'Bad', 'fail');
    await updated(world, 'mixed', pair(14));
    return eventsWith(
      world,
      'mixed',
      ({ ResourceStatus, ResourceStatusReason = '' }) =>
        ResourceStatus === 'UPDATE_ROLLBACK_IN_PROGRESS' && ResourceStatusReason !== '',
    );
  },
  'events-of-failed-rollback': async (world) => {
    await created(world, 'half-back');
    world.pacing.script('half-back', 'update', 'Thing', 'fail', 'fail');
    await updated(world, 'half-back', thing(14));
    return describe(world, 'half-back');
  },
  'creation-cancelled': (world) => failedBeside(world, 'cancelled', 'create'),
  'update-cancelled': (world) => failedBeside(world, 'cancelled-update', 'update'),
  'events-of-replacement': async (world) => {
    const named = (name: string) =>
      `{"Resources":{"Thing":{"Type":"AWS::Logs::LogGroup","Properties":{"LogGroupName":"facts-${name}"}}}}`;
    await created(world, 'replacing', named('one'));
    await updated(world, 'replacing', named('two'));
    const own = (event: StackEvent) =>
      !isOfStack(event) || event.ResourceStatus !== 'UPDATE_IN_PROGRESS';
    return eventsWith(world, 'replacing', (event) => isOfUpdate(event) && own(event));
  },
  'export-in-use': async (world) => {
    const output = ',"Outputs":{"Id":{"Value":{"Ref":"Thing"},"Export":{"Name":"facts-export"}}}}';
    await created(world, 'exporting', thing().slice(0, -1) + output);
    await created(
      world,
      'importing',
      '{"Resources":{"Thing":{"Type":"AWS::Logs::LogGroup","Properties":{"Tags":[{"Key":"of","Value":{"Fn::ImportValue":"facts-export"}}]}}}}',
    );
    await cf(world).send(new DeleteStackCommand({ StackName: 'exporting' }));
    await settled(cf(world), 'exporting');
    const found = await eventsWith(world, 'exporting', isOfStack);
    return { StackEvents: found.StackEvents.slice(0, 2) };
  },
  'event-ids': async (world) => {
    await created(world, 'identified');
    const found = await eventsWith(world, 'identified', isOfStack);
    return { StackEvents: found.StackEvents.slice(0, 1) };
  },
  'handler-reason': async (world) => {
    const template =
      '{"Resources":{"V":{"Type":"AWS::EC2::VPC","Properties":{"CidrBlock":"10.77.0.0/16"}},"Thing":{"Type":"AWS::EC2::Subnet","Properties":{"VpcId":{"Ref":"V"},"CidrBlock":"10.78.0.0/24"}}}}';
    await created(world, 'handled', template);
    return eventsWith(world, 'handled', ({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED');
  },
};

/** Tries to delete a stack whose resource cannot be deleted; returns the stack's id. */
async function failedDeletion(world: World, name: string): Promise<string> {
  const { Stacks: [stack] = [] } = await describe(world, name);
  const StackName = stack?.StackId ?? name;
  world.pacing.script(name, 'delete', 'Thing', 'fail');
  await cf(world).send(new DeleteStackCommand({ StackName }));
  await settled(cf(world), StackName);
  return StackName;
}
