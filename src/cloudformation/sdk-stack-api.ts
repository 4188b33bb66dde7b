import {
  AlreadyExistsException,
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeChangeSetCommand,
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
  RollbackStackCommand,
  type StackEvent as SdkEvent,
  type Stack as SdkStack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { doesNotExist, isBeingDeleted, isNotAllowed } from './answers.ts';
import { settleReplacements } from './replacement.ts';
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
    async executeChangeSet(id, disableRollback) {
      await client.send(
        new ExecuteChangeSetCommand({
          ChangeSetName: id,
          DisableRollback: disableRollback,
          // With a token, a retry after a lost response has no second effect.
          ClientRequestToken: crypto.randomUUID(),
        }),
      );
    },
    async deleteChangeSet(id) {
      await client.send(new DeleteChangeSetCommand({ ChangeSetName: id }));
    },
    async countChangeSets(stackId) {
      try {
        const page = await client.send(new ListChangeSetsCommand({ StackName: stackId }));
        return (page.Summaries ?? []).filter(({ Status }) => !isBeingDeleted(Status)).length;
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
    async rollBack(id) {
      const request = { StackName: id, ClientRequestToken: crypto.randomUUID() };
      await client.send(new RollbackStackCommand(request));
    },
    resources: (id) => resources(client, id),
    events: (id) => stackEvents(client, id),
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
    lookedUp: record(
      parameters.filter((one) => one.ResolvedValue !== undefined),
      (one) => [one.ParameterKey, one.ResolvedValue],
    ),
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
    DeploymentMode: request.revertDrift && request.type === 'UPDATE' ? 'REVERT_DRIFT' : undefined,
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

/**
 * Only for creations. An update takes `DisableRollback` at its execution, which cannot be given together with OnStackFailure:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ExecuteChangeSet.html
 */
function onStackFailure({ onFailure, type }: ChangeSetRequest): OnStackFailure | undefined {
  if (type !== 'CREATE') return undefined;
  if (onFailure === 'keep') return 'DO_NOTHING';
  return onFailure === 'delete' ? 'DELETE' : 'ROLLBACK';
}

/** A change set with the changes of all its pages. They are judged together, as one may be the cause of another. */
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
      return {
        status: page.Status ?? 'CREATE_PENDING',
        reason: page.StatusReason,
        changes: settleReplacements(changes),
        comparesReality: page.DeploymentMode === 'REVERT_DRIFT',
      };
    }
  }
}

/** See `StackApi.changeSetProblems`. */
export async function changeSetProblems(client: CloudFormationClient, id: string) {
  const request = { ChangeSetName: id, Filters: { FailedEvents: true } };
  const problems: ChangeSetProblem[] = [];
  try {
    for await (const page of paginateDescribeEvents({ client }, request)) {
      for (const event of page.OperationEvents ?? []) problems.push(...problemOf(event));
    }
    return problems;
  } catch (error) {
    if (isNotAllowed(error)) return 'not-allowed';
    throw error;
  }
}

/** The problem that an event reports. A check that only warns does not fail the change set. */
export function problemOf(event: OperationEvent): readonly ChangeSetProblem[] {
  const { LogicalResourceId: logicalId = '', ResourceType: type = '' } = event;
  const none = 'no reason was given';
  if (event.EventType === 'VALIDATION_ERROR' && event.ValidationFailureMode !== 'WARN') {
    const { ValidationPath: path = '', ValidationStatusReason: reason = none } = event;
    return [{ logicalId, type, path, reason }];
  }
  if (event.EventType === 'HOOK_INVOCATION_ERROR' && event.HookFailureMode !== 'WARN') {
    const { HookType: hook = '', HookStatusReason: reason = none } = event;
    return [{ logicalId, type, path: `hook ${hook}`, reason }];
  }
  return [];
}

function toChange(change: ResourceChange = {}): Change {
  return {
    action: change.Action ?? '',
    logicalId: change.LogicalResourceId ?? '',
    type: change.ResourceType ?? '',
    replacement: change.Replacement,
    drift: change.ResourceDriftStatus,
    details: (change.Details ?? []).map(({ Target, CausingEntity, ChangeSource, Evaluation }) => ({
      target: Target?.Name ?? Target?.Attribute ?? '',
      cause: CausingEntity,
      source: ChangeSource,
      evaluation: Evaluation,
      recreation: Target?.RequiresRecreation,
      drift: Target?.Drift && { made: Target.Drift.PreviousValue, now: Target.Drift.ActualValue },
    })),
  };
}

/**
 * All of a stack's events, newest first. DescribeEvents is not asked: by stack, it gives the latest operation only, and a
 * rollback is an operation of its own, so the resource that failed would be missing.
 */
export async function* stackEvents(
  client: CloudFormationClient,
  stackId: string,
): AsyncGenerator<StackEvent> {
  for await (const page of paginateDescribeStackEvents({ client }, { StackName: stackId })) {
    for (const event of page.StackEvents ?? []) yield toEvent(event);
  }
}

function toEvent(event: SdkEvent): StackEvent {
  return {
    id: event.EventId ?? '',
    time: event.Timestamp ?? new Date(0),
    logicalId: event.LogicalResourceId ?? '',
    type: event.ResourceType ?? '',
    status: event.ResourceStatus ?? 'CREATE_IN_PROGRESS',
    reason:
      [event.ResourceStatusReason, event.HookStatusReason].filter(Boolean).join('; ') || undefined,
    ofStack: event.PhysicalResourceId === event.StackId,
  };
}
