import {
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  paginateDescribeStackEvents,
  paginateDescribeStacks,
  type StackEvent as SdkEvent,
  type Stack as SdkStack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { changeSetProblems, createChangeSet, describeChangeSet } from './sdk-change-sets.ts';
import type { Stack, StackApi, StackEvent } from './stack-api.ts';

/** The stack engine's port on the AWS SDK. */
export function sdkStackApi(client: CloudFormationClient): StackApi {
  return {
    describe: (name) => describe(client, name),
    list: () => list(client),
    createChangeSet: (request) => createChangeSet(client, request),
    describeChangeSet: (id) => describeChangeSet(client, id),
    async executeChangeSet(id) {
      // With a token, a call that is sent again because its answer was lost does nothing the second time.
      const request = { ChangeSetName: id, ClientRequestToken: crypto.randomUUID() };
      await client.send(new ExecuteChangeSetCommand(request));
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
