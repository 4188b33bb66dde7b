import { describe, expect, it } from 'vitest';
import { codeOf } from '../core/retry.ts';
import { ApiError, reasonOf, statusOf } from './api-error.ts';

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
  ])('returns one line (%#)', (error, expected) => {
    expect(reasonOf(error)).toBe(expected);
  });
});

it('statusOf reads answers, and codeOf reads failed connections', () => {
  expect(statusOf(new ApiError(409, undefined))).toBe(409);
  expect(statusOf(fetchFailed(coded('EPIPE')))).toBeUndefined();
  expect(codeOf(fetchFailed(coded('EPIPE')))).toBe('EPIPE');
  expect(codeOf(new ApiError(409, undefined))).toBeUndefined();
});
