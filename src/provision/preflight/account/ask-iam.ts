import {
  type EvaluationResult,
  GetRoleCommand,
  IAMClient,
  paginateSimulatePrincipalPolicy,
  type ResourceSpecificResult,
} from '@aws-sdk/client-iam';
import { type AwsCaller, createClient } from '../../../aws/clients.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import type { Answer, Decision } from '../facts.ts';
import type { Simulation } from '../permissions.ts';
import { ask } from './ask.ts';

/** The questions to IAM. */
export function askIam(caller: AwsCaller) {
  const client = createClient(IAMClient, caller);
  return {
    simulate: (simulation: Simulation): Promise<Answer<readonly Decision[]>> =>
      ask('iam:SimulatePrincipalPolicy', () => simulate(client, simulation)),
    missingRoles: (arns: readonly string[]): Promise<Answer<readonly string[]>> =>
      ask('iam:GetRole', async () => {
        const found = await inParallel(arns, 5, (arn) => roleExists(client, arn));
        return arns.filter((_, index) => found[index] === false);
      }),
  };
}

/** One simulation of all actions on all resources, of which only the pairs that are needed count. */
async function simulate(
  client: IAMClient,
  { roleArn, needed, context }: Simulation,
): Promise<readonly Decision[]> {
  const pages = paginateSimulatePrincipalPolicy(
    { client, pageSize: 1000 },
    {
      PolicySourceArn: roleArn,
      ActionNames: [...new Set(needed.map(({ action }) => action))],
      ResourceArns: [...new Set(needed.map(({ resource }) => resource))],
      ContextEntries: Object.entries(context).map(([ContextKeyName, value]) => ({
        ContextKeyName,
        ContextKeyType: 'string',
        ContextKeyValues: [value],
      })),
    },
  );
  const found = await Array.fromAsync(pages, ({ EvaluationResults = [] }) => EvaluationResults);
  const results = found.flat();
  return needed.flatMap(({ action, resource }) => {
    const result = results.find((one) => one.EvalActionName === action);
    const specific = result?.ResourceSpecificResults?.find(
      (one) => one.EvalResourceName === resource,
    );
    if (result === undefined || specific === undefined) return [];
    return [decisionOf(action, resource, result, specific)];
  });
}

function decisionOf(
  action: string,
  resource: string,
  result: EvaluationResult,
  specific: ResourceSpecificResult,
): Decision {
  const boundary = specific.PermissionsBoundaryDecisionDetail;
  const deniedBy =
    result.OrganizationsDecisionDetail?.AllowedByOrganizations === false
      ? 'organization'
      : boundary?.AllowedByPermissionsBoundary === false
        ? 'boundary'
        : 'policy';
  return {
    action,
    resource,
    allowed: specific.EvalResourceDecision === 'allowed',
    deniedBy,
    missingKeys: specific.MissingContextValues ?? [],
  };
}

async function roleExists(client: IAMClient, arn: string): Promise<boolean> {
  try {
    const { Role } = await client.send(new GetRoleCommand({ RoleName: arn.split('/').at(-1) }));
    return Role?.Arn === arn;
  } catch (error) {
    if (error instanceof Error && error.name === 'NoSuchEntityException') return false;
    throw error;
  }
}
