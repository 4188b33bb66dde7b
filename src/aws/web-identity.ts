import { AssumeRoleWithWebIdentityCommand, type Credentials, STSClient } from '@aws-sdk/client-sts';
import { CloudError, messageOf } from '../core/errors.ts';
import { connectionSettings } from './request-handler.ts';

/** The role to assume, and the audience of the ID token for it. */
export interface RoleRequest {
  readonly region: string;
  readonly roleArn: string;
  readonly audience: string;
  readonly durationSeconds: number;
  /** Shows up in CloudTrail; 2 to 64 characters of `[\w+=,.@-]`. */
  readonly sessionName: string;
}

export interface AwsCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly expiration?: Date;
}

/** With back-off, these attempts take some minutes. Nothing works without credentials. */
export const MAX_STS_ATTEMPTS = 12;

/** What `assumeRole` needs from the runner. */
export interface TokenSource {
  /** Requests a new GitHub ID token for an audience. */
  idToken(audience: string): Promise<string>;
  /** Hides a value in the job's log. */
  mask(secret: string): void;
}

/**
 * Exchanges a fresh GitHub ID token for credentials of a role, and masks them.
 *
 * @throws CloudError that shows the token's claims and a trust policy that accepts them.
 */
export async function assumeRole(
  request: RoleRequest,
  source: TokenSource,
): Promise<AwsCredentials> {
  const token = await source.idToken(request.audience);
  const settings = { region: request.region, maxAttempts: MAX_STS_ATTEMPTS };
  const sts = new STSClient({ ...settings, ...connectionSettings() });
  try {
    const { Credentials: given } = await sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: request.roleArn,
        RoleSessionName: request.sessionName,
        WebIdentityToken: token,
        DurationSeconds: request.durationSeconds,
      }),
    );
    return toCredentials(given, source.mask);
  } catch (error) {
    throw refused(request, token, error);
  } finally {
    sts.destroy();
  }
}

/** The credentials in an STS response, already masked in the log. */
export function toCredentials(
  given: Credentials | undefined,
  mask: TokenSource['mask'],
): AwsCredentials {
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = given ?? {};
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error('STS answered without credentials');
  }
  for (const secret of [accessKeyId, secretAccessKey, given?.SessionToken]) {
    if (secret !== undefined) mask(secret);
  }
  return {
    accessKeyId,
    secretAccessKey,
    ...(given?.SessionToken === undefined ? {} : { sessionToken: given.SessionToken }),
    ...(given?.Expiration === undefined ? {} : { expiration: given.Expiration }),
  };
}

function refused(request: RoleRequest, token: string, cause: unknown): CloudError {
  const claims = readClaims(token);
  const name = cause instanceof Error ? cause.name : 'Error';
  // AWS's message may contain the token, which must not appear in the log.
  const message = messageOf(cause).replaceAll(token, '(token)');
  const trust = /AccessDenied|InvalidIdentityToken/.test(name);
  return new CloudError({
    resource: `role ${request.roleArn}`,
    reason: `cannot be assumed with GitHub's ID token: ${message} (${name}). ${describeClaims(claims)}`,
    nextStep: trust
      ? `see that the identity provider exists and that the role's trust policy accepts this token:\n${trustPolicy(request.roleArn, claims)}\n${subjectAdvice(claims)}`
      : "see that the region and the network let this runner reach AWS STS, and that role-duration-seconds is within the role's own maximum",
  });
}

/** The claims of an ID token that a trust policy checks. None of them is secret. */
export interface TokenClaims {
  readonly sub?: string;
  readonly aud?: string;
  readonly iss?: string;
  /** The workflow file that has the job, with its ref. */
  readonly job_workflow_ref?: string;
}

const CLAIMS = ['sub', 'aud', 'iss', 'job_workflow_ref'];

/** Reads a JSON Web Token's claims without verifying its signature; empty when it is not a valid token. */
export function readClaims(token: string): TokenClaims {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    if (typeof claims !== 'object' || claims === null) return {};
    return Object.fromEntries(
      Object.entries(claims)
        .filter(([name]) => CLAIMS.includes(name))
        .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
    );
  } catch {
    return {};
  }
}

/** What of a token the trust of a role can name, in one sentence. */
export function describeClaims(claims: TokenClaims): string {
  const { sub = '?', aud = '?', iss = '?', job_workflow_ref: workflow = '?' } = claims;
  return `The token says sub "${sub}", aud "${aud}", iss "${iss}", job_workflow_ref "${workflow}".`;
}

/**
 * The trust policy that accepts exactly these claims. AWS has known `job_workflow_ref` of github.com's tokens since January 2026:
 * https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/
 */
export function trustPolicy(roleArn: string, claims: TokenClaims): string {
  const [, partition = 'aws', , , account = ''] = roleArn.split(':');
  const issuer = (claims.iss ?? 'https://token.actions.githubusercontent.com').replace(
    /^https?:\/\//,
    '',
  );
  const { aud = '', sub = '', job_workflow_ref: workflow } = claims;
  const wanted = {
    [`${issuer}:aud`]: aud,
    [`${issuer}:sub`]: sub,
    ...(workflow === undefined ? {} : { [`${issuer}:job_workflow_ref`]: workflow }),
  };
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: { StringEquals: wanted },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

/**
 * Advice on this subject for the author of the policy. Repositories created, renamed or moved since July 2026 have ids in
 * it (`repo:owner@1/name@2:…`), so that names alone never match.
 */
export function subjectAdvice({ sub = '' }: TokenClaims): string {
  const [, repository = '', kind = ''] = /^(repo:[^:]+):(.+)$/.exec(sub) ?? [];
  const environment =
    'Better, give the job a GitHub environment that only the main branch may deploy to (input github-environment), and trust that.';
  const advice = [
    ...(kind === 'pull_request'
      ? [`Everybody who may push can open a pull request. ${environment}`]
      : []),
    ...(kind.startsWith('ref:') ? [environment] : []),
    ...(/^repo:[^:/]+@\d+\/[^:/]+@\d+$/.test(repository)
      ? ["This repository's subject has ids in it: a policy with names alone does not match."]
      : []),
  ];
  return advice.join(' ');
}
