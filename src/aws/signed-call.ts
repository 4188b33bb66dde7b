import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { parseXML } from '@aws-sdk/xml-builder';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../core/clock.ts';
import { parseRetryAfter, retry } from '../core/retry.ts';
import { type CredentialProvider, renewsCredentials } from './credentials.ts';

/** With what, and in which region, calls are made. */
export interface Caller {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Tells in CloudTrail which run made a call. */
  readonly userAgent: string;
  readonly clock: Clock;
  /** Hears of each call that is made. */
  readonly onCall?: () => void;
}

export interface SignedRequest {
  readonly service: 'autoscaling' | 'ec2' | 'eks' | 'logs';
  /** For messages: `EC2 DescribeTags`. */
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const ATTEMPTS = 8;
const FIRST_PAUSE_MS = 375;
const LONGEST_PAUSE_MS = 15_000;
const TIMEOUT_MS = 30_000;
const TEMPORARY = /Thrott|RequestLimitExceeded|TooManyRequests|Unavailable|InternalError|TimedOut/;

/**
 * Makes one call to AWS without the service's SDK client, for services of which an action needs only a call or
 * two: the client of EC2 alone is as large as everything else that an action bundles. Throttles, faults of AWS
 * and broken connections are tried again, with growing, random pauses; an expired session is renewed.
 *
 * @returns the body of the answer.
 * @throws an Error named by AWS's error code, in the form of the SDK's errors.
 */
export async function signedCall(caller: Caller, request: SignedRequest): Promise<string> {
  const call = renewsCredentials(caller.credentials)((it: SignedRequest) => once(caller, it));
  caller.onCall?.();
  return retry(() => call(request), {
    clock: caller.clock,
    attempts: ATTEMPTS,
    firstPauseMs: FIRST_PAUSE_MS,
    longestPauseMs: LONGEST_PAUSE_MS,
    mayPass,
  });
}

async function once(caller: Caller, request: SignedRequest): Promise<string> {
  const url = new URL(request.path, endpointOf(request.service, caller.region));
  const signer = new SignatureV4({
    service: request.service,
    region: caller.region,
    credentials: await caller.credentials(),
    sha256: Sha256,
  });
  const signed = await signer.sign({
    method: request.method,
    protocol: url.protocol,
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: { ...request.headers, host: url.host },
    body: request.body,
  });
  const answer = await fetch(url, {
    method: request.method,
    headers: { ...signed.headers, 'user-agent': caller.userAgent },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(request.body === undefined ? {} : { body: request.body }),
  });
  const text = await answer.text();
  if (answer.ok) return text;
  throw serviceError(request, answer, text);
}

/** The SDK's own settings come first; regions of China have their own domain. */
function endpointOf(service: string, region: string): string {
  const serviceId = service === 'autoscaling' ? 'AUTO_SCALING' : service.toUpperCase();
  const set = process.env[`AWS_ENDPOINT_URL_${serviceId}`] ?? process.env['AWS_ENDPOINT_URL'];
  const domain = region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com';
  return set ?? `https://${service}.${region}.${domain}`;
}

/** Codes and messages stand in XML (EC2) or in JSON and a header (EKS, CloudWatch Logs). */
function serviceError({ operation }: SignedRequest, answer: Response, text: string): Error {
  const { code, message, requestId } = text.trimStart().startsWith('{')
    ? fromJson(text)
    : fromXml(text);
  const header = answer.headers.get('x-amzn-errortype') ?? undefined;
  const name = (header ?? code ?? `HTTP ${answer.status}`).replace(/^.*#|:.*$/g, '');
  return Object.assign(new Error(message ?? `HTTP status ${answer.status}`), {
    name,
    operation,
    retryAfterMs: parseRetryAfter(answer.headers.get('retry-after')),
    $fault: answer.status >= 500 ? 'server' : 'client',
    $metadata: {
      httpStatusCode: answer.status,
      requestId: answer.headers.get('x-amzn-requestid') ?? requestId,
    },
  });
}

function fromJson(text: string) {
  const body = JSON.parse(text) as { __type?: string; message?: string; Message?: string };
  return { code: body.__type, message: body.message ?? body.Message, requestId: undefined };
}

function fromXml(text: string) {
  const inside = (tag: string) => new RegExp(`<${tag}>([^<]*)</${tag}>`, 'i').exec(text)?.[1];
  return { code: inside('Code'), message: inside('Message'), requestId: inside('RequestId') };
}

/** What `fetch` throws has no status: nothing, or nothing whole, came back. */
function mayPass(error: unknown): boolean {
  const { name, $metadata } = error as {
    name?: string;
    $metadata?: { readonly httpStatusCode: number };
  };
  if ($metadata === undefined) return error instanceof TypeError || name === 'TimeoutError';
  const status = $metadata.httpStatusCode;
  return status === 429 || status >= 500 || TEMPORARY.test(name ?? '');
}

/** A parsed element: text, or its children by name; `item`s are one or a list. */
type Xml = string | XmlElement;
export interface XmlElement {
  readonly [tag: string]: Xml | readonly Xml[] | undefined;
}

/** By their names in EC2's API; an interface must match all of them, and one value of each. */
export type Filters = Readonly<Record<string, string | readonly string[]>>;

const VERSION = '2016-11-15';

/** All that an EC2 action of the Describe kind lists in `set`, page after page. */
export async function listOf(
  caller: Caller,
  action: string,
  set: string,
  filters: Filters,
): Promise<readonly XmlElement[]> {
  const parameters: Record<string, string> = { MaxResults: '1000' };
  Object.entries(filters).forEach(([name, values], index) => {
    parameters[`Filter.${index + 1}.Name`] = name;
    [values].flat().forEach((value, position) => {
      parameters[`Filter.${index + 1}.Value.${position + 1}`] = value;
    });
  });
  const found: XmlElement[] = [];
  for (;;) {
    const answer = await ec2Call(caller, action, parameters);
    found.push(...itemsOf(answer, set));
    const next = textOf(answer, 'nextToken');
    if (next === '') return found;
    parameters['NextToken'] = next;
  }
}

/** One EC2 action by its Query API: the element that is its answer. */
export async function ec2Call(
  caller: Caller,
  action: string,
  parameters: Readonly<Record<string, string>>,
): Promise<XmlElement> {
  const text = await signedCall(caller, {
    service: 'ec2',
    operation: `EC2 ${action}`,
    method: 'POST',
    path: '/',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ Action: action, Version: VERSION, ...parameters }).toString(),
  });
  const root = Object.values(parseXML(text) as XmlElement)[0];
  return elementOf(root);
}

export function tagsOf(element: XmlElement): Readonly<Record<string, string>> {
  return Object.fromEntries(
    itemsOf(element, 'tagSet').map((tag) => [textOf(tag, 'key'), textOf(tag, 'value')]),
  );
}

export function itemsOf(element: XmlElement, set: string): readonly XmlElement[] {
  const item = elementOf(element[set])['item'];
  if (item === undefined) return [];
  return (Array.isArray(item) ? item : [item]).map(elementOf);
}

export function elementOf(value: Xml | readonly Xml[] | undefined): XmlElement {
  return typeof value === 'object' && !Array.isArray(value) ? (value as XmlElement) : {};
}

export function textOf(element: XmlElement, tag: string): string {
  const value = element[tag];
  return typeof value === 'string' ? value : '';
}

/** SHA-256, keyed or not, in the form that the signer takes. */
export class Sha256 {
  #hash: Hash | Hmac;
  readonly #key: string | ArrayBuffer | ArrayBufferView | undefined;

  constructor(key?: string | ArrayBuffer | ArrayBufferView) {
    this.#key = key;
    this.#hash = this.#start();
  }

  reset(): void {
    this.#hash = this.#start();
  }

  update(data: string | ArrayBuffer | ArrayBufferView): void {
    this.#hash.update(bytes(data));
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  #start(): Hash | Hmac {
    return this.#key === undefined ? createHash('sha256') : createHmac('sha256', bytes(this.#key));
  }
}

function bytes(data: string | ArrayBuffer | ArrayBufferView): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  if (data instanceof ArrayBuffer) return new Uint8Array(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
