import { describe, expect, it } from 'vitest';
import { ApiError } from './rest.ts';
import { codeOf, isTransient, reasonOf, statusOf } from './retry.ts';

const status = { kind: 'Status', message: 'pods "x" not found' };
const coded = (code: string) => Object.assign(new Error(`connect ${code}`), { code });
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });

describe('reasonOf', () => {
  it.each([
    [new ApiError(404, status), '404 pods "x" not found'],
    [new ApiError(404, JSON.stringify(status)), '404 pods "x" not found'],
    [new ApiError(502, 'Bad Gateway\n'), '502 Bad Gateway'],
    [new ApiError(500, undefined), '500 Internal Server Error'],
    [fetchFailed(coded('ECONNREFUSED')), 'connect ECONNREFUSED'],
    [new Error('plain'), 'plain'],
    ['text', 'text'],
  ])('%#: in one line', (error, expected) => {
    expect(reasonOf(error)).toBe(expected);
  });
});

describe('isTransient', () => {
  it.each([429, 500, 502, 503, 504])('is true of %d', (code) => {
    expect(isTransient(new ApiError(code, undefined))).toBe(true);
  });
  it.each([400, 401, 403, 404, 409, 422])('is false of %d', (code) => {
    expect(isTransient(new ApiError(code, undefined))).toBe(false);
  });
  it('knows failed connections, however deep', () => {
    expect(isTransient(fetchFailed(coded('ECONNRESET')))).toBe(true);
    expect(isTransient(fetchFailed(new AggregateError([coded('ECONNREFUSED')])))).toBe(true);
    expect(isTransient(fetchFailed(coded('SELF_SIGNED_CERT_IN_CHAIN')))).toBe(false);
    expect(isTransient(new Error('bug'))).toBe(false);
    expect(isTransient('text')).toBe(false);
  });
});

it('statusOf and codeOf tell an answer from no answer', () => {
  expect(statusOf(new ApiError(409, undefined))).toBe(409);
  expect(statusOf(fetchFailed(coded('EPIPE')))).toBeUndefined();
  expect(codeOf(fetchFailed(coded('EPIPE')))).toBe('EPIPE');
  expect(codeOf(new ApiError(409, undefined))).toBeUndefined();
});
