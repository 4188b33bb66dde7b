import { SignatureV4 } from '@smithy/signature-v4';
import type { CredentialProvider } from './credentials.ts';
import { renewsCredentials } from './renewal.ts';
import { Sha256 } from './sha256.ts';

/** With what, and in which region, calls are made. */
export interface Caller {
  readonly region: string;
  readonly credentials: CredentialProvider;
  /** Tells in CloudTrail which run made a call. */
  readonly userAgent: string;
  readonly sleep: (ms: number) => Promise<void>;
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
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 20_000;
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
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await call(request);
    } catch (error) {
      if (attempt >= ATTEMPTS || !mayPass(error)) throw error;
      const pause = Math.min(FIRST_PAUSE_MS * 2 ** attempt, LONGEST_PAUSE_MS);
      await caller.sleep(pause * (0.5 + Math.random() / 2));
    }
  }
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
