/** What looks like a credential, wherever it stands in a text. The part in the first group stays. */
const SECRETS: readonly RegExp[] = [
  // JSON Web Tokens: service account tokens, ID tokens
  /()\beyJ[\w-]{8,}\.[\w-]{8,}(\.[\w-]*)?/g,
  /()\bk8s-aws-v1\.[\w-]+/g,
  // AWS access key ids
  /()\b(AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /()-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(\bBearer\s+)[\w.~+/=-]{8,}/gi,
  /(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s"']+/gi,
  // name: value, name=value and "name": "value"
  /((?:password|passwd|secret|token|api[_-]?key|access[_-]?key|client-key-data)["']?\s*[:=]\s*["']?)[^\s"',;}]{4,}/gi,
];

/** The text without anything that looks like a credential. */
export function redact(text: string): string {
  return SECRETS.reduce((rest, secret) => rest.replace(secret, '$1[removed]'), text);
}
