const REMOVED = '[removed]';

/** The secrets of this process. The runner masks them in the log, but not in files and comments. */
const known = new Set<string>();
/** Shorter values would also occur in other words. */
const SHORTEST_SECRET = 8;

/** Hides a value in every text that is redacted from now on, also as a part of a URL. */
export function rememberSecret(secret: string): void {
  if (secret.length < SHORTEST_SECRET) return;
  known.add(secret);
  known.add(encodeURIComponent(secret));
}

/** Credentials that one can recognise by themselves. The first group of each match is kept. */
const CREDENTIALS: readonly RegExp[] = [
  // JSON Web Tokens: service account tokens, ID tokens
  /()(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}(?:\.[\w-]*)?/g,
  // The base64 of a Docker configuration: {"auths
  /()(?<![\w-])eyJhdXRo[\w+/-]{8,}={0,2}/g,
  /()\bk8s-aws-v1\.[\w-]+/g,
  // https://docs.github.com/authentication/keeping-your-account-and-data-secure/about-authentication-to-github
  /()(?<![A-Za-z0-9])(?:gh[pousr]_[\w.-]{20,}|github_pat_\w{20,})/g,
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
  /()\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b/g,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  // "Basic authentication" and the like are no credentials.
  /(\b(?:Bearer|Basic|Negotiate)(?:\s|%20)+)(?!auth(?:entication|orization)?\b)[\w.~+/=-]{8,}/gi,
  /(\b[a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]{1,1000}(?=@)/gi,
  /(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi,
];

/** Removes everything that is a credential: for texts in the log, in files, in summaries and in comments. */
export function withoutCredentials(text: string): string {
  const unknown = [...known].reduce((rest, secret) => rest.replaceAll(secret, REMOVED), text);
  return CREDENTIALS.reduce((rest, secret) => rest.replace(secret, `$1${REMOVED}`), unknown);
}

const NAMES =
  '(?:password|passwd|secret|token|api[_-]?key|access[_-]?key|client-key-data|\\.dockerc(?:onfigjson|fg)|(?<![a-z])auth|authorization)';
/** Values behind the name of a secret: in JSON, also JSON as text in JSON, in YAML, in XML, in headers. */
const NAMED: readonly RegExp[] = [
  new RegExp(`(${NAMES}\\\\?["']?\\s*[:=]\\s*\\\\?["'])[^"'\\\\\\r\\n]+`, 'gi'),
  new RegExp(`(${NAMES}["']?\\s*[:=>]\\s*)(?!\\[removed\\])[^\\s"'\\\\,;}<]{4,}`, 'gi'),
];

/**
 * Replaces everything that looks like a credential: for texts that others wrote, such as logs and answers of servers. Also
 * removes values by their names, which would damage sentences of ours.
 */
export function redact(text: string): string {
  return NAMED.reduce(
    (rest, secret) => rest.replace(secret, `$1${REMOVED}`),
    withoutCredentials(text),
  );
}
