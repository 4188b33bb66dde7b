/** Evaluates policies of resources: who may assume a role, and which service may invoke a function. */

type Json = unknown;
type JsonMap = { readonly [name: string]: Json };

export interface WebIdentity {
  /** ARN of the IAM OIDC provider of the token's issuer. */
  readonly providerArn: string;
  /** The provider's URL without its scheme, which is the prefix of its condition keys. */
  readonly host: string;
  readonly claims: JsonMap;
}

/**
 * The claims that STS makes condition keys of: those of every OpenID provider, and some of GitHub's own
 * (https://aws.amazon.com/about-aws/whats-new/2026/01/aws-sts-supports-validation-identity-provider-claims/). A condition on any
 * other claim never holds.
 */
const CLAIMS: ReadonlySet<string> = new Set([
  ...['amr', 'aud', 'email', 'oaud', 'sub'],
  ...['actor', 'actor_id', 'enterprise_id', 'environment', 'job_workflow_ref', 'ref'],
  ...['repository', 'repository_id', 'workflow'],
]);

/** Whether a role's trust policy lets the bearer of a token assume the role. Deny statements win. */
export function allowsWebIdentity(
  policy: Json,
  { providerArn, host, claims }: WebIdentity,
): boolean {
  const context = (key: string): readonly string[] => {
    if (!key.toLowerCase().startsWith(`${host.toLowerCase()}:`)) return [];
    const claim = key.slice(host.length + 1);
    return CLAIMS.has(claim) ? textsOf(claims[claim]) : [];
  };
  return decide(policy, 'sts:AssumeRoleWithWebIdentity', { Federated: providerArn }, context);
}

export interface ServiceCall {
  readonly service: string;
  readonly action: string;
  readonly sourceArn: string;
  /** The account of the resource, for services that tell it. */
  readonly sourceAccount?: string;
}

/** Whether a resource's policy lets an AWS service use it (a function, a role) on behalf of one resource. */
export function allowsService(policy: Json, call: ServiceCall): boolean {
  const { service, action, sourceArn, sourceAccount } = call;
  const values: Readonly<Record<string, string | undefined>> = {
    'aws:sourcearn': sourceArn,
    'aws:sourceaccount': sourceAccount,
  };
  const context = (key: string) => textsOf(values[key.toLowerCase()]);
  return decide(policy, action, { Service: service }, context);
}

/** The values of a condition key; none for a key that the request lacks. */
type Context = (key: string) => readonly string[];

function decide(policy: Json, action: string, principal: JsonMap, context: Context): boolean {
  const applying = statementsOf(policy).filter(
    (statement) =>
      isAbout(statement, action) &&
      matchesPrincipal(statement['Principal'], principal) &&
      conditionsHold(statement['Condition'], context),
  );
  return (
    applying.some((statement) => statement['Effect'] === 'Allow') &&
    !applying.some((statement) => statement['Effect'] === 'Deny')
  );
}

/** The condition keys of all statements or, with an action, of those about it. */
export function conditionKeys(policies: readonly Json[], action?: string): readonly string[] {
  const statements = policies
    .flatMap(statementsOf)
    .filter((statement) => action === undefined || isAbout(statement, action));
  const conditions = statements.flatMap(({ Condition }) => (isMap(Condition) ? [Condition] : []));
  return conditions.flatMap((condition) =>
    Object.values(condition).flatMap((keys) => (isMap(keys) ? Object.keys(keys) : [])),
  );
}

function statementsOf(policy: Json): readonly JsonMap[] {
  return listOf(isMap(policy) ? policy['Statement'] : undefined).filter(isMap);
}

function isAbout(statement: JsonMap, action: string): boolean {
  return textsOf(statement['Action']).some((each) =>
    like(each.toLowerCase(), action.toLowerCase()),
  );
}

function matchesPrincipal(given: Json, wanted: JsonMap): boolean {
  if (given === '*') return true;
  if (!isMap(given)) return false;
  return Object.entries(wanted).every(([kind, name]) =>
    textsOf(given[kind]).some((each) => each === name || each === '*'),
  );
}

function conditionsHold(conditions: Json, context: Context): boolean {
  if (!isMap(conditions)) return conditions === undefined;
  return Object.entries(conditions).every(
    ([operator, keys]) =>
      isMap(keys) &&
      Object.entries(keys).every(([key, wanted]) => holds(operator, context(key), textsOf(wanted))),
  );
}

const OPERATORS: Readonly<Record<string, (value: string, wanted: string) => boolean>> = {
  StringEquals: (value, wanted) => value === wanted,
  StringEqualsIgnoreCase: (value, wanted) => value.toLowerCase() === wanted.toLowerCase(),
  StringLike: (value, wanted) => like(wanted, value),
  ArnEquals: (value, wanted) => like(wanted, value),
  ArnLike: (value, wanted) => like(wanted, value),
};

/** Whether one condition holds. An unknown operator and a key without a value both fail. */
function holds(operator: string, values: readonly string[], wanted: readonly string[]): boolean {
  const [, quantifier, rest = operator] = operator.match(/^(For\w+Values?):(.*)$/) ?? [];
  const optional = rest.endsWith('IfExists');
  const name = optional ? rest.slice(0, -'IfExists'.length) : rest;
  if (values.length === 0) return optional || quantifier === 'ForAllValues';
  const negated = name.match(/^(String|Arn)Not(\w+)$/);
  const test = OPERATORS[negated === null ? name : `${negated[1]}${negated[2]}`];
  if (test === undefined) return false;
  const one = (value: string) => wanted.some((each) => test(value, each)) !== (negated !== null);
  return quantifier === 'ForAllValues' ? values.every(one) : values.some(one);
}

/** Whether a text matches a pattern with `*` (any text) and `?` (any character). */
export function like(pattern: string, text: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(text);
}

function listOf(value: Json): readonly Json[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function textsOf(value: Json): readonly string[] {
  return listOf(value).map(String);
}

function isMap(value: Json): value is JsonMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
