import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GetRoleCommand, IAMClient, ListOpenIDConnectProvidersCommand } from '@aws-sdk/client-iam';
import { CHECKOUT } from '../../tools/checkout.ts';
import { installStack, OWNER, type Owner } from './owner-stacks.ts';

export interface AccountOptions extends Owner {
  /** `owner/name` of the repository whose workflows may deploy. */
  readonly repository: string;
  /** The workflow files whose jobs may deploy, each with its ref; every one of the repository when left out. */
  readonly workflows?: readonly string[];
  /** A suffix of the roles' names, for accounts that already have these roles. */
  readonly suffix?: string;
}

const CFN = join(CHECKOUT, 'cfn');
const DEPLOYER = 'eks-multus-deployer';
const SERVICE = 'eks-multus-cloudformation';
const STACK = 'github-for-eks-multus';
const GUARDS_STACK = 'github-guards-for-eks-multus';
const USERS_STACK = 'github-users-of-eks-multus';

/**
 * What an account's owner does once: installs the pack's `github-oidc.yaml` for jobs on the branches of one
 * repository, and `github-guards.yaml` beside it. Safe to repeat. Returns the ARN of the role that such a job may assume.
 */
export async function prepareAccount(options: AccountOptions): Promise<string> {
  const { endpoint, region, suffix = '' } = options;
  const deployer = `${DEPLOYER}${suffix}`;
  const iam = new IAMClient({ endpoint, region, credentials: OWNER });
  if (!(await hasRole(iam, deployer))) {
    const parameters = {
      Repository: options.repository,
      Subjects:
        'ref:refs/heads/*,environment:eks-multus,environment:eks-multus-previews,environment:eks-multus-unattended',
      JobWorkflowRef: (options.workflows ?? []).join(),
      ExistingProvider: String(await hasProvider(iam)),
      DeployerRoleName: deployer,
      ServiceRoleName: `${SERVICE}${suffix}`,
    };
    const template = await readFile(join(CFN, 'github-oidc.yaml'), 'utf8');
    await installStack(options, { name: STACK, template, parameters });
    await installStack(options, {
      name: GUARDS_STACK,
      template: await readFile(join(CFN, 'github-guards.yaml'), 'utf8'),
      parameters: { ServiceRoleName: `${SERVICE}${suffix}` },
    });
  }
  const { Role } = await iam.send(new GetRoleCommand({ RoleName: deployer }));
  if (Role?.Arn === undefined) throw new Error(`IAM has no role ${deployer}`);
  return Role.Arn;
}

/** What an account's owner does for jobs of a repository's own: installs `github-users.yaml`, once. */
export async function prepareUsers(
  options: Owner & { readonly repository: string },
): Promise<void> {
  await installStack(options, {
    name: USERS_STACK,
    template: await readFile(join(CFN, 'github-users.yaml'), 'utf8'),
    parameters: { Repository: options.repository },
  });
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
