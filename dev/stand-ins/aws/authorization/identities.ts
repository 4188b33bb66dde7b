import {
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
} from '@aws-sdk/client-iam';
import type { AwsCall } from '../gateway/aws-call.ts';
import { OWN_CREDENTIALS, sessionOf } from '../identity/session.ts';
import type { Permissions, PolicyDocument } from './simulate.ts';

/** The caller of a call whose permissions are checked. */
export interface Caller {
  /** `arn:aws:sts::…:assumed-role/NAME/SESSION`, as error messages have it. */
  readonly session: string;
  readonly role: string;
}

/** Who calls, and what each role may do, as IAM knows it. */
export interface Identities {
  /** The role behind a call; undefined for the account's owner, and for the stand-in's own calls. */
  callerOf(call: AwsCall): Promise<Caller | undefined>;
  permissionsOf(role: string): Promise<Permissions>;
  /** Forgets what roles may do, after a change in IAM. */
  forget(): void;
}

/** The access key of the calls that CloudFormation makes. Its session token is the ARN of the stack's role. */
const CLOUDFORMATION = /^AKIACLOUDFORMATION/;
/** IAM and the sessions of STS are the same in every region. */
const REGION = 'us-east-1';
/** Keys of sessions. All others are the account's owner, or the stand-in. */
const SESSION = /^ASIA/;

/** @param motoUrl moto, which is asked directly, so that the log of requests has no more than what was called */
export function createIdentities(motoUrl: string): Identities {
  const iam = iamOf(motoUrl);
  const callers = new Map<string, Promise<Caller>>();
  const permissions = new Map<string, Promise<Permissions>>();
  return {
    callerOf({ accessKey = '', headers }) {
      const token = headers['x-amz-security-token'] ?? '';
      if (CLOUDFORMATION.test(accessKey)) return Promise.resolve(serviceSession(token));
      if (!SESSION.test(accessKey)) return Promise.resolve(undefined);
      return remembered(callers, accessKey, () => callerOf(motoUrl, accessKey));
    },
    permissionsOf: (role) =>
      remembered(permissions, role, async () => theSame(await read(iam, role))),
    forget: () => permissions.clear(),
  };
}

function iamOf(motoUrl: string): IAMClient {
  return new IAMClient({ endpoint: motoUrl, region: REGION, credentials: OWN_CREDENTIALS });
}

function serviceSession(roleArn: string): Caller | undefined {
  const role = nameOf(roleArn);
  if (role === undefined) return undefined;
  const account = roleArn.split(':')[4];
  return { role, session: `arn:aws:sts::${account}:assumed-role/${role}/AWSCloudFormation` };
}

function nameOf(roleArn: string): string | undefined {
  return /:role\/(?:.*\/)?([^/]+)$/.exec(roleArn)?.[1];
}

async function callerOf(motoUrl: string, accessKey: string): Promise<Caller> {
  const { arn: session, role = '' } = await sessionOf(
    { endpoint: motoUrl, region: REGION },
    accessKey,
  );
  return { session, role };
}

async function read(iam: IAMClient, RoleName: string): Promise<Permissions> {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const inline = PolicyNames.map(async (PolicyName) => {
    const found = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }));
    return parsed(found.PolicyDocument);
  });
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  const managed = (attached.AttachedPolicies ?? []).map((one) => readPolicy(iam, one.PolicyArn));
  const boundary = Role?.PermissionsBoundary?.PermissionsBoundaryArn;
  return {
    principal: Role?.Arn ?? '',
    policies: await Promise.all([...inline, ...managed]),
    ...(boundary === undefined ? {} : { boundary: await readPolicy(iam, boundary) }),
  };
}

async function readPolicy(iam: IAMClient, PolicyArn: string | undefined): Promise<PolicyDocument> {
  const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn }));
  const VersionId = Policy?.DefaultVersionId;
  const found = await iam.send(new GetPolicyVersionCommand({ PolicyArn, VersionId }));
  return parsed(found.PolicyVersion?.Document);
}

/** What roles could do so far, by content. */
const seen = new Map<string, Permissions>();

/** One object for equal permissions, so that decisions about them stay known after a change in IAM that was about others. */
function theSame(permissions: Permissions): Permissions {
  const content = JSON.stringify(permissions);
  const known = seen.get(content) ?? permissions;
  seen.set(content, known);
  return known;
}

function parsed(document = '{}'): PolicyDocument {
  return JSON.parse(decodeURIComponent(document)) as PolicyDocument;
}

function remembered<T>(
  known: Map<string, Promise<T>>,
  key: string,
  find: () => Promise<T>,
): Promise<T> {
  const found = known.get(key) ?? find();
  known.set(key, found);
  found.catch(() => known.delete(key));
  return found;
}
