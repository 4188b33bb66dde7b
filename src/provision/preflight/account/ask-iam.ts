import {
  type EvaluationResult,
  GetRoleCommand,
  GetUserCommand,
  IAMClient,
  paginateSimulatePrincipalPolicy,
  type ResourceSpecificResult,
} from '@aws-sdk/client-iam';
import { unlessMissing } from '../../../aws/aws-error.ts';
import { type AwsCaller, createClient } from '../../../aws/clients.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import type { Answer, Decision, MissingPrincipal } from '../facts.ts';
import type { Simulation } from '../permissions.ts';
import { ask } from './ask.ts';

/** The questions to IAM. */
export function askIam(caller: AwsCaller) {
  const client = createClient(IAMClient, caller);
  return {
    simulate: (simulation: Simulation): Promise<Answer<readonly Decision[]>> =>
      ask('iam:SimulatePrincipalPolicy', () => simulate(client, simulation)),
    missingPrincipals: (arns: readonly string[]): Promise<Answer<readonly MissingPrincipal[]>> =>
      ask('iam:GetRole, iam:GetUser', async () => {
        const actual = await inParallel(arns, 5, (arn) => actualArn(client, arn));
        const pairs = arns.map((arn, index) => ({ arn, actual: actual[index] }));
        return pairs.filter((pair) => pair.arn !== pair.actual);
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

/** The ARN of the role or user that has the name in an ARN; undefined when IAM has none. */
async function actualArn(client: IAMClient, arn: string): Promise<string | undefined> {
  const name = arn.split('/').at(-1);
  if (arn.includes(':user/')) {
    const user = client.send(new GetUserCommand({ UserName: name }));
    return (await unlessMissing(user))?.User?.Arn;
  }
  const role = client.send(new GetRoleCommand({ RoleName: name }));
  return (await unlessMissing(role))?.Role?.Arn;
}
