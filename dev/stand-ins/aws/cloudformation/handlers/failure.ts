import { randomUUID } from 'node:crypto';

/** CloudFormation's classification of handler failures. */
export type HandlerErrorCode =
  | 'AccessDenied'
  | 'AlreadyExists'
  | 'GeneralServiceException'
  | 'InvalidRequest'
  | 'NotFound'
  | 'NotStabilized'
  | 'ResourceConflict'
  | 'Throttling';

/** A resource that did not become ready in time. */
export class NotStabilized extends Error {
  constructor(what: string) {
    super(`${what} did not stabilize.`);
    this.name = 'NotStabilized';
  }
}

/** The operation was cancelled while this resource was being created or changed. */
export class Cancelled extends Error {
  constructor() {
    super('Resource creation cancelled');
    this.name = 'Cancelled';
  }
}

const CODES: readonly (readonly [RegExp, HandlerErrorCode])[] = [
  [/^NotStabilized$/, 'NotStabilized'],
  [/AccessDenied|Unauthorized|AuthFailure/, 'AccessDenied'],
  [/AlreadyExists|Duplicate/, 'AlreadyExists'],
  [/ResourceInUse|Conflict|DependencyViolation|InUse/, 'ResourceConflict'],
  [/NotFound|NoSuch/, 'NotFound'],
  [/Throttl|TooManyRequests|RequestLimitExceeded/, 'Throttling'],
];

/** The name of an error, which for SDK errors is the service's error code. */
export function errorCode(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** Whether the resource does not exist, which for a deletion means success. */
export function isMissing(error: unknown): boolean {
  return /NotFound|NoSuch|DoesNotExist/i.test(errorCode(error)) || isMissingByText(error);
}

/** Auto Scaling has no error code for a missing group. */
function isMissingByText(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ValidationError' &&
    /AutoScalingGroup name not found|not found -/.test(error.message)
  );
}

/** Whether another resource still uses this one, so that the deletion is worth retrying. */
export function isHeld(error: unknown): boolean {
  return /DependencyViolation|InUse|DeleteConflict|ResourceInUseException/.test(errorCode(error));
}

/** Runs a call whose resource may already be gone. */
export async function ignoreMissing(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!isMissing(error)) throw error;
  }
}

/** The status reason of a resource's FAILED event, in the form that CloudFormation's handlers use. */
export function failureReason(error: unknown, requestToken: string): string {
  if (error instanceof Cancelled) return error.message;
  const { message, service, status, requestId } = described(error);
  const source =
    service === undefined
      ? ''
      : ` (Service: ${service}, Status Code: ${status ?? 400}, Request ID: ${requestId})`;
  return `Resource handler returned message: "${message}${source}" (RequestToken: ${requestToken}, HandlerErrorCode: ${handlerCode(error)})`;
}

/** A name that is taken. EKS says so with the same code as for what is in use. */
function isTaken(error: unknown): boolean {
  return errorCode(error) === 'ResourceInUseException' && /already exists/.test(String(error));
}

function handlerCode(error: unknown): HandlerErrorCode {
  if (isTaken(error)) return 'AlreadyExists';
  const name = errorCode(error);
  const known = CODES.find(([pattern]) => pattern.test(name));
  if (known !== undefined) return known[1];
  return (described(error).status ?? 400) < 500 ? 'InvalidRequest' : 'GeneralServiceException';
}

interface Described {
  readonly message: string;
  readonly service?: string;
  readonly status?: number;
  readonly requestId?: string;
}

function described(error: unknown): Described {
  if (!(error instanceof Error)) return { message: String(error) };
  const metadata =
    '$metadata' in error
      ? (error.$metadata as { httpStatusCode?: number; requestId?: string })
      : undefined;
  if (metadata === undefined) return { message: error.message };
  const status = metadata.httpStatusCode;
  const service = serviceOf(error);
  return {
    message: error.message,
    ...(service === undefined ? {} : { service }),
    ...(status === undefined ? {} : { status }),
    requestId: metadata.requestId ?? randomUUID(),
  };
}

/**
 * The service as handlers name it, `Eks` or `Ec2`, from `EKSServiceException`, the SDK class of all its errors.
 */
function serviceOf(error: Error): string | undefined {
  for (let at: unknown = error; at !== null && at !== undefined; at = Object.getPrototypeOf(at)) {
    const found = /^(.+)ServiceException$/.exec((at as object).constructor.name);
    if (found?.[1] !== undefined) return handlerName(found[1]);
  }
  return undefined;
}

/** The SDK of the handlers writes abbreviations with one capital letter: `Eks`, `Iam`. */
function handlerName(service: string): string {
  return /^[A-Z0-9]+$/.test(service) ? service.charAt(0) + service.slice(1).toLowerCase() : service;
}
