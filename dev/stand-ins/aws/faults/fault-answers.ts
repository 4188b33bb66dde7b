import { type AwsCall, errorAnswer, JSON_SERVICES } from '../gateway/aws-call.ts';
import { ServiceError } from '../gateway/query-protocol.ts';
import type { AwsResponse } from '../gateway/service.ts';

/** The errors that any AWS call can get, with each service's own codes and messages. */

type Service = AwsCall['service'];

/** The services of the JSON protocol that refuse with status 400 where the others have 403. */
const JSON_1_1: ReadonlySet<Service> = new Set(['events', 'kms', 'logs', 'ssm', 'tagging']);

const THROTTLES: Readonly<
  Record<string, readonly [code: string, message: string, status: number]>
> = {
  ec2: ['RequestLimitExceeded', 'Request limit exceeded.', 503],
  s3: ['SlowDown', 'Please reduce your request rate.', 503],
  lambda: ['TooManyRequestsException', 'Rate exceeded', 429],
  eks: ['ThrottlingException', 'Rate exceeded', 429],
};

export function throttled(service: Service): AwsResponse {
  const query = ['Throttling', 'Rate exceeded', 400] as const;
  const json = ['ThrottlingException', 'Rate exceeded', 400] as const;
  return answer(service, THROTTLES[service] ?? (JSON_SERVICES.has(service) ? json : query));
}

/** A 5xx error: an internal error of the service (500), or an unavailable service (503). */
export function serverError(service: Service, available: boolean): AwsResponse {
  const internal = service === 's3' || service === 'ec2' ? 'InternalError' : 'InternalFailure';
  return available
    ? answer(service, [internal, 'An internal error has occurred.', 500])
    : answer(service, ['ServiceUnavailable', 'The service is unavailable. Try again.', 503]);
}

export function expired(service: Service): AwsResponse {
  if (service === 's3') {
    return answer(service, ['ExpiredToken', 'The provided token has expired.', 400]);
  }
  const message = 'The security token included in the request is expired';
  if (service === 'ec2') return answer(service, ['RequestExpired', message, 400]);
  const code = JSON_SERVICES.has(service) ? 'ExpiredTokenException' : 'ExpiredToken';
  return answer(service, [code, message, JSON_1_1.has(service) ? 400 : 403]);
}

/** The refusal of the switch `deny`, which knows no caller. */
export function denied(service: Service, action: string): AwsResponse {
  if (service === 's3') return answer(service, ['AccessDenied', 'Access Denied', 403]);
  const what = `${service}:${action}`;
  return refused(
    service,
    `User: arn:aws:sts::123456789012:assumed-role/caller/session is not authorized to perform: ${what} on resource: * because no identity-based policy allows the ${what} action`,
  );
}

/** The refusal of a call that policies do not allow, with each service's own code and status. */
export function refused(service: Service, reason: string): AwsResponse {
  if (service === 'ec2') {
    const whole = `You are not authorized to perform this operation. ${reason}. Encoded authorization failure message: none`;
    return answer(service, ['UnauthorizedOperation', whole, 403]);
  }
  const code = JSON_SERVICES.has(service) ? 'AccessDeniedException' : 'AccessDenied';
  return answer(service, [code, reason, JSON_1_1.has(service) ? 400 : 403]);
}

function answer(
  service: Service,
  [code, message, status]: readonly [string, string, number],
): AwsResponse {
  return errorAnswer(service, new ServiceError(code, message, status));
}
