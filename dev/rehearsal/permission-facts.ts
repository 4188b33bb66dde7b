import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AwsStandIn } from '../stand-ins/aws/aws.ts';
import { readTemplate, type Template } from '../stand-ins/aws/cloudformation/language/template.ts';
import { isObject, type Json } from '../stand-ins/aws/cloudformation/language/value.ts';
import type { CallRecord } from '../stand-ins/aws/gateway/gateway.ts';
import { CHECKOUT } from '../tools/checkout.ts';
import type { Finding } from '../tools/table.ts';
import { type Role, UNCALLED } from './uncalled-permissions.ts';

/** Every action that a role of `github-oidc.yaml` may perform, sorted. Pure. */
export function allowedActions(template: Template, role: Role): readonly string[] {
  const { Policies = null, ManagedPolicyArns = null } = template.resources[role]?.properties ?? {};
  const managed = referencesIn(ManagedPolicyArns).map(
    (id) => template.resources[id]?.properties['PolicyDocument'] ?? null,
  );
  return [...new Set([...actionsIn(Policies), ...managed.flatMap(actionsIn)])].sort();
}

const TEMPLATE = join(CHECKOUT, 'cfn', 'github-oidc.yaml');
/** The names of the roles, which may have a suffix. */
const ROLES: Readonly<Record<Role, string>> = {
  DeployerRole: 'eks-multus-deployer',
  ServiceRole: 'eks-multus-cloudformation',
};

/**
 * Checks that AWS refused no call of a role, and that both roles used exactly the permissions of the installed template;
 * without `all`, that they need not have used all.
 */
export function permissionFindings(
  { gateway }: Pick<AwsStandIn, 'gateway'>,
  { all }: { readonly all: boolean },
): readonly Finding[] {
  const template = readTemplate(readFileSync(TEMPLATE, 'utf8'));
  const roles = ['DeployerRole', 'ServiceRole'] as const;
  const calls = gateway.calls();
  return [
    ...roles.map((role) => {
      const own = calls.filter((call) => call.role?.startsWith(ROLES[role]));
      return permissionFinding(role, allowedActions(template, role), own, all);
    }),
    deniedFinding(calls),
  ];
}

/** Calls of any role, also of the launch hook's, that its policies do not allow. Pure. */
export function deniedFinding(calls: readonly CallRecord[]): Finding {
  const denied = [...new Set(calls.flatMap(({ denied: reason }) => reason ?? []))];
  const checked = calls.filter(({ role }) => role !== undefined);
  const roles = [...new Set(checked.map(({ role }) => role))].sort();
  return {
    what: 'Calls that policies refuse',
    found: [
      `${denied.length} kinds, of ${checked.length} calls of ${roles.join(', ')}`,
      ...denied,
    ].join('\n'),
    ok: denied.length === 0 && checked.length > 0,
  };
}

/**
 * Checks that a role used the permissions that it has; without `all`, no others.
 * `uncalled-permissions.ts` lists the unused permissions, each with its reason. Pure.
 */
export function permissionFinding(
  role: Role,
  allowed: readonly string[],
  calls: readonly CallRecord[],
  all = true,
): Finding {
  const used = new Set(calls.flatMap(({ permissions = [] }) => permissions));
  const reasons = UNCALLED[role];
  const unexplained = allowed.filter((action) => all && !used.has(action) && !reasons[action]);
  const gone = Object.keys(reasons).filter((action) => !allowed.includes(action));
  const unused = allowed.filter((action) => !used.has(action) && reasons[action] !== undefined);
  return {
    what: `Permissions of ${role}`,
    found: [
      `${allowed.length - unused.length - unexplained.length} used, ${allowed.length} granted`,
      ...unexplained.map((action) => `unused, without a reason: ${action}`),
      ...gone.map((action) => `explained but not granted: ${action}`),
      ...(all ? unused.map((action) => `unused: ${action} (${reasons[action]})`) : []),
    ].join('\n'),
    ok: used.size > 0 && unexplained.length + gone.length === 0,
  };
}

function actionsIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => actionsIn(item));
  if (!isObject(value) || value['Effect'] === 'Deny') return [];
  return Object.entries(value).flatMap(([key, item]) =>
    key === 'Action' ? [item].flat().map(String) : actionsIn(item),
  );
}

function referencesIn(value: Json): readonly string[] {
  if (Array.isArray(value)) return value.flatMap((item: Json) => referencesIn(item));
  return isObject(value) && typeof value['Ref'] === 'string' ? [value['Ref']] : [];
}
