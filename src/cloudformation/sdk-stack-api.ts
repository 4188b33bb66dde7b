import {
  AlreadyExistsException,
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  DescribeEventsCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  type OnStackFailure,
  type OperationEvent,
  paginateDescribeEvents,
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
  StackResource,
} from './stack-api.ts';

/** CloudFormation through the AWS SDK. */
export function sdkStackApi(client: CloudFormationClient): StackApi {
  return {
    describe: (name) => describe(client, name),
    list: () => list(client),
    createChangeSet: (request) => createChangeSet(client, request),
    describeChangeSet: (id) => describeChangeSet(client, id),
    async executeChangeSet(id) {
      // With a token, a retry after a lost response has no second effect.
      const request = { ChangeSetName: id, ClientRequestToken: crypto.randomUUID() };
      await client.send(new ExecuteChangeSetCommand(request));
    },
    async deleteChangeSet(id) {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
    },
    async countChangeSets(stackId) {
      try {
        const page = await client.send(new ListChangeSetsCommand({ StackName: stackId }));
        return (page.Summaries ?? []).length;
      } catch (error) {
        if (doesNotExist(error)) return 0;
        throw error;
      }
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
      const request = { StackName: id, ClientRequestToken: crypto.randomUUID() };
      await client.send(new ContinueUpdateRollbackCommand(request));
    },
    resources: (id) => resources(client, id),
    events: eventSource(client),
    history: (id) => stackHistory(client, id),
  };
}

async function describe(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  let output: DescribeStacksCommandOutput;
  try {
    output = await client.send(new DescribeStacksCommand({ StackName: name }));
  } catch (error) {
    if (doesNotExist(error)) return undefined;
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
    roleArn: stack.RoleARN,
    createdAt: stack.CreationTime?.getTime() ?? 0,
  };
}

async function resources(
  client: CloudFormationClient,
  stackId: string,
): Promise<readonly StackResource[]> {
  try {
    const command = new DescribeStackResourcesCommand({ StackName: stackId });
    const { StackResources = [] } = await client.send(command);
    return StackResources.filter(
      ({ PhysicalResourceId, ResourceStatus }) =>
        PhysicalResourceId !== undefined && ResourceStatus !== 'DELETE_COMPLETE',
    ).map(({ LogicalResourceId = '', ResourceType = '' }) => ({
      logicalId: LogicalResourceId,
      type: ResourceType,
    }));
  } catch (error) {
    if (isNotAllowed(error)) return [];
    throw error;
  }
}

function record<Item>(
  items: readonly Item[],
  entry: (item: Item) => readonly [string | undefined, string | undefined],
): Record<string, string> {
  return Object.fromEntries(
    items.map(entry).flatMap(([key, value]) => (key === undefined ? [] : [[key, value ?? '']])),
  );
}

/** Creates a change set; CloudFormation computes it in the background. */
export async function createChangeSet(client: CloudFormationClient, request: ChangeSetRequest) {
  try {
    const { Id: id = '', StackId: stackId = '' } = await client.send(
      new CreateChangeSetCommand(changeSetInput(request)),
    );
    return { id, stackId };
  } catch (error) {
    if (!(error instanceof AlreadyExistsException)) throw error;
    // Nobody else uses this name: this was a retry after a lost response.
    const { ChangeSetId: id = '', StackId: stackId = '' } = await client.send(
      new DescribeChangeSetCommand({ StackName: request.stackName, ChangeSetName: request.name }),
    );
    return { id, stackId };
  }
}

function changeSetInput(request: ChangeSetRequest): CreateChangeSetCommandInput {
  return {
    StackName: request.stackName,
    ChangeSetName: request.name,
    ClientToken: request.name,
    ChangeSetType: request.type,
    TemplateBody: request.template,
    Capabilities: ['CAPABILITY_IAM'],
    OnStackFailure: onStackFailure(request),
    RoleARN: request.roleArn,
    Parameters: [
      ...Object.entries(request.parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      ...request.previous.map((ParameterKey) => ({ ParameterKey, UsePreviousValue: true })),
    ],
    Tags: Object.entries(request.tags).map(([Key, Value]) => ({ Key, Value })),
  };
}

/** A failed update never deletes the stack, because a working stack would be lost. */
function onStackFailure({ onFailure, type }: ChangeSetRequest): OnStackFailure {
  if (onFailure === 'keep') return 'DO_NOTHING';
  return onFailure === 'delete' && type === 'CREATE' ? 'DELETE' : 'ROLLBACK';
}

/** A change set with the changes of all its pages. */
export async function describeChangeSet(
  client: CloudFormationClient,
  id: string,
): Promise<ChangeSet> {
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

/** See `StackApi.changeSetProblems`. */
export async function changeSetProblems(client: CloudFormationClient, id: string) {
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
    if (isNotAllowed(error)) return 'not-allowed';
    throw error;
  }
}

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

type Events = AsyncGenerator<StackEvent>;

/**
 * A stack's events, newest first, from DescribeEvents. When the role or the region does not have that newer call, from
 * DescribeStackEvents, for the rest of the run.
 */
export function eventSource(client: CloudFormationClient): (stackId: string) => Events {
  let refused = false;
  return async function* events(stackId) {
    if (!refused) {
      try {
        yield* operationEvents(client, stackId);
        return;
      } catch (error) {
        // An error of these kinds comes with the first page: nothing was yielded before it.
        if (doesNotExist(error)) {
          // DescribeStackEvents is documented to know deleted stacks by their ids; DescribeEvents is not.
          yield* newest(client, stackId);
          return;
        }
        if (!isNotAllowed(error)) throw error;
        refused = true;
      }
    }
    yield* stackHistory(client, stackId);
  };
}

/** The newest event of a deleted stack. */
async function* newest(client: CloudFormationClient, stackId: string): Events {
  for await (const event of stackHistory(client, stackId)) {
    yield event;
    return;
  }
}

/** All of a stack's events, newest first, whatever operation they belong to: DescribeStackEvents. */
export async function* stackHistory(client: CloudFormationClient, stackId: string): Events {
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    for (const event of page.StackEvents ?? []) yield toEvent(event);
  }
}

/** DescribeEvents documents no order. If its pages begin with the oldest event, all are read before the first is given. */
async function* operationEvents(client: CloudFormationClient, stackId: string): Events {
  const oldestFirst: StackEvent[] = [];
  for await (const page of paginateDescribeEvents({ client }, { StackName: stackId })) {
    const events = (page.OperationEvents ?? []).filter(isOfResource).map(toEvent);
    if (oldestFirst.length > 0 || isOldestFirst(events)) oldestFirst.push(...events);
    else yield* events;
  }
  yield* oldestFirst.reverse();
}

function isOldestFirst(events: readonly StackEvent[]): boolean {
  const [first, last] = [events[0], events.at(-1)];
  return first !== undefined && last !== undefined && first.time < last.time;
}

/** Validation and hook errors have no status; the failure of the resource that follows says the same. */
function isOfResource(event: OperationEvent): boolean {
  return event.ResourceStatus !== undefined && event.LogicalResourceId !== undefined;
}

function toEvent(event: SdkEvent | OperationEvent): StackEvent {
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

/**
 * True for the errors of a missing stack or change set. CloudFormation has no error type for missing stacks, only a
 * ValidationError with this text.
 */
export function doesNotExist(error: unknown): boolean {
  return error instanceof Error && /does not exist/.test(error.message);
}

/** The errors of a call that the policy does not allow, or that the region does not have. */
const NOT_ALLOWED = /AccessDenied|InvalidAction|UnknownOperation|UnauthorizedOperation/;

/** True when the role may not make a call, or the region does not have it. */
export function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && NOT_ALLOWED.test(error.name);
}
