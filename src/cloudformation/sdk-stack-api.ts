import {
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  type OnStackFailure,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  type ResourceChange,
  type StackEvent as SdkEvent,
  type Stack as SdkStack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import type {
  Change,
  ChangeSet,
  ChangeSetProblem,
  ChangeSetRequest,
  Stack,
  StackApi,
  StackEvent,
} from './stack-api.ts';

/** The stack engine's port on the AWS SDK. */
export function sdkStackApi(client: CloudFormationClient): StackApi {
  return {
    describe: (name) => describe(client, name),
    list: () => list(client),
    createChangeSet: (request) => createChangeSet(client, request),
    describeChangeSet: (id) => describeChangeSet(client, id),
    async executeChangeSet(id) {
      await client.send(new ExecuteChangeSetCommand({ ChangeSetName: id }));
    },
    async deleteChangeSet(id) {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
    },
    async countChangeSets(stackId) {
      const page = await client.send(new ListChangeSetsCommand({ StackName: stackId }));
      return (page.Summaries ?? []).length;
    },
    changeSetProblems: (id) => changeSetProblems(client, id),
    async template(stackId) {
      const request = { StackName: stackId, TemplateStage: 'Original' } as const;
      return (await client.send(new GetTemplateCommand(request))).TemplateBody;
    },
    async deleteStack(id) {
      await client.send(new DeleteStackCommand({ StackName: id }));
    },
    async protect(id, on) {
      const request = { StackName: id, EnableTerminationProtection: on };
      await client.send(new UpdateTerminationProtectionCommand(request));
    },
    async continueRollback(id) {
      await client.send(new ContinueUpdateRollbackCommand({ StackName: id }));
    },
    async *events(id) {
      for await (const page of paginateDescribeStackEvents({ client }, { StackName: id })) {
        for (const event of page.StackEvents ?? []) yield toEvent(event);
      }
    },
  };
}

async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  let output: DescribeStacksCommandOutput;
  try {
    output = await client.send(new DescribeStacksCommand({ StackName: name }));
  } catch (error) {
    // There is no error type of its own for this: a ValidationError whose text says so.
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
  const [stack] = output.Stacks ?? [];
  return stack === undefined ? undefined : toStack(stack);
}

async function list(client: CloudFormationClient): Promise<readonly Stack[]> {
  const stacks: Stack[] = [];
  for await (const page of paginateDescribeStacks({ client }, {})) {
    stacks.push(...(page.Stacks ?? []).map(toStack));
  }
  return stacks;
}

async function createChangeSet(client: CloudFormationClient, request: ChangeSetRequest) {
  const output = await client.send(
    new CreateChangeSetCommand({
      StackName: request.stackName,
      ChangeSetName: request.name,
      ChangeSetType: request.type,
      TemplateBody: request.template,
      Capabilities: ['CAPABILITY_IAM'],
      OnStackFailure: onStackFailure(request),
      RoleARN: request.roleArn,
      Parameters: Object.entries(request.parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
    }),
  );
  return { id: output.Id ?? '', stackId: output.StackId ?? '' };
}

/** A stack that is updated has something to lose, so a failure never deletes it. */
function onStackFailure({ onFailure, type }: ChangeSetRequest): OnStackFailure {
  if (onFailure === 'keep') return 'DO_NOTHING';
  return onFailure === 'delete' && type === 'CREATE' ? 'DELETE' : 'ROLLBACK';
}

async function describeChangeSet(client: CloudFormationClient, id: string): Promise<ChangeSet> {
  const changes: Change[] = [];
  let token: string | undefined;
  for (;;) {
    const page = await client.send(
      new DescribeChangeSetCommand({ ChangeSetName: id, NextToken: token }),
    );
    for (const { ResourceChange: change } of page.Changes ?? []) changes.push(toChange(change));
    token = page.NextToken;
    if (token === undefined) {
      return { status: page.Status ?? 'CREATE_PENDING', reason: page.StatusReason, changes };
    }
  }
}

async function changeSetProblems(client: CloudFormationClient, id: string) {
  const request = { ChangeSetName: id, Filters: { FailedEvents: true } };
  try {
    const { OperationEvents = [] } = await client.send(new DescribeEventsCommand(request));
    return OperationEvents.filter(({ EventType }) => EventType === 'VALIDATION_ERROR').map(
      (event): ChangeSetProblem => ({
        logicalId: event.LogicalResourceId ?? '',
        type: event.ResourceType ?? '',
        path: event.ValidationPath ?? '',
        reason: event.ValidationStatusReason ?? 'no reason was given',
      }),
    );
  } catch (error) {
    if (error instanceof Error && NOT_ALLOWED.test(error.name)) return 'not-allowed';
    throw error;
  }
}

/** DescribeEvents is newer than most policies, and than some regions. */
const NOT_ALLOWED = /AccessDenied|InvalidAction|UnknownOperation|UnauthorizedOperation/;

function toChange(change: ResourceChange = {}): Change {
  return {
    action: change.Action ?? '',
    logicalId: change.LogicalResourceId ?? '',
    type: change.ResourceType ?? '',
    replacement: change.Replacement,
    details: (change.Details ?? []).map(({ Target, CausingEntity }) => ({
      target: Target?.Name ?? Target?.Attribute ?? '',
      cause: CausingEntity,
    })),
  };
}

function toStack(stack: SdkStack): Stack {
  const parameters = stack.Parameters ?? [];
  return {
    id: stack.StackId ?? '',
    name: stack.StackName ?? '',
    status: stack.StackStatus ?? 'CREATE_IN_PROGRESS',
    reason: stack.StackStatusReason,
    outputs: record(stack.Outputs ?? [], (output) => [output.OutputKey, output.OutputValue]),
    parameters: record(parameters, (one) => [one.ParameterKey, one.ParameterValue]),
    looksUpParameters: parameters.some((one) => one.ResolvedValue !== undefined),
    terminationProtection: stack.EnableTerminationProtection ?? false,
    tags: record(stack.Tags ?? [], (tag) => [tag.Key, tag.Value]),
  };
}

function toEvent(event: SdkEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    time: event.Timestamp ?? new Date(0),
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? 'CREATE_IN_PROGRESS',
    reason: event.ResourceStatusReason,
    ofStack: event.PhysicalResourceId === event.StackId,
  };
}

function record<Item>(
  items: readonly Item[],
  entry: (item: Item) => readonly [string | undefined, string | undefined],
): Record<string, string> {
  return Object.fromEntries(
    items.map(entry).flatMap(([key, value]) => (key === undefined ? [] : [[key, value ?? '']])),
  );
}
