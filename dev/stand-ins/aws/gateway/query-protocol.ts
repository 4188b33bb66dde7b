import { randomUUID } from 'node:crypto';
import type { AwsRequest, AwsResponse, AwsService } from './service.ts';
import { element, escapeXml, type XmlValue } from './xml.ts';

export type { XmlValue } from './xml.ts';

/**
 * The AWS Query protocol (CloudFormation, Auto Scaling, STS, …): form-encoded requests with dotted names,
 * XML responses. Source: Smithy's `awsQuery` specification.
 */

/** A parsed parameter: every scalar is text, lists and maps are nested. */
export type QueryValue = string | readonly QueryValue[] | QueryParams;
export interface QueryParams {
  readonly [name: string]: QueryValue;
}

/** An error response of the API. An SDK sees `code` and the HTTP `status`. */
export class ServiceError extends Error {
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.name = code;
    this.code = code;
    this.status = status;
  }
}

/**
 * One action: takes parameters, returns the content of `<ActionResult>` (undefined for no such element).
 */
export type QueryAction = (
  params: QueryParams,
  request: AwsRequest,
) => Promise<XmlValue> | XmlValue;

/**
 * Makes a service of this protocol from its actions. A `ServiceError` becomes its error response, an
 * unknown action `InvalidAction`, and any other error `InternalFailure` with the error's text.
 */
export function queryService(
  name: string,
  namespace: string,
  actions: Readonly<Record<string, QueryAction>>,
): AwsService {
  return {
    name,
    async handle(request) {
      const { action, params } = parseQuery(request.body.toString('utf8'));
      try {
        const run = Object.hasOwn(actions, action) ? actions[action] : undefined;
        if (run === undefined) {
          throw new ServiceError(
            'InvalidAction',
            `the ${name} stand-in does not implement ${action}`,
          );
        }
        return queryResponse(action, namespace, await run(params, request));
      } catch (error) {
        return queryError(error, namespace);
      }
    },
  };
}

/** Parses a form body or query string. `A.member.1.B=x` and `A.1.B=x` both give `{A: [{B: 'x'}]}`. */
export function parseQuery(body: string): { action: string; params: QueryParams } {
  const tree: Branch = new Map();
  let action = '';
  for (const [name, value] of new URLSearchParams(body)) {
    if (name === 'Action') action = value;
    else if (name !== 'Version') plant(tree, name.split('.'), value);
  }
  return { action, params: Object.fromEntries([...tree].map(([key, at]) => [key, nest(at)])) };
}

type Branch = Map<string, Branch | string>;

function plant(tree: Branch, path: readonly string[], value: string): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    tree.set(key, value);
    return;
  }
  const found = tree.get(key);
  const branch: Branch = found instanceof Map ? found : new Map();
  tree.set(key, branch);
  plant(branch, rest, value);
}

function nest(at: Branch | string): QueryValue {
  if (typeof at === 'string') return at;
  const wrapped = at.size === 1 ? (at.get('member') ?? at.get('entry')) : undefined;
  if (wrapped instanceof Map && isList(wrapped)) {
    const items = listOf(wrapped);
    return at.has('entry') ? mapOf(items) : items;
  }
  if (isList(at)) return listOf(at);
  return Object.fromEntries([...at].map(([key, child]) => [key, nest(child)]));
}

function isList(branch: Branch): boolean {
  return branch.size > 0 && [...branch.keys()].every((key) => /^[1-9]\d*$/.test(key));
}

function listOf(branch: Branch): QueryValue[] {
  return [...branch].sort(([a], [b]) => Number(a) - Number(b)).map(([, child]) => nest(child));
}

function mapOf(entries: readonly QueryValue[]): QueryParams {
  return Object.fromEntries(
    entries.map((entry) => {
      const pair = entry as QueryParams;
      return [String(pair['key']), pair['value'] ?? ''];
    }),
  );
}

/** The text of a parameter, or undefined if it is absent or not text. */
export function textOf(params: QueryParams, name: string): string | undefined {
  const value = params[name];
  return typeof value === 'string' ? value : undefined;
}

/** The text of a parameter; throws `ValidationError` if it is absent or empty. */
export function requiredText(params: QueryParams, name: string): string {
  const value = textOf(params, name);
  if (value === undefined || value === '') {
    throw new ServiceError('ValidationError', `Value for parameter ${name} is missing`);
  }
  return value;
}

/** An integer, or undefined if absent; throws `ValidationError` for other text. */
export function integerOf(params: QueryParams, name: string): number | undefined {
  const value = textOf(params, name);
  if (value === undefined) return undefined;
  if (!/^-?\d+$/.test(value)) {
    throw new ServiceError('ValidationError', `Value '${value}' for ${name} is not a number`);
  }
  return Number(value);
}

/** A boolean, or undefined if absent. */
export function booleanOf(params: QueryParams, name: string): boolean | undefined {
  const value = textOf(params, name);
  return value === undefined ? undefined : value.toLowerCase() === 'true';
}

/** The texts of a list; empty if it is absent (SDKs send an empty list as an empty text). */
export function textsOf(params: QueryParams, name: string): readonly string[] {
  const value = params[name];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** The structures of a list; empty if it is absent. */
export function structuresOf(params: QueryParams, name: string): readonly QueryParams[] {
  const value = params[name];
  return Array.isArray(value) ? value.filter(isParams) : [];
}

/** One structure, or undefined if absent. */
export function structureOf(params: QueryParams, name: string): QueryParams | undefined {
  const value = params[name];
  return isParams(value) ? value : undefined;
}

function isParams(value: QueryValue | undefined): value is QueryParams {
  return typeof value === 'object' && !Array.isArray(value);
}

/** `<ActionResponse><ActionResult>…</ActionResult><ResponseMetadata>…` with status 200. */
export function queryResponse(action: string, namespace: string, result: XmlValue): AwsResponse {
  const id = randomUUID();
  const content = result === undefined ? '' : element(`${action}Result`, result);
  const metadata = element('ResponseMetadata', { RequestId: id });
  return xml(
    200,
    id,
    `<${action}Response xmlns="${escapeXml(namespace)}">${content}${metadata}</${action}Response>`,
  );
}

/** An error response of this protocol. Errors other than `ServiceError` are faults of the stand-in: 500. */
export function queryError(error: unknown, namespace: string): AwsResponse {
  const id = randomUUID();
  const known = asServiceError(error);
  const content = element('Error', {
    Type: known.status < 500 ? 'Sender' : 'Receiver',
    Code: known.code,
    Message: known.message,
  });
  return xml(
    known.status,
    id,
    `<ErrorResponse xmlns="${escapeXml(namespace)}">${content}${element('RequestId', id)}</ErrorResponse>`,
  );
}

/** Returns a `ServiceError` unchanged and wraps any other error as `InternalFailure`. */
export function asServiceError(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new ServiceError('InternalFailure', text, 500);
}

function xml(status: number, requestId: string, body: string): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
    body,
  };
}
