import {
  DeleteChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  ExecuteChangeSetCommand,
  ListChangeSetsCommand,
} from '@aws-sdk/client-cloudformation';
import {
  changeSetFor,
  deploy,
  eventsOf,
  settled,
} from '../../../stand-ins/aws/cloudformation/testing/local-stacks.ts';
import { cf, proposeChange, thing } from './stacks.ts';
import type { Provocations, World } from './world.ts';

const group = (properties: object) => ({ Type: 'AWS::Logs::LogGroup', Properties: properties });
const templateOf = (resources: object, more: object = {}) =>
  JSON.stringify({ ...more, Resources: resources });

/** Makes a stack of a template, and a change set that leads to another one. */
async function changeFrom(
  world: World,
  name: string,
  [before, after]: readonly [string, string],
  parameters: Readonly<Record<string, string>> = {},
) {
  await deploy(cf(world), { type: 'CREATE', template: before, name });
  return changeSetFor(cf(world), { type: 'UPDATE', template: after, name, parameters });
}

const UNKNOWN = 'arn:aws:cloudformation:ap-northeast-2:123456789012:changeSet/x/1';

/** How to provoke the answers about change sets. */
export const CHANGE_SETS: Provocations = {
  'change-set-empty': (world) => changeFrom(world, 'same', [thing(), thing()]),
  'change-set-ready': (world) => changeFrom(world, 'other', [thing(), thing(14)]),
  'change-set-not-executable': async (world) => {
    const { ChangeSetId } = await changeFrom(world, 'failed', [thing(), thing()]);
    return cf(world).send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  },
  'change-set-unknown': (world) =>
    cf(world).send(new DescribeChangeSetCommand({ ChangeSetName: UNKNOWN })),
  'change-set-without-stack': (world) =>
    cf(world).send(new DeleteChangeSetCommand({ ChangeSetName: 'x' })),
  'change-set-delete-unknown-stack': (world) =>
    cf(world).send(new DeleteChangeSetCommand({ ChangeSetName: 'x', StackName: 'nobody' })),
  'change-set-creates-existing': async (world) => {
    await deploy(cf(world), { type: 'CREATE', template: thing(), name: 'existing' });
    return proposeChange(world, { StackName: 'existing' });
  },
  'change-set-name-taken': async (world) => {
    const twice = { StackName: 'twice', ChangeSetName: 'taken' };
    await proposeChange(world, twice);
    return proposeChange(world, twice);
  },
  'change-set-in-review': async (world) => {
    await proposeChange(world, { StackName: 'in-review', ChangeSetName: 'one' });
    return proposeChange(world, { StackName: 'in-review', ChangeSetName: 'two' });
  },
  'changes-of-update': (world) => {
    const before = {
      Modified: group({ RetentionInDays: 7 }),
      Removed: group({}),
      Replaced: group({ LogGroupName: 'facts-before' }),
    };
    const after = {
      Added: group({}),
      Modified: group({ RetentionInDays: 14 }),
      Replaced: group({ LogGroupName: 'facts-after' }),
    };
    return changeFrom(world, 'changing', [templateOf(before), templateOf(after)]);
  },
  'change-by-parameter': async (world) => {
    const days = { Parameters: { Days: { Type: 'Number', Default: '7' } } };
    const template = templateOf({ Thing: group({ RetentionInDays: { Ref: 'Days' } }) }, days);
    return changeFrom(world, 'by-parameter', [template, template], { Days: '14' });
  },
  'change-by-attribute': (world) => {
    const named = group({ LogGroupName: { 'Fn::GetAtt': ['Role', 'RoleId'] } });
    const tagged = (Value: string) => {
      const trusted = { Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' } };
      const statement = { ...trusted, Action: 'sts:AssumeRole' };
      const AssumeRolePolicyDocument = { Version: '2012-10-17', Statement: [statement] };
      const Properties = { AssumeRolePolicyDocument, Tags: [{ Key: 'k', Value }] };
      return templateOf({ Named: named, Role: { Type: 'AWS::IAM::Role', Properties } });
    };
    return changeFrom(world, 'named-after', [tagged('a'), tagged('b')]);
  },
  'change-of-tags': (world) => {
    const tagged = (Value: string) => templateOf({ Thing: group({ Tags: [{ Key: 'k', Value }] }) });
    return changeFrom(world, 'retagged', [tagged('a'), tagged('b')]);
  },
  'changes-in-order': (world) => {
    const after = { B: group({}), A: { ...group({}), DependsOn: 'B' }, Thing: group({}) };
    return changeFrom(world, 'ordered', [templateOf({ Thing: group({}) }), templateOf(after)]);
  },
  'events-of-what': (world) => cf(world).send(new DescribeEventsCommand({})),
  'validation-reason': async (world) => {
    const { OperationEvents = [] } = await problemsOf(world, 'incomplete');
    const failing = OperationEvents.filter((one) => one.ValidationFailureMode === 'FAIL');
    return { OperationEvents: failing };
  },
  'validation-warning': async (world) => {
    const { OperationEvents = [] } = await problemsOf(world, 'warned');
    const warning = OperationEvents.filter((one) => one.ValidationFailureMode === 'WARN');
    return { OperationEvents: warning };
  },
  'hook-error': async (world) => {
    world.behaviour.hookRefusal = 'buckets only';
    const hooked = { type: 'CREATE', template: thing(), name: 'hooked' } as const;
    const { ChangeSetId } = await changeSetFor(cf(world), hooked);
    world.behaviour.hookRefusal = undefined;
    const query = { ChangeSetName: ChangeSetId, Filters: { FailedEvents: true } };
    return cf(world).send(new DescribeEventsCommand(query));
  },
  'change-set-deletion-lingers': async (world) => {
    const { ChangeSetId } = await changeFrom(world, 'lingering', [thing(), thing(14)]);
    await cf(world).send(new DeleteChangeSetCommand({ ChangeSetName: ChangeSetId }));
    const query = new ListChangeSetsCommand({ StackName: 'lingering' });
    const { Summaries = [] } = await cf(world).send(query);
    return { Summaries: Summaries.filter((one) => one.ChangeSetId === ChangeSetId) };
  },
  'validation-failed': async (world) => {
    const template = templateOf({ Thing: group({ RetentionInDays: 7, Wrong: 'x' }) });
    return changeSetFor(cf(world), { type: 'CREATE', template, name: 'invalid' });
  },
  'operation-of-event': async (world) => {
    await deploy(cf(world), { type: 'CREATE', template: thing(), name: 'operated' });
    const query = new DescribeStackEventsCommand({ StackName: 'operated' });
    const { StackEvents = [] } = await cf(world).send(query);
    return { StackEvents: StackEvents.slice(0, 1) };
  },
  'failed-update-then-empty': async (world) => {
    await deploy(cf(world), { type: 'CREATE', template: thing(), name: 'half' });
    world.pacing.script('half', 'update', 'Thing', 'fail');
    await keptUpdate(world, 'half', thing(14));
    return changeSetFor(cf(world), { type: 'UPDATE', template: thing(14), name: 'half' });
  },
  'failed-update-executed-with-rollback': async (world) => {
    const name = 'half-way';
    await deploy(cf(world), { type: 'CREATE', template: thing(), name });
    world.pacing.script(name, 'update', 'Thing', 'fail');
    await keptUpdate(world, name, thing(14));
    const next = { type: 'UPDATE', template: thing(30), name } as const;
    const { ChangeSetId } = await changeSetFor(cf(world), next);
    return cf(world).send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  },
  'replacement-without-rollback': async (world) => {
    const named = (LogGroupName: string) => templateOf({ Thing: group({ LogGroupName }) });
    await deploy(cf(world), { type: 'CREATE', template: named('facts-r1'), name: 'unreplaced' });
    await keptUpdate(world, 'unreplaced', named('facts-r2'));
    const failed = (await eventsOf(cf(world), 'unreplaced')).filter(
      ({ LogicalResourceId, ResourceStatus }) =>
        LogicalResourceId === 'Thing' && ResourceStatus === 'UPDATE_FAILED',
    );
    return { StackEvents: failed };
  },
  'rollback-is-an-operation': async (world) => {
    const name = 'operated-back';
    await deploy(cf(world), { type: 'CREATE', template: thing(), name });
    world.pacing.script(name, 'update', 'Thing', 'fail');
    await deploy(cf(world), { type: 'UPDATE', template: thing(14), name });
    const query = new DescribeEventsCommand({ StackName: name });
    const { OperationEvents = [] } = await cf(world).send(query);
    const others = OperationEvents.filter(({ OperationType }) => OperationType !== 'ROLLBACK');
    return { OperationEvents: others.length > 0 ? others : OperationEvents.slice(0, 1) };
  },
};

/** Executes an update with disabled rollback and waits for its end. */
async function keptUpdate(world: World, name: string, template: string): Promise<void> {
  const { ChangeSetId } = await changeSetFor(cf(world), { type: 'UPDATE', template, name });
  const execution = { ChangeSetName: ChangeSetId, DisableRollback: true };
  await cf(world).send(new ExecuteChangeSetCommand(execution));
  await settled(cf(world), name);
}

/** What early validation says about a role without a trust policy. */
async function problemsOf(world: World, name: string) {
  const template = templateOf({ Thing: { Type: 'AWS::IAM::Role', Properties: {} } });
  const { ChangeSetId } = await changeSetFor(cf(world), { type: 'CREATE', template, name });
  const query = { ChangeSetName: ChangeSetId, Filters: { FailedEvents: true } };
  return cf(world).send(new DescribeEventsCommand(query));
}
