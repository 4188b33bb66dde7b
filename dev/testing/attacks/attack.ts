import {
  type AccessRequest,
  decide,
  type Permissions,
  type PolicyDocument,
} from '../../stand-ins/aws/authorization/simulate.ts';
import { ACCOUNT, REGION } from '../samples/account-roles.ts';

/**
 * Who makes a call: a job with the deployer role, CloudFormation with the service role, EventBridge Scheduler with the
 * guards' role, or a role that the attacker's template makes, with every permission that its boundary leaves.
 */
export type Actor = 'deployer' | 'service' | 'guard' | 'made';

export interface Step extends AccessRequest {
  readonly by: Actor;
}

/** A way to something that a team with the two roles must not reach. It succeeds if every step is allowed. */
export interface Attack {
  readonly name: string;
  readonly steps: (world: World) => readonly Step[];
}

/** The policies that are attacked, and what differs between versions of the template. */
export interface World {
  readonly deployer: Permissions;
  readonly service: Permissions;
  readonly guard: Permissions;
  /** The cap of made roles; undefined when they have none. */
  readonly boundary: PolicyDocument | undefined;
  /** The ARN of the stack that made the roles. */
  readonly rolesStack: string;
  /** The staging bucket of the team whose names begin with `team-b-`. */
  readonly bucketOfOthers: string;
}

/** A policy that allows everything. */
export const EVERYTHING: PolicyDocument = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
};

/** The permissions of an actor. */
export function permissionsOf(world: World, actor: Actor): Permissions {
  if (actor !== 'made') return world[actor];
  const { boundary } = world;
  const principal = arn('iam', 'role/eks-multus-evil-ClusterRole-1');
  return { principal, policies: [EVERYTHING], ...(boundary === undefined ? {} : { boundary }) };
}

/** The first step that is not allowed, or undefined if the attack succeeds. */
export async function stoppedAt(world: World, { steps }: Attack): Promise<string | undefined> {
  for (const { by, ...request } of steps(world)) {
    if ((await decide(permissionsOf(world, by), request)) === 'allowed') continue;
    return `${by}: ${request.action} on ${request.resource}`;
  }
  return undefined;
}

/** The ARN of something in the account. IAM has no regions. */
export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${service === 'iam' ? '' : REGION}:${ACCOUNT}:${resource}`;
}

export const SERVICE_ROLE = arn('iam', 'role/eks-multus-cloudformation');
export const DEPLOYER_ROLE = arn('iam', 'role/eks-multus-deployer');
export const GUARD_ROLE = arn('iam', 'role/eks-multus-cloudformation-guard');
export const ADMIN_ROLE = arn('iam', 'role/admin');
export const BOUNDARY = arn('iam', 'policy/eks-multus-cloudformation-boundary');
export const BOUNDED = { 'iam:PermissionsBoundary': BOUNDARY };
export const HOOK_ROLE = arn('iam', 'role/eks-multus-evil-HookRole-1');
export const STACK = arn('cloudformation', 'stack/eks-multus-evil/1');

type Context = AccessRequest['context'];

const stepsBy =
  (by: Actor) =>
  (action: string, resource: string, context: Context = {}): Step => ({
    by,
    action,
    resource,
    context,
  });
export const deployer = stepsBy('deployer');
export const service = stepsBy('service');
export const guard = stepsBy('guard');
export const made = stepsBy('made');

/** A job gives CloudFormation a template of its own, with the service role. A team may do that. */
export const TEMPLATE: readonly Step[] = [
  deployer('cloudformation:CreateChangeSet', STACK, { 'cloudformation:RoleArn': SERVICE_ROLE }),
  deployer('iam:PassRole', SERVICE_ROLE, { 'iam:PassedToService': 'cloudformation.amazonaws.com' }),
  deployer('cloudformation:ExecuteChangeSet', STACK),
];

/** The same with an import of resources that exist already. */
export function importOf(type: string): readonly Step[] {
  const context = {
    'cloudformation:RoleArn': SERVICE_ROLE,
    'cloudformation:ImportResourceTypes': [type],
  };
  return [deployer('cloudformation:CreateChangeSet', STACK, context), ...TEMPLATE.slice(1)];
}

/** The template makes a role with the boundary, and somebody takes it on. A team may do that, too. */
export const MADE_ROLE: readonly Step[] = [
  ...TEMPLATE,
  service('iam:CreateRole', HOOK_ROLE, BOUNDED),
  service('iam:PutRolePolicy', HOOK_ROLE, BOUNDED),
];

/** Tags of a resource, as the policies see them. */
export const TAGGED = { 'aws:ResourceTag/eks-multus:environment': 'eks-multus-evil' };
/** Tags that a request sets. */
export const TAGGING = { 'aws:RequestTag/eks-multus:environment': 'eks-multus-evil' };

export function attack(name: string, ...steps: readonly Step[]): Attack {
  return { name, steps: () => steps };
}
