import {
  type CloudFormationClient,
  ContinueUpdateRollbackCommand,
  DeleteChangeSetCommand,
  DeleteStackCommand,
  DescribeStackResourcesCommand,
  DescribeStacksCommand,
  type DescribeStacksCommandOutput,
  ExecuteChangeSetCommand,
  GetTemplateCommand,
  ListChangeSetsCommand,
  paginateDescribeStacks,
  type Stack as SdkStack,
  UpdateTerminationProtectionCommand,
} from '@aws-sdk/client-cloudformation';
import { doesNotExist } from './does-not-exist.ts';
import { isNotAllowed } from './not-allowed.ts';
import { changeSetProblems, createChangeSet, describeChangeSet } from './sdk-change-sets.ts';
import { eventSource, stackHistory } from './sdk-events.ts';
import type { Stack, StackApi, StackResource } from './stack-api.ts';

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
      ...{ logicalId: LogicalResourceId, type: ResourceType },
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
