import type { Permissions, PolicyDocument } from '../../stand-ins/aws/authorization/simulate.ts';
import {
  conditionValues,
  selectLive,
} from '../../stand-ins/aws/cloudformation/language/conditions.ts';
import { evaluate } from '../../stand-ins/aws/cloudformation/language/evaluate.ts';
import { readTemplate } from '../../stand-ins/aws/cloudformation/language/template.ts';
import type { Values } from '../../stand-ins/aws/cloudformation/language/value.ts';
import { stackScope } from '../../stand-ins/aws/cloudformation/scope.ts';
import { templateText } from './read-template.ts';

export const ACCOUNT = '123456789012';
export const REGION = 'ap-northeast-2';
export const ISSUER = 'token.actions.githubusercontent.com';
/** The name that the documentation gives the stack of `github-oidc.yaml`. */
const ROLES_STACK = 'github-for-eks-multus';

type Parameters = Readonly<Record<string, string | readonly string[]>>;

/** What `github-oidc.yaml` makes: two roles, and the boundary of the roles that they make. */
export interface AccountRoles {
  readonly deployer: Permissions;
  readonly service: Permissions;
  readonly boundary: PolicyDocument;
}

interface Inline {
  readonly PolicyDocument: PolicyDocument;
}

export function providerOf(issuer: string): string {
  return `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}`;
}

/** The trust policy of the deployer role. */
export function deployerTrust(parameters: Parameters = {}): unknown {
  return trustOf(evaluatedResources(parameters)['DeployerRole']);
}

/** The trust policy of a role, which the templates write as text. */
export function trustOf(role: Values | undefined): unknown {
  return JSON.parse(String(role?.['AssumeRolePolicyDocument']));
}

/** Evaluates the template with its defaults and the given parameters. */
export function accountRoles(parameters: Parameters = {}, stackName?: string): AccountRoles {
  const resources = evaluatedResources(parameters, stackName);
  const documentOf = (id: string) => resources[id]?.['PolicyDocument'] as PolicyDocument;
  const role = (id: string): Permissions => {
    const { RoleName, Policies, ManagedPolicyArns } = resources[id] ?? {};
    const inline = (Policies ?? []) as unknown as readonly Inline[];
    const managed = Object.keys(resources).filter((other) =>
      ((ManagedPolicyArns ?? []) as readonly string[]).includes(policyArn(other)),
    );
    return {
      principal: `arn:aws:iam::${ACCOUNT}:role/${String(RoleName)}`,
      policies: [...inline.map(({ PolicyDocument }) => PolicyDocument), ...managed.map(documentOf)],
    };
  };
  return {
    deployer: role('DeployerRole'),
    service: role('ServiceRole'),
    boundary: documentOf('Boundary'),
  };
}

/** What `github-guards.yaml` makes: the role of EventBridge Scheduler, and a policy that the service role gets. */
export function guardRoles(rolesStack = ROLES_STACK) {
  const parameters = { RolesStack: rolesStack };
  const resources = evaluatedResources(parameters, 'github-guards-for-eks-multus', 'github-guards');
  const { RoleName, Policies } = resources['GuardRole'] ?? {};
  const inline = (Policies ?? []) as unknown as readonly Inline[];
  const guard: Permissions = {
    principal: `arn:aws:iam::${ACCOUNT}:role/${String(RoleName)}`,
    policies: inline.map(({ PolicyDocument }) => PolicyDocument),
  };
  const trust = resources['GuardRole']?.['AssumeRolePolicyDocument'] as PolicyDocument;
  const making = resources['MakeGuards']?.['PolicyDocument'] as PolicyDocument;
  return { guard, trust, making };
}

/** The roles of an account with both templates. */
export function rolesWithGuards(
  rolesStack?: string,
): AccountRoles & { readonly guard: Permissions } {
  const roles = accountRoles({}, rolesStack);
  const { guard, making } = guardRoles(rolesStack);
  const service = { ...roles.service, policies: [...roles.service.policies, making] };
  return { ...roles, service, guard };
}

/** The roles of an account with all three templates, where the owner of a cluster has deployed the one for it. */
export function rolesWithCluster(ClusterName: string) {
  const roles = rolesWithGuards();
  const resources = evaluatedResources(
    { ClusterName },
    `eks-multus-on-${ClusterName}`,
    'github-own-cluster',
  );
  const documentOf = (id: string) => resources[id]?.['PolicyDocument'] as PolicyDocument;
  const withPolicy = (role: Permissions, id: string): Permissions => ({
    ...role,
    policies: [...role.policies, documentOf(id)],
  });
  return {
    ...roles,
    deployer: withPolicy(roles.deployer, 'DeployerPolicy'),
    service: withPolicy(roles.service, 'ServicePolicy'),
    boundary: documentOf('Boundary'),
  };
}

/** The properties of a template's resources, by logical id. */
export function evaluatedResources(
  parameters: Parameters = {},
  stackName = ROLES_STACK,
  file = 'github-oidc',
): Readonly<Record<string, Values>> {
  const template = readTemplate(templateText(file));
  const values: Parameters = {
    ...defaultsOf(template.parameters),
    Repository: 'acme/lab',
    ...parameters,
  };
  const scope = stackScope(
    {
      stackId: `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${stackName}/1`,
      stackName,
      accountId: ACCOUNT,
      region: REGION,
      values,
      mappings: {},
      zones: [],
      notificationArns: [],
      exports: new Map(),
    },
    {
      ref: (id) => references(values)[id] ?? policyArn(id),
      attribute: (id) =>
        `arn:aws:iam::${ACCOUNT}:role/${id === 'GuardRole' ? guardName(values) : String(values[`${id}Name`])}`,
    },
  );
  const live = selectLive(template, conditionValues(template, scope));
  const evaluated = Object.entries(live.resources).map(([id, { properties }]) => [
    id,
    evaluate(properties, scope),
  ]);
  return Object.fromEntries(evaluated) as Record<string, Values>;
}

/** What references to resources other than policies stand for. */
function references(values: Parameters): Readonly<Record<string, string>> {
  return { Provider: providerOf(String(values['Issuer'])), Group: guardName(values) };
}

/** The name of the guards' role, and of the group of their schedules. */
function guardName({ ServiceRoleName }: Parameters): string {
  return `${String(ServiceRoleName)}-guard`;
}

/** The reference to a policy of the template stands for its ARN. */
function policyArn(id: string): string {
  return `arn:aws:iam::${ACCOUNT}:policy/${id}`;
}

function defaultsOf(parameters: ReturnType<typeof readTemplate>['parameters']): Parameters {
  const defaults = Object.entries(parameters).map(([name, { type, default: value }]) => {
    const text = String(value ?? '');
    return [name, type === 'CommaDelimitedList' ? text.split(',') : text] as const;
  });
  return Object.fromEntries(defaults);
}
