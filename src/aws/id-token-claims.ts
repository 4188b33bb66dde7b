/** The claims of an ID token that a role's trust policy looks at. None of them is secret. */
export interface TokenClaims {
  readonly sub?: string;
  readonly aud?: string;
  readonly iss?: string;
}

/** Reads a JSON Web Token's claims without checking its signature; none of them when it is not one. */
export function readClaims(token: string): TokenClaims {
  const payload = token.split('.')[1] ?? '';
  try {
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as unknown;
    if (typeof claims !== 'object' || claims === null) return {};
    return Object.fromEntries(
      Object.entries(claims)
        .filter(([name]) => ['sub', 'aud', 'iss'].includes(name))
        .map(([name, value]) => [name, Array.isArray(value) ? value.join(',') : String(value)]),
    );
  } catch {
    return {};
  }
}

export function describeClaims({ sub, aud, iss }: TokenClaims): string {
  return `The token says sub "${sub ?? '?'}", aud "${aud ?? '?'}", iss "${iss ?? '?'}".`;
}

/** The trust policy statement that accepts exactly these claims. */
export function trustPolicy(roleArn: string, claims: TokenClaims): string {
  const [, partition = 'aws', , , account = ''] = roleArn.split(':');
  const issuer = (claims.iss ?? 'https://token.actions.githubusercontent.com').replace(
    /^https?:\/\//,
    '',
  );
  const statement = {
    Effect: 'Allow',
    Principal: { Federated: `arn:${partition}:iam::${account}:oidc-provider/${issuer}` },
    Action: 'sts:AssumeRoleWithWebIdentity',
    Condition: {
      StringEquals: { [`${issuer}:aud`]: claims.aud ?? '', [`${issuer}:sub`]: claims.sub ?? '' },
    },
  };
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] }, null, 2);
}

/**
 * What a person who writes the policy should know about this subject. Repositories made, renamed or moved
 * since July 2026 have ids in it (`repo:owner@1/name@2:…`), so that names alone never match.
 */
export function subjectAdvice({ sub = '' }: TokenClaims): string {
  const [, repository] = /^(repo:[^:]+):/.exec(sub) ?? [];
  if (repository === undefined) return '';
  const every = `For every job of the repository, use StringLike and "${repository}:*" instead.`;
  return /^repo:[^:/]+@\d+\/[^:/]+@\d+$/.test(repository)
    ? `${every} This repository's subject has ids in it: a policy with names alone does not match.`
    : every;
}
