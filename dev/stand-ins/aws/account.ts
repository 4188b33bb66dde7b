import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CloudFormationClient,
  CreateChangeSetCommand,
  DescribeChangeSetCommand,
  DescribeStackEventsCommand,
  DescribeStacksCommand,
  ExecuteChangeSetCommand,
} from '@aws-sdk/client-cloudformation';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { CHECKOUT } from '../../tools/checkout.ts';
import { createCloudFormation } from './cloudformation/cloudformation.ts';
import { startGateway } from './gateway/gateway.ts';

export interface AccountOptions {
  /** The gateway's URL. */
  readonly endpoint: string;
  readonly account: string;
  readonly region: string;
  /** `owner/name` of the repository whose workflows may deploy. */
  readonly repository: string;
  /** The workflow files whose jobs may deploy, each with its ref; every one of the repository when left out. */
  readonly workflows?: readonly string[];
  /** A suffix of the roles' names, for accounts that already have these roles. */
  readonly suffix?: string;
}

const TEMPLATE = join(CHECKOUT, 'cfn', 'github-oidc.yaml');
const DEPLOYER = 'eks-multus-deployer';
const SERVICE = 'eks-multus-cloudformation';
const OWNER = { accessKeyId: 'AKIAREHEARSALOWNER00', secretAccessKey: 'owner' };
const SET_UP = { StackName: 'github-for-eks-multus', ChangeSetName: 'install' };

/**
 * What an account's owner does once: installs the pack's `github-oidc.yaml` for jobs on the branches of one
 * repository. Safe to repeat. Returns the ARN of the role that such a job may assume.
 *
 * The owner uses a separate CloudFormation here, so this stack is not among those that a rehearsal looks
 * at.
 */
export async function prepareAccount(options: AccountOptions): Promise<string> {
  const { endpoint, region, account, suffix = '' } = options;
  const deployer = `${DEPLOYER}${suffix}`;
  const iam = new IAMClient({ endpoint, region, credentials: OWNER });
  if (!(await hasRole(iam, deployer))) {
    const services = [
      createCloudFormation({ endpoint, accountId: account, credentials: OWNER, log: () => {} }),
    ];
    const gateway = await startGateway({ port: 0, motoUrl: endpoint, services });
    try {
      const client = { endpoint: gateway.url, region, credentials: OWNER };
      await install(new CloudFormationClient(client), {
        Repository: options.repository,
        Subjects:
          'ref:refs/heads/*,environment:eks-multus,environment:eks-multus-previews,environment:eks-multus-unattended',
        JobWorkflowRef: (options.workflows ?? []).join(),
        ExistingProvider: String(await hasProvider(iam)),
        DeployerRoleName: deployer,
        ServiceRoleName: `${SERVICE}${suffix}`,
      });
    } finally {
      await gateway.stop();
    }
  }
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: deployer }));
  if (Role?.Arn === undefined) throw new Error(`IAM has no role ${deployer}`);
  return Role.Arn;
}

/** The service role that CloudFormation assumes, in the account of the deployer's role. */
export function serviceRoleArn(deployerArn: string): string {
  return deployerArn.replace(/role\/.*$/, `role/${SERVICE}`);
}

async function hasProvider(iam: IAMClient): Promise<boolean> {
  const found = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  return (found.OpenIDConnectProviderList ?? []).length > 0;
}

async function hasRole(iam: IAMClient, RoleName: string): Promise<boolean> {
  try {
    await iam.send(new GetRoleCommand({ RoleName }));
    return true;
  } catch (error) {
    if ((error as Error).name === 'NoSuchEntityException') return false;
    throw error;
  }
}

async function install(
  stacks: CloudFormationClient,
  values: Readonly<Record<string, string>>,
): Promise<void> {
  await stacks.send(
    new CreateChangeSetCommand({
      ...SET_UP,
      ChangeSetType: 'CREATE',
      TemplateBody: await readFile(TEMPLATE, 'utf8'),
      Parameters: Object.entries(values).map(([ParameterKey, ParameterValue]) => ({
        ParameterKey,
        ParameterValue,
      })),
      Capabilities: ['CAPABILITY_NAMED_IAM'],
    }),
  );
  const set = await settled(() => stacks.send(new DescribeChangeSetCommand(SET_UP)));
  if (set.Status !== 'CREATE_COMPLETE') throw new Error(`github-oidc.yaml: ${set.StatusReason}`);
  await stacks.send(new ExecuteChangeSetCommand(SET_UP));
  const { StackName } = SET_UP;
  const stack = await settled(async () => {
    const { Stacks: [found] = [] } = await stacks.send(new DescribeStacksCommand({ StackName }));
    return { Status: found?.StackStatus };
  });
  if (stack.Status === 'CREATE_COMPLETE') return;
  const { StackEvents = [] } = await stacks.send(new DescribeStackEventsCommand({ StackName }));
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
