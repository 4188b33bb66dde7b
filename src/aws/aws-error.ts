import { CloudError, isExplained, messageOf } from '../core/errors.ts';

/** The fields of every AWS service error, whichever client threw it. */
interface ServiceError extends Error {
  readonly $fault: string;
  /** Added by our clients: `CloudFormation CreateChangeSet`. */
  readonly operation?: string;
  readonly $metadata: { readonly requestId?: string; readonly httpStatusCode?: number };
}

const NO_NETWORK =
  /^(ENOTFOUND|ECONNREFUSED|ECONNRESET|EAI_AGAIN|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|TimeoutError)$/;

/**
 * Turns an error of an AWS call into one with a reason and a next step. Returns any other error unchanged, so that it is
 * reported as a bug.
 */
export function explainAwsError(error: unknown): unknown {
  if (isExplained(error) || !(error instanceof Error)) return error;
  if (isServiceError(error)) {
    const request = error.$metadata.requestId ?? 'unknown';
    return new CloudError({
      resource: `${error.operation ?? 'AWS'} (request ${request})`,
      reason: `${error.name}: ${error.message}`,
      nextStep: nextStep(error),
      cause: error,
    });
  }
  if (error.name === 'CredentialsProviderError') {
    return new CloudError({
      resource: 'AWS credentials',
      reason: error.message,
      nextStep: 'set role-to-assume, or give the job credentials before this step',
      cause: error,
    });
  }
  if (NO_NETWORK.test(networkCode(error))) {
    return new CloudError({
      resource: 'AWS',
      reason: `it cannot be reached: ${messageOf(error)}`,
      nextStep: 'see that aws-region is right and that this runner has a way to AWS',
      cause: error,
    });
  }
  return error;
}

/** `fetch` puts the error code into the error's cause. */
function networkCode(error: Error): string {
  const cause = error.cause instanceof Error ? error.cause : undefined;
  const codes = [error, cause].map((one) => (one as NodeJS.ErrnoException | undefined)?.code);
  return codes.find((code) => typeof code === 'string') ?? error.name;
}

function isServiceError(error: Error): error is ServiceError {
  return '$fault' in error && '$metadata' in error;
}

/** True when the name of an error says that the caller may not make the call. */
export function saysDenied(error: unknown): boolean {
  return error instanceof Error && /AccessDenied|Unauthorized|Forbidden/.test(error.name);
}

/**
 * True when the name of an error says that what a call is about does not exist: S3's, IAM's, EC2's or that of the newer
 * services. CloudFormation has no such name for stacks, see `doesNotExist`.
 */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && MISSING.test(error.name);
}

const MISSING = /^(NoSuchKey|NoSuchEntityException|ResourceNotFoundException)$|\.NotFound$/;

/** Awaits a call; undefined when what it is about does not exist. */
export function unlessMissing<T>(call: Promise<T>): Promise<T | undefined> {
  return call.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function nextStep(error: ServiceError): string {
  const status = error.$metadata.httpStatusCode ?? 0;
  // Checked before denials: most services answer both with status 403.
  if (/Expired|InvalidClientTokenId|UnrecognizedClient|InvalidAccessKeyId/.test(error.name)) {
    return 'give the job credentials that are valid, best by role-to-assume, which renews them';
  }
  if (/SignatureDoesNotMatch|RequestTimeTooSkewed|InvalidSignature/.test(error.name)) {
    return "see that the secret key belongs to the access key, and that this runner's clock is right";
  }
  if (saysDenied(error) || status === 403) {
    return 'allow the role the action that the reason names (or find what denies it), then run again';
  }
  if (/LimitExceeded|QuotaExceeded/.test(error.name) && !/RequestLimit/.test(error.name)) {
    return 'remove what is not needed, or have AWS raise the quota (Service Quotas), then run again';
  }
  if (status >= 500 || /Thrott|RequestLimit|SlowDown|TooManyRequests/.test(error.name)) {
    return 'run the action again: AWS was overloaded or at fault, and nothing is lost';
  }
  return 'correct what the reason names, then run the action again';
}
