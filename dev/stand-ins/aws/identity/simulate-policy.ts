import type { IAMClient } from '@aws-sdk/client-iam';
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
import { type Policy, policiesOf } from './role-policies.ts';
import { type Context, conditionKeys, decideByIdentity } from './trust-policy.ts';

const NAMESPACE = 'https://iam.amazonaws.com/doc/2010-05-08/';

/**
 * IAM's SimulatePrincipalPolicy, which moto lacks, for roles. One result for each action, with the decisions for each
 * resource inside, as AWS has answered since 2026. Leaves out organizations, boundaries, and resource policies.
 */
export function simulatePolicy(iam: IAMClient): Answer {
  return async (call) => {
    if (call.service !== 'iam' || call.action !== 'SimulatePrincipalPolicy') return undefined;
    try {
      const { params } = parseQuery(call.body.toString('utf8'));
      const policies = await policiesFor(iam, requiredText(params, 'PolicySourceArn'));
      return queryResponse(call.action, NAMESPACE, simulation(policies, params));
    } catch (error) {
      return queryError(error, NAMESPACE);
    }
  };
}

async function policiesFor(iam: IAMClient, arn: string): Promise<readonly Policy[]> {
  try {
    return await policiesOf(iam, arn);
  } catch (error) {
    if ((error as Error).name !== 'NoSuchEntityException') throw error;
    throw new ServiceError('NoSuchEntity', 'Unable to retrieve specified IAM entity.', 404);
  }
}

function simulation(policies: readonly Policy[], params: QueryParams) {
  const given = textsOf(params, 'ResourceArns');
  const resources = given.length === 0 ? ['*'] : given;
  const values = new Map(
    structuresOf(params, 'ContextEntries').map((entry) => [
      (textOf(entry, 'ContextKeyName') ?? '').toLowerCase(),
      textsOf(entry, 'ContextKeyValues'),
    ]),
  );
  const context: Context = (key) => values.get(key.toLowerCase()) ?? [];
  const all = conditionKeys(policies);
  const missing = all.filter((key) => context(key).length === 0);
  const EvaluationResults = textsOf(params, 'ActionNames').map((action) => {
    const decisions = resources.map((resource) =>
      decideByIdentity(policies, action, resource, context),
    );
    const ofResources = resources.map((EvalResourceName, index) => ({
      EvalResourceName,
      EvalResourceDecision: decisions[index] ?? 'implicitDeny',
      MatchedStatements: [],
      MissingContextValues:
        decisions[index] === 'allowed' ? [] : missingFor(policies, action, missing),
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
  return { EvaluationResults, IsTruncated: false };
}

/** Only keys of statements about the action are missing for it. */
function missingFor(
  policies: readonly Policy[],
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
