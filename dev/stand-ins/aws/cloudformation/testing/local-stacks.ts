import { rmSync } from 'node:fs';
import {
  CompleteLifecycleActionCommand,
  type CompleteLifecycleActionCommandInput,
} from '@aws-sdk/client-auto-scaling';
import {
  type Change,
  type CloudFormationClient,
  CreateChangeSetCommand,
  type CreateChangeSetCommandInput,
  DeleteStackCommand,
  DescribeChangeSetCommand,
  type DescribeChangeSetCommandOutput,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
  type ExecuteChangeSetCommandInput,
  type Stack,
  type StackEvent,
} from '@aws-sdk/client-cloudformation';
import { startAutoScaling } from '../../autoscaling/autoscaling.ts';
import { type ControlPlanes, startEks } from '../../eks/eks.ts';
import { startGateway } from '../../gateway/gateway.ts';
import {
  type Clients,
  clientsOf,
  eventually,
  freePort,
  REGION,
  startTestMoto,
} from '../../testing/local-aws.ts';
import { type CloudFormationOptions, createCloudFormation } from '../cloudformation.ts';

/** The AWS stand-in, with EKS clusters that consist only of an address. */
export interface LocalStacks {
  readonly url: string;
  readonly cloudFormation: CloudFormationClient;
  readonly clients: Clients;
  /** Calls that no part of the stand-in could serve. */
  failures(): readonly { readonly action: string; readonly problem?: string }[];
  stop(): Promise<void>;
}

export const ACCOUNT = '123456789012';

export async function startLocalStacks(
  options: Partial<CloudFormationOptions> = {},
): Promise<LocalStacks> {
  const { moto, folder } = await startTestMoto();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const clients = clientsOf(url);
  const { services, stop } = localServices(url, clients, options);
  const gateway = await startGateway({ port, motoUrl: moto.url, services });
  return {
    url,
    clients,
    cloudFormation: clients.cloudFormation,
    failures: () => gateway.failures(),
    async stop() {
      await stop();
      await gateway.stop();
      await moto.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Our own services. CloudFormation calls the other two through the gateway. */
function localServices(
  endpoint: string,
  clients: Clients,
  options: Partial<CloudFormationOptions>,
) {
  const shared = { account: ACCOUNT, region: REGION, ec2: clients.ec2 };
  const autoscaling = startAutoScaling({
    ...shared,
    emit: ({ detail }) => void continueHook(detail, clients).catch(console.error),
    powerOn: async () => {},
    problem: (what, error) => console.error(what, error),
  });
  const eks = startEks({
    ...shared,
    controlPlanes: addressOnly,
    principalOf: async () => `arn:aws:iam::${ACCOUNT}:role/deployer`,
    principalExists: async () => true,
  });
  const stacks = { endpoint, accountId: ACCOUNT, log: () => {}, ...options };
  return {
    services: [createCloudFormation(stacks), autoscaling.service, eks.service],
    stop: () => autoscaling.stop(),
  };
}

/** Completes a lifecycle action, as the pack's hook does after attaching interfaces. */
async function continueHook(detail: object, { autoscaling }: Clients): Promise<void> {
  if (!('LifecycleActionToken' in detail)) return;
  const { LifecycleActionToken, AutoScalingGroupName, LifecycleHookName } =
    detail as CompleteLifecycleActionCommandInput;
  await autoscaling.send(
    new CompleteLifecycleActionCommand({
      LifecycleActionToken,
      AutoScalingGroupName,
      LifecycleHookName,
      LifecycleActionResult: 'CONTINUE',
    }),
  );
}

const addressOnly: ControlPlanes = {
  create: async ({ name, region }) => ({
    endpoint: `https://${name}.eks.test`,
    certificateAuthority: Buffer.from('a certificate').toString('base64'),
    issuer: `https://oidc.eks.${region}.amazonaws.com/id/${name}`,
  }),
  upgrade: async () => {},
  nodes: async () => [],
  delete: async () => {},
  admit: async () => {},
};

export interface StackRequest {
  readonly name: string;
  readonly type: 'CREATE' | 'UPDATE';
  readonly template: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

let changeSets = 0;

/** Creates a change set and waits until it is ready or failed. */
export async function changeSetFor(
  client: CloudFormationClient,
  { name, type, template, parameters = {}, tags }: StackRequest,
  more: Partial<CreateChangeSetCommandInput> = {},
): Promise<DescribeChangeSetCommandOutput> {
  changeSets += 1;
  const { Id } = await client.send(
    new CreateChangeSetCommand({
      StackName: name,
      ChangeSetName: `test-${changeSets}`,
      ChangeSetType: type,
      TemplateBody: template,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
      ...(tags === undefined
        ? {}
        : { Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })) }),
      ...more,
    }),
  );
  return eventually(async () => {
    const found = await client.send(new DescribeChangeSetCommand({ ChangeSetName: Id }));
    return found.Status === 'CREATE_COMPLETE' || found.Status === 'FAILED' ? found : undefined;
  });
}

/** All pages of a change set's changes. */
export async function allChanges(
  client: CloudFormationClient,
  ChangeSetName: string,
): Promise<Change[]> {
  const changes: Change[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeChangeSetCommand({ ChangeSetName, NextToken }));
    changes.push(...(page.Changes ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return changes;
}

/** Creates and executes a change set and waits for the stack's final status. */
export async function deploy(
  client: CloudFormationClient,
  request: StackRequest,
  options: Pick<ExecuteChangeSetCommandInput, 'DisableRollback'> = {},
): Promise<Stack> {
  const { ChangeSetId, Status, StatusReason } = await changeSetFor(client, request);
  if (Status === 'FAILED') throw new Error(StatusReason);
  await client.send(new ExecuteChangeSetCommand({ ChangeSetName: ChangeSetId, ...options }));
  return settled(client, request.name);
}

/** Deletes a stack and waits for its final status. */
export async function destroy(client: CloudFormationClient, StackName: string): Promise<Stack> {
  const { StackId = '' } = await settled(client, StackName);
  await client.send(new DeleteStackCommand({ StackName }));
  return settled(client, StackId);
}

export async function settled(client: CloudFormationClient, StackName: string): Promise<Stack> {
  return eventually(async () => {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const [stack] = Stacks;
    return stack?.StackStatus?.endsWith('_IN_PROGRESS') ? undefined : stack;
  }, 90_000);
}

/** All events of a stack, oldest first. */
export async function eventsOf(
  client: CloudFormationClient,
  StackName: string,
): Promise<StackEvent[]> {
  const events: StackEvent[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new DescribeStackEventsCommand({ StackName, NextToken }));
    events.push(...(page.StackEvents ?? []));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return events.reverse();
}

export function outputsOf({ Outputs = [] }: Stack): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
  );
}
