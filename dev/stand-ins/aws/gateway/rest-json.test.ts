import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchRoute } from './rest-json.ts';

it('returns a path parameter unchanged, whatever it contains', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (arn) => {
      const path = `/clusters/a/access-entries/${encodeURIComponent(arn)}`;
      const route = 'GET /clusters/{name}/access-entries/{arn}';
      expect(matchRoute(route, 'GET', path)).toEqual({ name: 'a', arn });
    }),
  );
});

it.each([
  ['another method', 'POST', '/clusters/a'],
  ['a longer path', 'GET', '/clusters/a/addons'],
  ['a shorter path', 'GET', '/clusters'],
  ['another path', 'GET', '/groups/a'],
])('does not match %s', (_, method, path) => {
  expect(matchRoute('GET /clusters/{name}', method, path)).toBeUndefined();
});
