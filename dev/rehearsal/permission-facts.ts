import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AwsStandIn } from '../stand-ins/aws/aws.ts';
import { readTemplate, type Template } from '../stand-ins/aws/cloudformation/language/template.ts';
import { isObject, type Json } from '../stand-ins/aws/cloudformation/language/value.ts';
import type { Sessions } from '../stand-ins/aws/faults/sessions.ts';
import type { CallRecord } from '../stand-ins/aws/gateway/gateway.ts';
import { iamAction } from '../stand-ins/aws/gateway/iam-action.ts';
import { CHECKOUT } from '../tools/checkout.ts';
import type { Finding } from '../tools/table.ts';
import { type Role, UNCALLED } from './uncalled-permissions.ts';

/** Every action that a role of `github-oidc.yaml` may perform, sorted. Pure. */
export function allowedActions(template: Template, role: Role): readonly string[] {
  const actions = actionsIn(template.resources[role]?.properties['Policies'] ?? null);
  return [...new Set(actions)].sort();
}

const TEMPLATE = join(CHECKOUT, 'cfn', 'github-oidc.yaml');

/**
 * Checks that both roles used exactly the permissions of the installed template; without `all`, no others.
 */
export function permissionFindings(
  { gateway, sessions }: Pick<AwsStandIn, 'gateway' | 'sessions'>,
  { all }: { readonly all: boolean },
): readonly Finding[] {
  const template = readTemplate(readFileSync(TEMPLATE, 'utf8'));
  const roles = ['DeployerRole', 'ServiceRole'] as const;
  return roles.map((role) => {
    const calls = gateway.calls().filter((call) => roleOf(call, sessions) === role);
    return permissionFinding(role, allowedActions(template, role), calls, all);
  });
}

/** The role that made a call. A job's session belongs to the deployer. */
export function roleOf(
  { accessKey = '' }: Pick<CallRecord, 'accessKey'>,
  jobs: Pick<Sessions, 'has'>,
): Role | undefined {
  if (accessKey.startsWith('AKIACLOUDFORMATION')) return 'ServiceRole';
  return jobs.has(accessKey) ? 'DeployerRole' : undefined;
}

/**
 * Checks that a role made exactly the calls that it may make; without `all`, no others.
 * `uncalled-permissions.ts` lists the unused permissions, each with its reason. Pure.
 */
export function permissionFinding(
  role: Role,
  allowed: readonly string[],
  calls: readonly CallRecord[],
  all = true,
): Finding {
  const called = new Set(calls.map(iamAction).filter((action) => !action.startsWith('sts:')));
  const named = new Set(Object.keys(UNCALLED[role]));
  const missing = [...called].filter((action) => !allowed.includes(action)).sort();
  const unused = allowed.filter((action) => all && !called.has(action) && !named.has(action));
  const gone = [...named].filter((action) => !allowed.includes(action));
  return {
    what: `Permissions of ${role}`,
    found: [
      `${called.size} used, ${allowed.length} granted`,
      ...missing.map((action) => `missing: ${action}`),
      ...unused.map((action) => `unused: ${action}`),
      ...gone.map((action) => `explained but not granted: ${action}`),
    ].join('\n'),
    ok: called.size > 0 && missing.length + unused.length + gone.length === 0,
  };
}

function actionsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => actionsIn(item));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'Action' ? [item].flat().map(String) : actionsIn(item),
  );
}
