import type { IncomingHttpHeaders } from 'node:http';
import { asServiceError, queryError } from './query-protocol.ts';
import type { AwsRequest, AwsResponse } from './service.ts';

/** A request whose service and action are known. */
export interface AwsCall extends AwsRequest {
  /** The name in the signing scope (`ec2`, `s3`, `events`, …). */
  readonly service: string;
  /**
   * `CreateVpc`; for REST services the method and path, `POST /clusters`; for S3 also the subresource, `PUT
   * /b?tagging`.
   */
  readonly action: string;
  /** Signed in the query string rather than in the Authorization header. */
  readonly presigned: boolean;
}

interface Scope {
  readonly accessKey: string;
  readonly region: string;
  readonly service: string;
}

const FALLBACK_REGION = 'us-east-1';

/**
 * Reads caller, service and action from an HTTP request. A request without a service is S3's, as in moto.
 */
export function readCall(
  method: string,
  target: string,
  headers: IncomingHttpHeaders,
  body: Buffer,
): AwsCall {
  const url = new URL(target, 'http://aws.invalid');
  const signed = scopeOf(headers.authorization?.match(/Credential=([^,\s]+)/)?.[1]);
  const presigned = scopeOf(url.searchParams.get('X-Amz-Credential') ?? undefined);
  const scope = signed ?? presigned;
  const form = isForm(headers) ? new URLSearchParams(body.toString('utf8')) : undefined;
  const named =
    form?.get('Action') ??
    headers['x-amz-target']?.toString().split('.').at(-1) ??
    url.searchParams.get('Action');
  return {
    method,
    path: url.pathname,
    query: url.searchParams,
    headers: plainHeaders(headers),
    body,
    region: scope?.region ?? FALLBACK_REGION,
    accessKey: scope?.accessKey,
    service: scope?.service ?? (form?.has('Action') ? 'sts' : 's3'),
    action: named ?? `${method} ${url.pathname}${partOf(url.searchParams)}`,
    presigned: signed === undefined && presigned !== undefined,
  };
}

/**
 * Whether a request is S3's. Its body may be large and says nothing about the action, so the gateway
 * streams it.
 */
export function isStreamed(target: string, headers: IncomingHttpHeaders): boolean {
  const scope = scopeOf(headers.authorization?.match(/Credential=([^,\s]+)/)?.[1]);
  // Which objects a deletion names decides whether it is allowed.
  if (new URL(target, 'http://aws.invalid').searchParams.has('delete')) return false;
  if (scope !== undefined) return scope.service === 's3';
  const presigned = scopeOf(
    new URL(target, 'http://aws.invalid').searchParams.get('X-Amz-Credential') ?? undefined,
  );
  return presigned === undefined ? !isForm(headers) : presigned.service === 's3';
}

/** Whether a call changes something: by its name or, for REST services, by its method. */
export function isMutation(call: Pick<AwsCall, 'service' | 'action' | 'method'>): boolean {
  if (call.service === 'sts') return false;
  if (call.action.includes(' ')) return !['GET', 'HEAD'].includes(call.method);
  return !/^(Describe|Get|List|Head|Lookup|Search|Filter|Estimate|Validate)/.test(call.action);
}

/** Services with a JSON protocol; most of their error codes end in `Exception`. */
export const JSON_SERVICES: ReadonlySet<string> = new Set([
  'eks',
  'lambda',
  'ssm',
  'events',
  'logs',
  'kms',
  'tagging',
  'servicequotas',
  'scheduler',
]);

/** An error response in the form that the service's SDK clients read. */
export function errorAnswer(service: string, error: unknown): AwsResponse {
  const { code, message, status } = asServiceError(error);
  if (JSON_SERVICES.has(service)) {
    const body = JSON.stringify({ __type: code, message });
    return {
      status,
      headers: { 'content-type': 'application/json', 'x-amzn-errortype': code },
      body,
    };
  }
  const answer = queryError(error, 'https://aws.amazon.com/');
  if (service !== 'ec2' && service !== 's3') return answer;
  const inner = String(answer.body).match(/<Code>.*<\/Message>/s)?.[0] ?? '';
  const body =
    service === 's3'
      ? `<Error>${inner}</Error>`
      : `<Response><Errors><Error>${inner}</Error></Errors><RequestID>gateway</RequestID></Response>`;
  return { ...answer, body };
}

const S3_PARTS = [
  'delete',
  'encryption',
  'policy',
  'publicAccessBlock',
  'tagging',
  'versioning',
  'versions',
];

/** The subresource of an S3 request (`?tagging`): a query parameter without a value. */
function partOf(query: URLSearchParams): string {
  const part = S3_PARTS.find((name) => query.get(name) === '');
  return part === undefined ? '' : `?${part}`;
}

function scopeOf(credential: string | undefined): Scope | undefined {
  const parts = credential?.split('/') ?? [];
  const [accessKey, , region, service] = parts;
  if (parts.length !== 5 || !accessKey || !region || !service) return undefined;
  return { accessKey, region, service: service === 'eventbridge' ? 'events' : service };
}

function isForm(headers: IncomingHttpHeaders): boolean {
  return headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
}

function plainHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const texts = Object.entries(headers).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(',') : value]],
  );
  return Object.fromEntries(texts);
}
