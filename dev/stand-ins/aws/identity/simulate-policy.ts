import type { Identities } from '../authorization/identities.ts';
import { type AccessRequest, decide, type Permissions } from '../authorization/simulate.ts';
import type { Answer } from '../gateway/gateway.ts';
import {
  parseQuery,
  type QueryParams,
  queryError,
  queryResponse,
  requiredText,
  ServiceError,
  structuresOf,
  textOf,
  textsOf,
} from '../gateway/query-protocol.ts';
import { conditionKeys } from './trust-policy.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/**
 * IAM's SimulatePrincipalPolicy, which moto lacks, for roles. One result for each action, with the decisions for each
 * resource inside, as AWS has answered since 2026. Leaves out organizations and resource policies.
 */
export function simulatePolicy(identities: Identities): Answer {
  return async (call) => {
    if (call.service !== 'iam' || call.action !== 'SimulatePrincipalPolicy') return undefined;
    try {
      const { params } = parseQuery(call.body.toString('utf8'));
      const permissions = await permissionsFor(identities, requiredText(params, 'PolicySourceArn'));
      return queryResponse(call.action, NAMESPACE, await simulation(permissions, params));
    } catch (error) {
      return queryError(error, NAMESPACE);
    }
  };
}

async function permissionsFor(identities: Identities, arn: string): Promise<Permissions> {
  try {
    return await identities.permissionsOf(arn.split('/').at(-1) ?? '');
  } catch (error) {
    if ((error as Error).name !== 'NoSuchEntityException') throw error;
    throw new ServiceError('NoSuchEntity', 'Unable to retrieve specified IAM entity.', 404);
  }
}

async function simulation(permissions: Permissions, params: QueryParams) {
  const given = textsOf(params, 'ResourceArns');
  const resources = given.length === 0 ? ['*'] : given;
  const context = Object.fromEntries(
    structuresOf(params, 'ContextEntries').map((entry) => [
      textOf(entry, 'ContextKeyName') ?? '',
      textsOf(entry, 'ContextKeyValues'),
    ]),
  );
  const named = new Set(Object.keys(context).map((key) => key.toLowerCase()));
  const all = conditionKeys(permissions.policies);
  const missing = all.filter((key) => !named.has(key.toLowerCase()));
  const results = textsOf(params, 'ActionNames').map(async (action) => {
    const decisions = await Promise.all(
      resources.map((resource) => decisionOn(permissions, { action, resource, context })),
    );
    const ofResources = resources.map((EvalResourceName, index) => ({
      EvalResourceName,
      EvalResourceDecision: decisions[index] ?? 'implicitDeny',
      MatchedStatements: [],
      MissingContextValues:
        decisions[index] === 'allowed' ? [] : missingFor(permissions.policies, action, missing),
    }));
    return {
      EvalActionName: action,
      EvalResourceName: '*',
      EvalDecision: worst(decisions),
      MatchedStatements: [],
      MissingContextValues: [],
      ...(given.length === 0 ? {} : { ResourceSpecificResults: ofResources }),
    };
  });
  return { EvaluationResults: await Promise.all(results), IsTruncated: false };
}

/** A request that no service makes, such as an action on another kind of resource, matches no statement. */
async function decisionOn(permissions: Permissions, request: AccessRequest): Promise<string> {
  try {
    return DECISIONS[await decide(permissions, request)];
  } catch {
    return 'implicitDeny';
  }
}

const DECISIONS = {
  allowed: 'allowed',
  denied: 'implicitDeny',
  'explicitly denied': 'explicitDeny',
} as const;

/** Only keys of statements about the action are missing for it. */
function missingFor(
  policies: Permissions['policies'],
  action: string,
  missing: readonly string[],
): readonly string[] {
  const about = conditionKeys(policies, action);
  return missing.filter((key) => about.includes(key));
}

function worst(decisions: readonly string[]): string {
  return (
    ['explicitDeny', 'implicitDeny'].find((decision) => decisions.includes(decision)) ?? 'allowed'
  );
}
