import { describe, expect, it } from 'vitest';
import { CloudError } from '../core/errors.ts';
import { explainAwsError } from './aws-error.ts';

function serviceError(name: string, httpStatusCode = 400) {
  const error = new Error('the reason');
  return Object.assign(error, {
    name,
    $fault: 'client',
    $metadata: { httpStatusCode, requestId: 'r-1' },
  });
}

describe('explainAwsError', () => {
  it.each([
    ['AccessDenied', 403, 'allow the role'],
    ['UnauthorizedOperation', 403, 'allow the role'],
    ['ExpiredToken', 403, 'credentials that are valid'],
    ['ExpiredTokenException', 400, 'credentials that are valid'],
    ['RequestExpired', 400, 'credentials that are valid'],
    ['SignatureDoesNotMatch', 403, 'clock'],
    ['LimitExceededException', 400, 'quota'],
    ['RequestLimitExceeded', 503, 'run the action again'],
    ['TooManyRequestsException', 429, 'run the action again'],
    ['Throttling', 400, 'run the action again'],
    ['InternalFailure', 500, 'run the action again'],
    ['ValidationError', 400, 'correct what the reason names'],
  ])('%s (%d)', (name, status, nextStep) => {
    const error = explainAwsError(serviceError(name, status));
    expect(error).toBeInstanceOf(CloudError);
    expect((error as CloudError).message).toContain(`AWS (request r-1): ${name}: the reason`);
    expect((error as CloudError).failure.nextStep).toContain(nextStep);
  });

  it('explains missing credentials and a missing network', () => {
    const none = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    expect((explainAwsError(none) as CloudError).failure.nextStep).toContain('role-to-assume');
    const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    expect((explainAwsError(refused) as CloudError).message).toContain('cannot be reached');
    const slow = Object.assign(new Error('no answer'), { name: 'TimeoutError' });
    expect((explainAwsError(slow) as CloudError).message).toContain('cannot be reached');
    const fetched = new TypeError('fetch failed', { cause: refused });
    expect((explainAwsError(fetched) as CloudError).message).toContain('cannot be reached');
  });

  it('leaves explained failures and bugs as they are', () => {
    const bug = new TypeError('x is not a function');
    const explained = new CloudError({ resource: 'a', reason: 'b', nextStep: 'c' });
    expect(explainAwsError(bug)).toBe(bug);
    expect(explainAwsError(explained)).toBe(explained);
    expect(explainAwsError('text')).toBe('text');
  });
});
