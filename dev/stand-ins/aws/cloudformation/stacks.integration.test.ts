import { setTimeout as sleep } from 'node:timers/promises';
import {
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  GetTemplateSummaryCommand,
  ListChangeSetsCommand,
  ListExportsCommand,
  ListStackResourcesCommand,
  ListStacksCommand,
  UpdateTerminationProtectionCommand,
  ValidateTemplateCommand,
} from '@aws-sdk/client-cloudformation';
import {
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeSubnetsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { eventually, REGION } from '../testing/local-aws.ts';
import { type Step, steadyPacing } from './pacing/pacing.ts';

import { inventory } from './testing/inventory.ts';
import {
  changeSetFor,
  deploy,
  destroy,
  eventsOf,
  type LocalStacks,
  outputsOf,
  settled,
  startLocalStacks,
} from './testing/local-stacks.ts';

let stacks: LocalStacks;
let before: Record<string, string[]>;
/** Selects the steps that fail. */
let fault: (step: Step) => boolean = () => false;
/** Resolves when a step may continue; see `hold`. */
let passed: (step: Step) => Promise<void> = async () => {};

beforeAll(async () => {
  const pacing = {
    ...steadyPacing(),
    pollMs: 20,
    releaseMs: 200,
    async before(step: Step) {
      await sleep(20);
      await passed(step);
      if (fault(step)) throw new Error('out of order');
    },
  };
  stacks = await startLocalStacks({ pacing });
  before = await inventory(stacks.clients);
});
afterAll(() => stacks?.stop());
beforeEach(() => {
  fault = () => false;
});
afterEach(() => letGo());

let letGo = () => {};

/** Holds the selected steps until `letGo`, which every test calls at its end. */
function hold(which: (step: Step) => boolean): void {
  const { promise, resolve } = Promise.withResolvers<void>();
  passed = async (step) => {
    if (which(step)) await promise;
  };
  letGo = () => {
    passed = async () => {};
    resolve();
  };
}

const network = `
Parameters:
  Cidr: {Type: String, Default: 10.9.0.0/16}
  Second: {Type: String, Default: 10.9.1.0/24}
  Secret: {Type: String, Default: s3cr3t, NoEcho: true}
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr}}
  First: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.9.0.0/24}}
  Other: {Type: AWS::EC2::Subnet, DependsOn: First, Properties: {VpcId: !Ref Vpc, CidrBlock: !Ref Second}}
Outputs:
  Vpc: {Value: !Ref Vpc, Export: {Name: !Sub "\${AWS::StackName}-vpc"}}
`;
const request = { template: network, type: 'CREATE' as const };
const cf = () => stacks.cloudFormation;

/** The statuses of a stack's resources. */
async function statusesOf(StackName: string) {
  const list = new ListStackResourcesCommand({ StackName });
  const { StackResourceSummaries = [] } = await cf().send(list);
  return StackResourceSummaries.map(({ ResourceStatus }) => ResourceStatus);
}

test('a failed creation is rolled back, and the stack can then only be deleted', async () => {
  const parameters = { Second: '10.9.0.0/25' };
  const stack = await deploy(cf(), { ...request, name: 'overlap', parameters });
  expect(stack.StackStatus).toBe('ROLLBACK_COMPLETE');
  const events = await eventsOf(cf(), 'overlap');
  expect(events.find(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')).toMatchObject({
    LogicalResourceId: 'Other',
    ResourceStatusReason: expect.stringMatching(
      /conflicts with another subnet.*Service: Ec2, Status Code: 400, Request ID: /,
    ),
  });
  expect(
    events.find(({ ResourceStatus }) => ResourceStatus === 'ROLLBACK_IN_PROGRESS'),
  ).toMatchObject({
    ResourceStatusReason:
      'The following resource(s) failed to create: [Other]. Rollback requested by user.',
  });
  expect(await inventory(stacks.clients)).toEqual(before);
  const update = changeSetFor(cf(), { ...request, name: 'overlap', type: 'UPDATE' });
  await expect(update).rejects.toThrow(/is in ROLLBACK_COMPLETE state and can not be updated/);
  await destroy(cf(), 'overlap');
  expect((await deploy(cf(), { ...request, name: 'overlap' })).StackStatus).toBe('CREATE_COMPLETE');
  await destroy(cf(), 'overlap');
});

test('a failure cancels resources that are being created at the same time', async () => {
  const template = `
Resources:
  Bad: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.8.0.0/16}}
  Slow: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.7.0.0/16}}
`;
  fault = ({ kind, logicalId }) => kind === 'create' && logicalId === 'Bad';
  hold(({ kind, logicalId }) => kind === 'create' && logicalId === 'Slow');
  const { ChangeSetId } = await changeSetFor(cf(), { ...request, template, name: 'both' });
  await cf().send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  await eventually(async () => (await statusesOf('both')).includes('CREATE_FAILED'));
  letGo();
  await settled(cf(), 'both');
  const reasons = (await eventsOf(cf(), 'both'))
    .filter(({ ResourceStatus }) => ResourceStatus === 'CREATE_FAILED')
    .map(({ LogicalResourceId, ResourceStatusReason = '' }) => [
      LogicalResourceId,
      ResourceStatusReason,
    ]);
  expect(reasons[0]).toEqual(['Bad', expect.stringContaining('out of order')]);
  expect(reasons[1]).toEqual(['Slow', 'Resource creation cancelled']);
  await destroy(cf(), 'both');
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('a failed creation can be kept and completed by an update', async () => {
  const name = 'again';
  fault = ({ kind, logicalId }) => kind === 'create' && logicalId === 'Other';
  const keep = { OnStackFailure: 'DO_NOTHING' as const };
  const { ChangeSetId } = await changeSetFor(cf(), { ...request, name }, keep);
  await cf().send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  expect((await settled(cf(), name)).StackStatus).toBe('CREATE_FAILED');
  fault = () => false;
  const update = { ...request, name, type: 'UPDATE' } as const;
  await expect(deploy(cf(), update)).rejects.toThrow(
    'non-terminal [CREATE_FAILED] state. To update the stack from this state, please use the disable-rollback',
  );
  const stack = await deploy(cf(), update, { DisableRollback: true });
  expect(stack).toMatchObject({ StackStatus: 'UPDATE_COMPLETE' });
  expect(outputsOf(stack)['Vpc']).toMatch(/^vpc-/);
  await destroy(cf(), name);
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('stacks are deployed at the same time', async () => {
  const names = ['one', 'two', 'three'];
  const all = await Promise.all(names.map((name) => deploy(cf(), { ...request, name })));
  expect(all.map(({ StackStatus }) => StackStatus)).toEqual(names.map(() => 'CREATE_COMPLETE'));
  await Promise.all(names.map((name) => destroy(cf(), name)));
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('operations are asynchronous, and no other may start meanwhile', async () => {
  const name = 'busy';
  hold(({ kind }) => kind === 'change-set');
  const { Id: ChangeSetName, StackId } = await cf().send(
    new CreateChangeSetCommand({
      StackName: name,
      ChangeSetName: 'first',
      ChangeSetType: 'CREATE',
      TemplateBody: network,
    }),
  );
  const early = await cf().send(new DescribeChangeSetCommand({ ChangeSetName }));
  expect(early.Status).toMatch(/CREATE_(PENDING|IN_PROGRESS)/);
  await expect(cf().send(new ExecuteChangeSetCommand({ ChangeSetName }))).rejects.toMatchObject({
    name: expect.stringMatching(/InvalidChangeSetStatus/),
  });
  const { Stacks = [] } = await cf().send(new DescribeStacksCommand({ StackName: StackId }));
  expect(Stacks[0]?.StackStatus).toBe('REVIEW_IN_PROGRESS');
  letGo();
  await eventually(async () => {
    const { Status } = await cf().send(new DescribeChangeSetCommand({ ChangeSetName }));
    return Status === 'CREATE_COMPLETE';
  });
  hold(({ kind }) => kind === 'create');
  const execution = { ChangeSetName, ClientRequestToken: 'once' };
  await cf().send(new ExecuteChangeSetCommand(execution));
  await cf().send(new ExecuteChangeSetCommand(execution));
  const running = await cf().send(new DescribeStacksCommand({ StackName: name }));
  expect(running.Stacks?.[0]?.StackStatus).toBe('CREATE_IN_PROGRESS');
  const update = changeSetFor(cf(), { ...request, name, type: 'UPDATE' });
  await expect(update).rejects.toThrow(/CREATE_IN_PROGRESS state and can not be updated/);
  letGo();
  expect((await settled(cf(), name)).StackStatus).toBe('CREATE_COMPLETE');
  await destroy(cf(), name);
});

test('a deletion cancels a creation', async () => {
  hold(({ kind, logicalId }) => kind === 'create' && logicalId === 'Other');
  const { ChangeSetId, StackId = '' } = await changeSetFor(cf(), { ...request, name: 'short' });
  await cf().send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId }));
  await eventually(async () => (await statusesOf('short')).includes('CREATE_COMPLETE'));
  await cf().send(new DeleteStackCommand({ StackName: 'short' }));
  letGo();
  const stack = await eventually(async () => {
    const { Stacks = [] } = await cf().send(new DescribeStacksCommand({ StackName: StackId }));
    return Stacks[0]?.StackStatus === 'DELETE_COMPLETE' && Stacks[0];
  });
  expect(stack.DeletionTime).toBeDefined();
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('a replacement creates the new resource before it deletes the old one', async () => {
  const name = 'moved';
  const template =
    'Parameters: {C: {Type: String}}\nResources: {V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref C}}}\nOutputs: {V: {Value: !Ref V}}';
  const one = await deploy(cf(), { ...request, name, template, parameters: { C: '10.1.0.0/16' } });
  const next = {
    ...request,
    name,
    template,
    type: 'UPDATE' as const,
    parameters: { C: '10.2.0.0/16' },
  };
  const changes = await changeSetFor(cf(), next);
  expect(changes.Changes?.[0]?.ResourceChange).toMatchObject({
    Replacement: 'True',
    PolicyAction: 'ReplaceAndDelete',
  });
  const two = await deploy(cf(), next);
  expect(two.StackStatus).toBe('UPDATE_COMPLETE');
  expect(outputsOf(two)['V']).not.toBe(outputsOf(one)['V']);
  const { Vpcs = [] } = await stacks.clients.ec2.send(
    new DescribeVpcsCommand({
      Filters: [{ Name: 'tag:aws:cloudformation:stack-name', Values: [name] }],
    }),
  );
  expect(Vpcs.map(({ CidrBlock }) => CidrBlock)).toEqual(['10.2.0.0/16']);
  fault = ({ kind, logicalId }) => kind === 'create' && logicalId === 'Extra';
  const extra = template.replace(
    'Resources: {',
    'Resources: {Extra: {Type: AWS::EC2::VPC, DependsOn: V, Properties: {CidrBlock: 10.3.0.0/16}}, ',
  );
  const failed = await deploy(cf(), { ...next, template: extra, parameters: { C: '10.4.0.0/16' } });
  expect(failed.StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  expect(outputsOf(failed)).toEqual(outputsOf(two));
  await destroy(cf(), name);
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('a failed rollback can be continued', async () => {
  const name = 'wedged';
  const template = (dns: boolean) => `
Resources:
  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.6.0.0/16, EnableDnsHostnames: ${dns}}}
  W: {Type: AWS::EC2::VPC, DependsOn: V, Properties: {CidrBlock: 10.5.0.0/16, EnableDnsHostnames: ${dns}}}
`;
  await deploy(cf(), { ...request, name, template: template(false) });
  let updates = 0;
  // The update of V succeeds. The update of W fails, and so does undoing it.
  fault = ({ kind }) => kind === 'update' && ++updates > 1 && updates < 4;
  const stuck = await deploy(cf(), { ...request, name, template: template(true), type: 'UPDATE' });
  expect(stuck).toMatchObject({
    StackStatus: 'UPDATE_ROLLBACK_FAILED',
    StackStatusReason: 'The following resource(s) failed to update: [W]. ',
  });
  await cf().send(new ContinueUpdateRollbackCommand({ StackName: name }));
  expect((await settled(cf(), name)).StackStatus).toBe('UPDATE_ROLLBACK_COMPLETE');
  await destroy(cf(), name);
});

test('a resource that cannot be deleted fails the deletion, which can be repeated later', async () => {
  const name = 'stuck';
  await deploy(cf(), { ...request, name });
  fault = ({ kind, logicalId }) => kind === 'delete' && logicalId === 'First';
  expect(await destroy(cf(), name)).toMatchObject({
    StackStatus: 'DELETE_FAILED',
    StackStatusReason: 'The following resource(s) failed to delete: [First]. ',
  });
  const update = changeSetFor(cf(), { ...request, name, type: 'UPDATE' });
  await expect(update).rejects.toThrow(/DELETE_FAILED state/);
  fault = () => false;
  expect((await destroy(cf(), name)).StackStatus).toBe('DELETE_COMPLETE');
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('only a stack in DELETE_FAILED can retain resources', async () => {
  const name = 'kept';
  const { StackId = '', ...stack } = await deploy(cf(), { ...request, name });
  const retain = { StackName: name, RetainResources: ['First', 'Vpc'] };
  await expect(cf().send(new DeleteStackCommand(retain))).rejects.toThrow(/DELETE_FAILED state/);
  fault = ({ kind, logicalId }) => kind === 'delete' && logicalId === 'First';
  await destroy(cf(), name);
  await cf().send(new DeleteStackCommand(retain));
  expect((await settled(cf(), StackId)).StackStatus).toBe('DELETE_COMPLETE');

  const { ec2 } = stacks.clients;
  const VpcId = outputsOf(stack)['Vpc'];
  const Filters = [{ Name: 'vpc-id', Values: [VpcId ?? ''] }];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  expect(Subnets).toHaveLength(1);
  await ec2.send(new DeleteSubnetCommand({ SubnetId: Subnets[0]?.SubnetId }));
  await ec2.send(new DeleteVpcCommand({ VpcId }));
  expect(await inventory(stacks.clients)).toEqual(before);
});

test('a stack whose export is in use cannot be deleted', async () => {
  await deploy(cf(), { ...request, name: 'giver' });
  const template =
    'Resources: {S: {Type: AWS::EC2::Subnet, Properties: {VpcId: !ImportValue giver-vpc, CidrBlock: 10.9.7.0/24}}}';
  await deploy(cf(), { ...request, name: 'taker', template });
  const { Exports = [] } = await cf().send(new ListExportsCommand({}));
  expect(Exports).toMatchObject([{ Name: 'giver-vpc', Value: expect.stringMatching(/^vpc-/) }]);
  const kept = await destroy(cf(), 'giver');
  expect(kept).toMatchObject({
    StackStatus: 'CREATE_COMPLETE',
    StackStatusReason: 'Export giver-vpc cannot be deleted as it is in use by taker',
  });
  await destroy(cf(), 'taker');
  await destroy(cf(), 'giver');
});

test('every API action describes a stack', async () => {
  const name = 'asked';
  const { StackId = '' } = await deploy(cf(), { ...request, name });
  const described = await cf().send(new DescribeStacksCommand({ StackName: name }));
  expect(described.Stacks?.[0]?.Parameters).toEqual(
    expect.arrayContaining([{ ParameterKey: 'Secret', ParameterValue: '****' }]),
  );
  const { TemplateBody } = await cf().send(new GetTemplateCommand({ StackName: name }));
  expect(TemplateBody).toBe(network);
  const { StackSummaries = [] } = await cf().send(
    new ListStacksCommand({ StackStatusFilter: ['CREATE_COMPLETE'] }),
  );
  expect(StackSummaries.map(({ StackName }) => StackName)).toEqual([name]);
  const operation = described.Stacks?.[0]?.LastOperations?.[0];
  expect(operation?.OperationType).toBe('CREATE_STACK');
  const byOperation = await cf().send(
    new DescribeEventsCommand({ OperationId: operation?.OperationId }),
  );
  expect(byOperation.OperationEvents?.[0]).toMatchObject({
    EventType: 'STACK_EVENT',
    ResourceStatus: 'CREATE_COMPLETE',
  });
  await cf().send(
    new UpdateTerminationProtectionCommand({ StackName: name, EnableTerminationProtection: true }),
  );
  await expect(cf().send(new DeleteStackCommand({ StackName: name }))).rejects.toThrow(
    /TerminationProtection is enabled/,
  );
  await cf().send(
    new UpdateTerminationProtectionCommand({ StackName: name, EnableTerminationProtection: false }),
  );
  await destroy(cf(), name);
  await expect(cf().send(new DescribeStacksCommand({ StackName: name }))).rejects.toMatchObject({
    name: 'ValidationError',
    message: 'Stack with id asked does not exist',
    $metadata: { httpStatusCode: 400 },
  });
  const gone = await cf().send(new DescribeStackEventsCommand({ StackName: StackId }));
  expect(gone.StackEvents?.[0]?.ResourceStatus).toBe('DELETE_COMPLETE');
  await cf().send(new DeleteStackCommand({ StackName: name }));
});

test('change sets can be listed and deleted, and executing one removes the others', async () => {
  const name = 'sets';
  const one = await changeSetFor(cf(), { ...request, name });
  const two = await changeSetFor(cf(), { ...request, name });
  const three = await changeSetFor(cf(), { ...request, name });
  await cf().send(new DeleteChangeSetCommand({ ChangeSetName: one.ChangeSetId }));
  await cf().send(new DeleteChangeSetCommand({ ChangeSetName: one.ChangeSetId }));
  const listed = async () => {
    const { Summaries = [] } = await cf().send(new ListChangeSetsCommand({ StackName: name }));
    return Summaries;
  };
  expect((await listed()).map(({ Status }) => Status)).toEqual([
    expect.stringMatching(/^DELETE_(PENDING|IN_PROGRESS)$/),
    'CREATE_COMPLETE',
    'CREATE_COMPLETE',
  ]);
  await eventually(async () => (await listed()).length === 2);
  await cf().send(
    new ExecuteChangeSetCommand({ ChangeSetName: two.ChangeSetName, StackName: name }),
  );
  await settled(cf(), name);
  const after = await cf().send(new DescribeChangeSetCommand({ ChangeSetName: two.ChangeSetId }));
  expect(after.ExecutionStatus).toBe('EXECUTE_COMPLETE');
  await eventually(async () => (await listed()).length === 1);
  await expect(
    cf().send(new DescribeChangeSetCommand({ ChangeSetName: three.ChangeSetId })),
  ).rejects.toMatchObject({ name: expect.stringMatching(/ChangeSetNotFound/) });
  await destroy(cf(), name);
});

test('invalid properties fail the change set, with details in DescribeEvents', async () => {
  const template =
    'Resources: {S: {Type: AWS::EC2::Subnet, Properties: {CidrBlok: 10.0.0.0/24, Ipv6Native: true}}}';
  const failed = await changeSetFor(cf(), { ...request, name: 'typo', template });
  expect(failed).toMatchObject({
    Status: 'FAILED',
    StatusReason: expect.stringContaining('AWS::EarlyValidation::PropertyValidation'),
  });
  const { OperationEvents = [] } = await cf().send(
    new DescribeEventsCommand({
      ChangeSetName: failed.ChangeSetId,
      Filters: { FailedEvents: true },
    }),
  );
  expect(OperationEvents[0]?.ValidationFailureMode).toBe('WARN');
  expect(OperationEvents.map(({ ValidationStatusReason }) => ValidationStatusReason)).toEqual([
    'The account is close to a service quota.',
    'Unsupported property [CidrBlok]',
    'Required property [VpcId] not found',
    expect.stringContaining('does not simulate AWS::EC2::Subnet'),
    'The rehearsal does not simulate AWS::EC2::Subnet Ipv6Native',
  ]);
  await destroyReview('typo');
});

async function destroyReview(StackName: string): Promise<void> {
  const { Stacks = [] } = await cf().send(new DescribeStacksCommand({ StackName }));
  await cf().send(new DeleteStackCommand({ StackName }));
  await settled(cf(), Stacks[0]?.StackId ?? '');
}

test('a request contains a small template or the S3 URL of a larger one', async () => {
  const { s3 } = stacks.clients;
  const CreateBucketConfiguration = { LocationConstraint: REGION } as const;
  await s3.send(new CreateBucketCommand({ Bucket: 'staging', CreateBucketConfiguration }));
  const large = `${network}${'#'.repeat(60_000)}\n`;
  await s3.send(new PutObjectCommand({ Bucket: 'staging', Key: 'a/t.yaml', Body: large }));
  await expect(changeSetFor(cf(), { ...request, name: 'large', template: large })).rejects.toThrow(
    /less than or equal to 51200/,
  );
  const TemplateURL = `https://staging.s3.${REGION}.amazonaws.com/a/t.yaml`;
  const more = { TemplateBody: undefined, TemplateURL };
  expect(await changeSetFor(cf(), { ...request, name: 'large' }, more)).toMatchObject({
    Status: 'CREATE_COMPLETE',
  });
  await destroyReview('large');
  const missing = { TemplateBody: undefined, TemplateURL: `${TemplateURL}x` };
  await expect(changeSetFor(cf(), { ...request, name: 'large' }, missing)).rejects.toThrow(
    /S3 error/,
  );
});

test('a template can be validated without a stack', async () => {
  const role =
    'Parameters: {P: {Type: String, Default: x}}\nResources: {R: {Type: AWS::IAM::Role, Properties: {RoleName: r, AssumeRolePolicyDocument: {}}}}';
  const summary = await cf().send(new GetTemplateSummaryCommand({ TemplateBody: role }));
  expect(summary).toMatchObject({
    Capabilities: ['CAPABILITY_NAMED_IAM'],
    ResourceTypes: ['AWS::IAM::Role'],
    Parameters: [{ ParameterKey: 'P', DefaultValue: 'x', NoEcho: false }],
  });
  await expect(
    changeSetFor(
      cf(),
      { ...request, name: 'role', template: role },
      { Capabilities: ['CAPABILITY_IAM'] },
    ),
  ).rejects.toMatchObject({
    name: expect.stringMatching(/InsufficientCapabilities/),
    message: 'Requires capabilities : [CAPABILITY_NAMED_IAM]',
  });
  const broken = 'Resources: {V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Nothing}}}';
  await expect(cf().send(new ValidateTemplateCommand({ TemplateBody: broken }))).rejects.toThrow(
    'Unresolved resource dependencies [Nothing]',
  );
  await expect(cf().send(new DescribeStacksCommand({ StackName: 'role' }))).rejects.toThrow(
    'does not exist',
  );
});
