import {
  GetOpenIDConnectProviderCommand,
  GetRoleCommand,
  type IAMClient,
  ListOpenIDConnectProvidersCommand,
  type Role,
} from '@aws-sdk/client-iam';
import { createRemoteJWKSet, decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose';
import type { Sessions } from '../faults/sessions.ts';
import type { AwsCall } from '../gateway/aws-call.ts';
import type { Answer } from '../gateway/gateway.ts';
import { callMoto } from '../gateway/moto-proxy.ts';
import {
  parseQuery,
  queryError,
  requiredText,
  ServiceError,
  textOf,
} from '../gateway/query-protocol.ts';
import { type AwsResponse, withBody } from '../gateway/service.ts';
import { element } from '../gateway/xml.ts';
import { allowsWebIdentity } from './trust-policy.ts';

export interface WebIdentityOptions {
  readonly motoUrl: string;
  readonly iam: IAMClient;
  /** The actual URL of an issuer's key set, by the issuer's URL. */
  readonly jwksUrls: Readonly<Record<string, string>>;
  readonly sessions: Sessions;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/**
 * Serves AssumeRoleWithWebIdentity like STS: checks the token's signature, expiry and audience, then the
 * role's trust policy. moto issues the credentials but checks none of this.
 */
export function webIdentity(options: WebIdentityOptions): Answer {
  return async (call) => {
    if (call.action !== 'AssumeRoleWithWebIdentity') return undefined;
    try {
      const { claims, provider, seconds } = await check(options, call);
      const answer = await issue(options.motoUrl, call);
      return options.sessions.begin(withSubject(answer, claims, provider), seconds);
    } catch (error) {
      return queryError(error, NAMESPACE);
    }
  };
}

interface Provider {
  readonly arn: string;
  readonly host: string;
  readonly audiences: readonly string[];
}

async function check(options: WebIdentityOptions, call: AwsCall) {
  const { params } = parseQuery(call.body.toString('utf8'));
  const token = requiredText(params, 'WebIdentityToken');
  const issuer = issuerOf(token);
  const provider = await findProvider(options.iam, issuer);
  const claims = await verify(token, issuer, provider, keySetOf(options, issuer));
  const role = await findRole(options.iam, requiredText(params, 'RoleArn'));
  const seconds = Number(textOf(params, 'DurationSeconds') ?? 3600);
  checkDuration(role, seconds);
  const policy: unknown = JSON.parse(decodeURIComponent(role.AssumeRolePolicyDocument ?? '{}'));
  const identity = { providerArn: provider.arn, host: provider.host, claims };
  if (!allowsWebIdentity(policy, identity)) throw denied();
  return { claims, provider, seconds };
}

function issuerOf(token: string): string {
  try {
    const { iss } = decodeJwt(token);
    if (iss !== undefined) return iss;
  } catch {
    // Not a JWT: fails like a JWT without an issuer.
  }
  throw badToken(
    'The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)',
  );
}

async function findProvider(iam: IAMClient, issuer: string): Promise<Provider> {
  const host = issuer.replace(/^https?:\/\//, '');
  const found = await iam.send(new ListOpenIDConnectProvidersCommand({}));
  const arn = found.OpenIDConnectProviderList?.map((each) => each.Arn ?? '').find((each) =>
    each.endsWith(`:oidc-provider/${host}`),
  );
  if (arn === undefined) {
    throw badToken(`No OpenIDConnect provider found in your account for ${issuer}`);
  }
  const provider = await iam.send(
    new GetOpenIDConnectProviderCommand({ OpenIDConnectProviderArn: arn }),
  );
  return { arn, host, audiences: provider.ClientIDList ?? [] };
}

/** Generous, because the issuer may be slow on a busy machine. */
const KEYS_WITHIN_MS = 60_000;
type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** The key sets that an account has asked for, by their URLs. A later issuer may have the port of an earlier one. */
const keySets = new WeakMap<WebIdentityOptions, Map<string, KeySet>>();

function keySetOf(options: WebIdentityOptions, issuer: string): KeySet {
  const known = keySets.get(options) ?? new Map<string, KeySet>();
  keySets.set(options, known);
  const url = options.jwksUrls[issuer] ?? `${issuer}/.well-known/jwks`;
  const keys =
    known.get(url) ?? createRemoteJWKSet(new URL(url), { timeoutDuration: KEYS_WITHIN_MS });
  known.set(url, keys);
  return keys;
}

async function verify(
  token: string,
  issuer: string,
  provider: Provider,
  keys: KeySet,
): Promise<JWTPayload> {
  try {
    const audience = [...provider.audiences];
    return (await jwtVerify(token, keys, { issuer, audience })).payload;
  } catch (error) {
    if (error instanceof errors.JWTExpired) {
      throw new ServiceError(
        'ExpiredTokenException',
        'Token expired: current date/time must be before the expiration date/time',
      );
    }
    if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
      throw badToken('Incorrect token audience');
    }
    throw badToken(
      "Couldn't retrieve verification key from your identity provider,  please reference AssumeRoleWithWebIdentity documentation for requirements",
    );
  }
}

async function findRole(iam: IAMClient, arn: string): Promise<Role> {
  const name = arn.match(/^arn:[^:]+:iam::\d{12}:role\/(?:.*\/)?([^/]+)$/)?.[1];
  if (name === undefined) throw new ServiceError('ValidationError', `${arn} is invalid`);
  try {
    const { Role: role } = await iam.send(new GetRoleCommand({ RoleName: name }));
    if (role?.Arn === arn) return role;
  } catch (error) {
    if ((error as Error).name !== 'NoSuchEntityException') throw error;
  }
  // STS does not distinguish a missing role from one that does not trust the caller.
  throw denied();
}

function checkDuration(role: Role, seconds: number): void {
  if (seconds <= (role.MaxSessionDuration ?? 3600)) return;
  throw new ServiceError(
    'ValidationError',
    'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
  );
}

function denied(): ServiceError {
  const message = 'Not authorized to perform sts:AssumeRoleWithWebIdentity';
  return new ServiceError('AccessDenied', message, 403);
}

function badToken(message: string): ServiceError {
  return new ServiceError('InvalidIdentityToken', message);
}

function issue(motoUrl: string, call: AwsCall): Promise<AwsResponse> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  return callMoto(motoUrl, { method: 'POST', target: '/', headers }, call.body);
}

/** Adds what moto leaves out of the response: subject, audience and provider. */
function withSubject(answer: AwsResponse, claims: JWTPayload, provider: Provider): AwsResponse {
  const audience = Array.isArray(claims.aud) ? claims.aud[0] : claims.aud;
  const more = [
    element('SubjectFromWebIdentityToken', claims.sub),
    element('Audience', audience),
    element('Provider', provider.arn),
  ].join('');
  const end = '</AssumeRoleWithWebIdentityResult>';
  const body = answer.body
    .toString()
    .replace(/<(SubjectFromWebIdentityToken|Audience|Provider)>.*?<\/\1>/gs, '')
    .replace(end, `${more}${end}`);
  return withBody(answer, body);
}
