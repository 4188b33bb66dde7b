import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { createCloudFormation } from './cloudformation/cloudformation.ts';
import { startGateway } from './gateway/gateway.ts';

export interface Owner {
  /** The gateway's URL. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
}

/** How the account's owner calls AWS. */
export const OWNER = { accessKeyId: 'AKIAREHEARSALOWNER00', secretAccessKey: 'owner' };

interface OwnerStack {
  readonly name: string;
  readonly template: string;
  readonly parameters?: Readonly<Record<string, string>>;
}

/**
 * Creates a stack as the account's owner does, and returns its outputs. The owner uses a separate CloudFormation here,
 * so this stack is not among those that a rehearsal looks at.
 *
 * @throws Error with what CloudFormation says when the stack fails.
 */
export async function installStack(
  { endpoint, account, region }: Owner,
  stack: OwnerStack,
): Promise<Readonly<Record<string, string>>> {
  const services = [
    createCloudFormation({ endpoint, accountId: account, credentials: OWNER, log: () => {} }),
  ];
  const gateway = await startGateway({ port: 0, motoUrl: endpoint, services });
  try {
    const client = { endpoint: gateway.url, region, credentials: OWNER };
    return await install(new CloudFormationClient(client), stack);
  } finally {
    await gateway.stop();
  }
}

async function install(
  stacks: CloudFormationClient,
  { name, template, parameters = {} }: OwnerStack,
): Promise<Readonly<Record<string, string>>> {
  const changeSet = { StackName: name, ChangeSetName: 'install' };
  await stacks.send(
    new CreateChangeSetCommand({
      ...changeSet,
      ChangeSetType: 'CREATE',
      TemplateBody: template,
      Parameters: Object.entries(parameters).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const set = await settled(() => stacks.send(new DescribeChangeSetCommand(changeSet)));
  if (set.Status !== 'CREATE_COMPLETE') throw new Error(`${name}: ${set.StatusReason}`);
  await stacks.send(new ExecuteChangeSetCommand(changeSet));
  const { Status, Outputs } = await settled(async () => {
    const { Stacks: [found] = [] } = await stacks.send(
      new DescribeStacksCommand({ StackName: name }),
    );
    return { Status: found?.StackStatus, Outputs: found?.Outputs ?? [] };
  });
  if (Status === 'CREATE_COMPLETE') {
    return Object.fromEntries(
      Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }
  const { StackEvents = [] } = await stacks.send(
    new DescribeStackEventsCommand({ StackName: name }),
  );
  const failed = StackEvents.filter((event) => event.ResourceStatus === 'CREATE_FAILED');
  throw new Error(failed.map((event) => event.ResourceStatusReason).join('\n'));
}

async function settled<T extends { readonly Status?: string | undefined }>(
  read: () => Promise<T>,
): Promise<T> {
  for (;;) {
    const found = await read();
    if (!/(IN_PROGRESS|PENDING)$/.test(found.Status ?? '')) return found;
    await sleep(50);
  }
}
