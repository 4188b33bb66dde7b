import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { afterEach, describe, expect, it } from 'vitest';
import { type QueryAnswer, queryServer } from '../../dev/testing/servers/query-server.ts';
import { sdkStackApi } from './sdk-stack-api.ts';
import type { StackEvent } from './stack-api.ts';

const ID = 'arn:aws:cloudformation:ap-northeast-2:123456789012:stack/lab/1';
const STACK = `<member><StackId>${ID}</StackId><StackName>lab</StackName>
  <StackStatus>CREATE_COMPLETE</StackStatus>
  <Outputs><member><OutputKey>VpcId</OutputKey><OutputValue>vpc-1</OutputValue></member></Outputs>
  <Parameters><member><ParameterKey>ImageId</ParameterKey><ParameterValue>/aws/image</ParameterValue>
  <ResolvedValue>ami-1</ResolvedValue></member></Parameters>
  <RoleARN>arn:aws:iam::123456789012:role/r</RoleARN><CreationTime>2026-11-24T10:00:00Z</CreationTime>
  <EnableTerminationProtection>true</EnableTerminationProtection>
  <Tags><member><Key>eks-multus:environment</Key><Value>lab</Value></member></Tags></member>`;

let server: Awaited<ReturnType<typeof queryServer>>;
afterEach(() => server.close());

async function api(answers: Readonly<Record<string, (params: URLSearchParams) => QueryAnswer>>) {
  server = await queryServer(answers);
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  const config = { endpoint: server.url, region: 'ap-northeast-2', credentials, maxAttempts: 1 };
  return sdkStackApi(new CloudFormationClient(config));
}

/** Answers with the first page, then, for its token, with the second. */
const pages = (first: string, second: string) => (params: URLSearchParams) =>
  params.get('NextToken') === 't' ? second : `${first}<NextToken>t</NextToken>`;

describe('stacks', () => {
  it('are described with outputs and tags', async () => {
    const stacks = await api({ DescribeStacks: () => `<Stacks>${STACK}</Stacks>` });
    expect(await stacks.describe('lab')).toEqual({
      id: ID,
      name: 'lab',
      status: 'CREATE_COMPLETE',
      reason: undefined,
      outputs: { VpcId: 'vpc-1' },
      parameters: { ImageId: '/aws/image' },
      lookedUp: { ImageId: 'ami-1' },
      terminationProtection: true,
      roleArn: 'arn:aws:iam::123456789012:role/r',
      createdAt: Date.parse('2026-11-24T10:00:00Z'),
      tags: { 'eks-multus:environment': 'lab' },
    });
  });

  it('are undefined when they do not exist; other failures are errors', async () => {
    const message = 'Stack with id lab does not exist';
    const none = await api({ DescribeStacks: () => ({ code: 'ValidationError', message }) });
    expect(await none.describe('lab')).toBeUndefined();
    await server.close();
    const denied = await api({ DescribeStacks: () => ({ code: 'AccessDenied', message: 'no' }) });
    await expect(denied.describe('lab')).rejects.toThrow('no');
  });

  it('are listed from all pages', async () => {
    const page = `<Stacks>${STACK}</Stacks>`;
    const stacks = await api({ DescribeStacks: pages(page, page) });
    expect(await stacks.list()).toHaveLength(2);
  });
});

describe('change sets', () => {
  it('are created with template, parameters, tags and the capability that roles need', async () => {
    const stacks = await api({ CreateChangeSet: () => `<Id>cs-1</Id><StackId>${ID}</StackId>` });
    const made = await stacks.createChangeSet({
      stackName: 'lab',
      name: 'run-1',
      type: 'CREATE',
      template: 'Resources: {}',
      parameters: { VpcCidr: '10.0.0.0/16' },
      previous: ['KubernetesVersion'],
      tags: { a: 'b' },
      onFailure: 'delete',
      revertDrift: false,
      roleArn: 'arn:aws:iam::123456789012:role/cfn',
    });
    expect(made).toEqual({ id: 'cs-1', stackId: ID });
    expect(Object.fromEntries(server.calls[0] ?? [])).toMatchObject({
      StackName: 'lab',
      ChangeSetType: 'CREATE',
      TemplateBody: 'Resources: {}',
      OnStackFailure: 'DELETE',
      RoleARN: 'arn:aws:iam::123456789012:role/cfn',
      'Capabilities.member.1': 'CAPABILITY_IAM',
      'Parameters.member.1.ParameterKey': 'VpcCidr',
      'Parameters.member.2.ParameterKey': 'KubernetesVersion',
      'Parameters.member.2.UsePreviousValue': 'true',
      'Tags.member.1.Value': 'b',
    });
  });

  it('are described with the changes of all pages', async () => {
    const change = (id: string) =>
      `<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type><ResourceChange><Action>Modify</Action><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::EC2::VPC</ResourceType><Replacement>True</Replacement></ResourceChange></member></Changes>`;
    const stacks = await api({ DescribeChangeSet: pages(change('A'), change('B')) });
    const { status, changes } = await stacks.describeChangeSet('cs-1');
    expect(status).toBe('CREATE_COMPLETE');
    expect(changes.map(({ logicalId, replacement }) => [logicalId, replacement])).toEqual([
      ['A', 'True'],
      ['B', 'True'],
    ]);
  });

  it('that already exist count as created, because the answer to the first call was lost', async () => {
    const stacks = await api({
      CreateChangeSet: () => ({ code: 'AlreadyExistsException', message: 'exists' }),
      DescribeChangeSet: () => `<ChangeSetId>cs-1</ChangeSetId><StackId>${ID}</StackId>`,
    });
    const request = { stackName: 'lab', name: 'run-1', type: 'UPDATE', template: '' } as const;
    const rest = {
      parameters: {},
      previous: [],
      tags: {},
      onFailure: 'rollback',
      revertDrift: false,
      roleArn: undefined,
    } as const;
    expect(await stacks.createChangeSet({ ...request, ...rest })).toEqual({
      id: 'cs-1',
      stackId: ID,
    });
    expect(server.calls[1]?.get('ChangeSetName')).toBe('run-1');
  });

  const problem = (type: string, name: string, more = '') =>
    `<member><EventId>${name}</EventId><EventType>${type}</EventType><LogicalResourceId>Vpc</LogicalResourceId>
    <ResourceType>AWS::EC2::VPC</ResourceType><ValidationPath>/Resources/Vpc/${name}</ValidationPath>
    <ValidationStatusReason>bad ${name}</ValidationStatusReason>${more}</member>`;
  const failures = (...events: string[]) => `<OperationEvents>${events.join('')}</OperationEvents>`;
  const WARNS = '<ValidationFailureMode>WARN</ValidationFailureMode>';
  const FAILS = '<ValidationFailureMode>FAIL</ValidationFailureMode>';

  it('that fail early validation name the wrong properties, from all pages, without warnings', async () => {
    const first = failures(
      problem('STACK_EVENT', 'Event'),
      problem('VALIDATION_ERROR', 'Quota', WARNS),
      problem('VALIDATION_ERROR', 'Cidr', FAILS),
    );
    const second = failures(problem('VALIDATION_ERROR', 'Tags'));
    const stacks = await api({ DescribeEvents: pages(first, second) });
    const vpc = { logicalId: 'Vpc', type: 'AWS::EC2::VPC' };
    expect(await stacks.changeSetProblems('cs-1')).toEqual([
      { ...vpc, path: '/Resources/Vpc/Cidr', reason: 'bad Cidr' },
      { ...vpc, path: '/Resources/Vpc/Tags', reason: 'bad Tags' },
    ]);
    expect(server.calls[0]?.get('ChangeSetName')).toBe('cs-1');
    expect(server.calls[0]?.get('Filters.FailedEvents')).toBe('true');
  });

  it('that a hook refuses name the hook and its reason', async () => {
    const hook = (name: string, mode: string) =>
      `<member><EventId>${name}</EventId><EventType>HOOK_INVOCATION_ERROR</EventType><HookType>${name}</HookType>
      <HookStatusReason>not tagged</HookStatusReason><HookFailureMode>${mode}</HookFailureMode></member>`;
    const DescribeEvents = () => failures(hook('Our::Warning', 'WARN'), hook('Our::Guard', 'FAIL'));
    const stacks = await api({ DescribeEvents });
    expect(await stacks.changeSetProblems('cs-1')).toEqual([
      { logicalId: '', type: '', path: 'hook Our::Guard', reason: 'not tagged' },
    ]);
  });

  it('count only while they are not being deleted', async () => {
    const summaries = ['CREATE_COMPLETE', 'DELETE_PENDING', 'DELETE_IN_PROGRESS', 'DELETE_FAILED']
      .map((status) => `<member><Status>${status}</Status></member>`)
      .join('');
    const stacks = await api({ ListChangeSets: () => `<Summaries>${summaries}</Summaries>` });
    expect(await stacks.countChangeSets(ID)).toBe(1);
  });

  it.each([
    ['CREATE', 'rollback', 'ROLLBACK'],
    ['CREATE', 'keep', 'DO_NOTHING'],
    ['CREATE', 'delete', 'DELETE'],
    ['UPDATE', 'rollback', null],
    ['UPDATE', 'keep', null],
    ['UPDATE', 'delete', null],
  ] as const)('of type %s with on-failure: %s have OnStackFailure %s', async (...given) => {
    const [type, onFailure, expected] = given;
    const stacks = await api({ CreateChangeSet: () => '<Id>cs-1</Id>' });
    const request = { stackName: 'lab', name: 'run-1', type, template: '', roleArn: undefined };
    const rest = { parameters: {}, previous: [], tags: {}, onFailure, revertDrift: true };
    await stacks.createChangeSet({ ...request, ...rest });
    expect(server.calls[0]?.get('OnStackFailure') ?? null).toBe(expected);
    const mode = type === 'UPDATE' ? 'REVERT_DRIFT' : null;
    expect(server.calls[0]?.get('DeploymentMode') ?? null).toBe(mode);
  });

  it.each(['AccessDenied', 'InvalidAction'])(
    'name no property when DescribeEvents answers %s',
    async (code) => {
      const stacks = await api({ DescribeEvents: () => ({ code, message: 'no' }) });
      expect(await stacks.changeSetProblems('cs-1')).toBe('not-allowed');
    },
  );

  it('are executed and deleted by their ids, like stacks', async () => {
    const stacks = await api({
      ExecuteChangeSet: () => '',
      DeleteChangeSet: () => '',
      DeleteStack: () => '',
      ContinueUpdateRollback: () => '',
      RollbackStack: () => '',
    });
    await stacks.executeChangeSet('cs-1', true);
    await stacks.deleteChangeSet('cs-1');
    await stacks.deleteStack(ID);
    await stacks.continueRollback(ID);
    await stacks.rollBack(ID);
    const named = server.calls.map((call) => call.get('ChangeSetName') ?? call.get('StackName'));
    expect(named).toEqual(['cs-1', 'cs-1', ID, ID, ID]);
    expect(server.calls[0]?.get('DisableRollback')).toBe('true');
    // What is sent again because its answer was lost must not begin a second time.
    for (const call of [server.calls[0], server.calls[3], server.calls[4]]) {
      expect(call?.get('ClientRequestToken')).toMatch(/^[\w-]{36}$/);
    }
  });
});

describe('resources', () => {
  it('are those that exist', async () => {
    const resource = (id: string, status: string, physical: string) =>
      `<member><LogicalResourceId>${id}</LogicalResourceId><ResourceType>AWS::EC2::VPC</ResourceType>
      <ResourceStatus>${status}</ResourceStatus>${physical}</member>`;
    const there = '<PhysicalResourceId>vpc-1</PhysicalResourceId>';
    const stacks = await api({
      DescribeStackResources: () =>
        `<StackResources>${resource('Vpc', 'CREATE_COMPLETE', there)}${resource('Gone', 'DELETE_COMPLETE', there)}${resource('Never', 'CREATE_FAILED', '')}</StackResources>`,
    });
    expect(await stacks.resources(ID)).toEqual([{ logicalId: 'Vpc', type: 'AWS::EC2::VPC' }]);
  });

  it('are undefined when the role may not list them; other failures are errors', async () => {
    const denied = await api({
      DescribeStackResources: () => ({ code: 'AccessDenied', message: 'no' }),
    });
    expect(await denied.resources(ID)).toEqual([]);
    await server.close();
    const broken = await api({ DescribeStackResources: () => ({ code: 'Broken', message: 'no' }) });
    await expect(broken.resources(ID)).rejects.toThrow('no');
  });
});

describe('events', () => {
  const event = (id: string, physicalId: string) =>
    `<member><StackId>${ID}</StackId><EventId>${id}</EventId><StackName>lab</StackName>
    <LogicalResourceId>lab</LogicalResourceId><PhysicalResourceId>${physicalId}</PhysicalResourceId>
    <ResourceType>AWS::CloudFormation::Stack</ResourceType><Timestamp>2026-01-01T00:00:00Z</Timestamp>
    <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>`;
  const all = (...events: string[]) => `<StackEvents>${events.join('')}</StackEvents>`;

  async function read(events: AsyncIterable<StackEvent>) {
    const found: StackEvent[] = [];
    for await (const one of events) found.push(one);
    return found;
  }

  it('come page by page, newest first', async () => {
    const DescribeStackEvents = pages(all(event('2', ID)), all(event('1', 'vpc-1')));
    const stacks = await api({ DescribeStackEvents });
    const found = await read(stacks.events(ID));
    expect(found.map(({ id, ofStack }) => [id, ofStack])).toEqual([
      ['2', true],
      ['1', false],
    ]);
    expect(found[0]?.time).toEqual(new Date('2026-01-01T00:00:00Z'));
    expect(server.calls[0]?.get('StackName')).toBe(ID);
  });

  it('are read no further than the caller needs', async () => {
    const DescribeStackEvents = pages(all(event('2', ID)), all(event('1', ID)));
    const stacks = await api({ DescribeStackEvents });
    for await (const { id } of stacks.events(ID)) if (id === '2') break;
    expect(server.calls).toHaveLength(1);
  });

  it('have the reason of the hook that refused a resource', async () => {
    const reasons =
      '<ResourceStatusReason>a hook failed</ResourceStatusReason><HookStatusReason>not tagged</HookStatusReason>';
    const hooked = event('1', ID).replace('</member>', `${reasons}</member>`);
    const stacks = await api({ DescribeStackEvents: () => all(hooked) });
    expect((await read(stacks.events(ID)))[0]?.reason).toBe('a hook failed; not tagged');
  });

  it('are an error when they cannot be read', async () => {
    const stacks = await api({ DescribeStackEvents: () => ({ code: 'Broken', message: 'no' }) });
    await expect(read(stacks.events(ID))).rejects.toThrow('no');
  });
});
