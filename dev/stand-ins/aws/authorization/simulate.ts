import {
  createValidatedPolicy,
  type ValidatedPolicy,
  validateIdentityPolicy,
} from '@cloud-copilot/iam-policy';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { aboutAction } from './about-action.ts';

/** A policy document, as IAM stores it. */
export type PolicyDocument = object;

/** What a principal may do: its own policies, and the boundary that caps them. */
export interface Permissions {
  /** The ARN of the role. */
  readonly principal: string;
  readonly policies: readonly PolicyDocument[];
  readonly boundary?: PolicyDocument;
}

/** One check that AWS makes before it serves a call. A call can need several, one for each resource. */
export interface AccessRequest {
  /** `ec2:CreateSubnet`. */
  readonly action: string;
  /** The ARN, or `*` for an action that no resource belongs to. */
  readonly resource: string;
  /** The condition keys that the request has, such as `aws:RequestTag/team`. */
  readonly context?: Readonly<Record<string, string | readonly string[]>>;
  /** The policy of the resource, such as a role's trust policy. */
  readonly resourcePolicy?: PolicyDocument;
}

export type Decision = 'allowed' | 'denied' | 'explicitly denied';

/**
 * KMS's default policy of a key, which leaves access to the policies of IAM. Without a key policy nobody has any.
 * https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
 */
export function defaultKeyPolicy(account: string): PolicyDocument {
  const Principal = { AWS: `arn:aws:iam::${account}:root` };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'kms:*', Resource: '*' }];
  return { Version: '2012-10-17', Statement };
}

const DECISIONS: Readonly<Record<string, Decision>> = {
  Allowed: 'allowed',
  ExplicitlyDenied: 'explicitly denied',
  ImplicitlyDenied: 'denied',
};

/** Decisions about the same requests, as long as the permissions are the same object. */
const decisions = new WeakMap<Permissions, Map<string, Promise<Decision>>>();

/**
 * Decides about a request as IAM does, with the actions, resource types and condition keys of the service
 * authorization reference: a condition key that does not belong to the action and the resource has no value.
 *
 * @throws Error for a request that AWS could not make: an unknown action, or a resource that the action does not have
 */
export function decide(permissions: Permissions, request: AccessRequest): Promise<Decision> {
  const known = decisions.get(permissions) ?? new Map<string, Promise<Decision>>();
  decisions.set(permissions, known);
  const key = JSON.stringify(request);
  const decision = known.get(key) ?? simulate(permissions, request);
  known.set(key, decision);
  return decision;
}

/**
 * A public parameter of Systems Manager, such as `arn:aws:ssm:eu-west-1::parameter/aws/service/…`, belongs to no account. The
 * simulator knows no such ARN, so an account that nobody has stands for none, in the request and in policies.
 */
const WITHOUT_ACCOUNT = /(?<=\barn:[^:"]+:ssm:[^:"]+:)(?=:parameter\/)/g;
const NOBODY = '000000000000';

function withAccount(text: string): string {
  return text.replaceAll(WITHOUT_ACCOUNT, NOBODY);
}

async function simulate(
  { principal, policies, boundary }: Permissions,
  { action, resource: named, context = {}, resourcePolicy }: AccessRequest,
): Promise<Decision> {
  const resource = withAccount(named);
  const account = principal.split(':')[4] ?? '';
  const result = await runSimulation(
    {
      request: {
        principal,
        action,
        resource: { resource, accountId: account },
        contextVariables: {
          'aws:PrincipalArn': principal,
          'aws:PrincipalAccount': account,
          ...mutable(context),
        },
      },
      identityPolicies: policies.flatMap((policy, index) => {
        const about = validatedAbout(policy, action);
        return about === undefined ? [] : [{ name: `policy ${index}`, policy: about }];
      }),
      ...(boundary === undefined
        ? {}
        : {
            permissionBoundaryPolicies: [
              // A boundary that says nothing of the action is one all the same.
              { name: 'boundary', policy: validatedAbout(boundary, action) ?? validated(boundary) },
            ],
          }),
      ...(resourcePolicy === undefined ? {} : { resourcePolicy }),
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') {
    throw new Error(`${action} on ${resource}: ${JSON.stringify(result.errors)}`);
  }
  const decision = DECISIONS[result.overallResult];
  if (decision === undefined) {
    throw new Error(`${action} on ${resource}: the simulator says ${result.overallResult}`);
  }
  return decision;
}

function mutable(context: NonNullable<AccessRequest['context']>) {
  const entries = Object.entries(context).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : [...value],
  ]);
  return Object.fromEntries(entries) as Record<string, string | string[]>;
}

const checked = new WeakMap<PolicyDocument, ValidatedPolicy>();

/** What a policy says of an action; undefined when it says nothing. Checks the form of the whole policy. */
function validatedAbout(policy: PolicyDocument, action: string): ValidatedPolicy | undefined {
  validated(policy);
  const about = aboutAction(policy, action);
  return about && validated(about);
}

/** Checks a policy's form only once. */
function validated(policy: PolicyDocument): ValidatedPolicy {
  const known =
    checked.get(policy) ??
    createValidatedPolicy(JSON.parse(withAccount(JSON.stringify(policy))), validateIdentityPolicy);
  checked.set(policy, known);
  return known;
}
