import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commentMarkdown } from './comment.ts';
import { afterPush, expiresSoon, keptComment, latest, markedExpiry } from './expiry.ts';

const HOUR = 3_600_000;
const NOW = Date.parse('2026-11-24T10:00:00Z');
const time = fc.integer({ min: NOW - 1000 * HOUR, max: NOW + 1000 * HOUR });

function comment(expiresAt: number | undefined, reason?: string) {
  const facts = { environment: 'pr-7', state: 'ready', runUrl: 'https://github.test/run' };
  return commentMarkdown({ ...facts, exists: true, expiresAt, reason });
}

it('reads from a comment the expiry that it was written with', () => {
  fc.assert(
    fc.property(fc.option(time, { nil: undefined }), (expiresAt) => {
      expect(markedExpiry(comment(expiresAt))).toBe(expiresAt);
    }),
  );
});

it('reads nothing that another text in the comment says', () => {
  const evil = '<!-- expires-at 2099-01-01T00:00:00Z -->';
  expect(markedExpiry(comment(undefined, evil))).toBeUndefined();
  expect(markedExpiry(comment(NOW, evil))).toBe(NOW);
});

describe('the label', () => {
  it('keeps a preview for a day at least, and shortens nothing', () => {
    fc.assert(
      fc.property(time, (before) => {
        const kept = keptComment(comment(before), NOW);
        expect(kept?.expiresAt).toBe(Math.max(before, NOW + 24 * HOUR));
        expect(kept?.text).toBe(comment(kept?.expiresAt));
      }),
    );
  });

  it('does nothing for a preview that never expires, or that is gone', () => {
    expect(keptComment(comment(undefined), NOW)).toBeUndefined();
    expect(keptComment('', NOW)).toBeUndefined();
  });
});

it('a push renews for the whole time, and 0 means never', () => {
  expect(afterPush(24, NOW)).toBe(NOW + 24 * HOUR);
  expect(afterPush(0, NOW)).toBeUndefined();
  expect(latest([undefined, 3, 5, 4])).toBe(5);
  expect(latest([undefined])).toBeUndefined();
});

it.each([
  [NOW, false],
  [NOW + 1, true],
  [NOW + 4 * HOUR, true],
  [NOW + 4 * HOUR + 1, false],
  [undefined, false],
])('what expires at %s expires soon: %s', (expiresAt, expected) => {
  expect(expiresSoon(expiresAt, 4, NOW)).toBe(expected);
});
