import { expect, it } from 'vitest';
import { belongsTo } from './owner.ts';

it.each([
  ['acme/lab', '1', 'acme/lab', '1', true],
  ['acme/old-name', '1', 'acme/lab', '1', true],
  // Somebody has made a new repository with the name of one that was renamed.
  ['acme/lab', '1', 'acme/lab', '2', false],
  ['acme/lab', undefined, 'acme/lab', '1', true],
  ['acme/old-name', undefined, 'acme/lab', '1', false],
  ['acme/lab', '1', 'acme/lab', undefined, true],
  [undefined, undefined, 'acme/lab', '1', false],
])('%s (%s) belongs to %s (%s): %s', (repository, repositoryId, now, id, expected) => {
  const run = { repository: now, repositoryId: id };
  expect(belongsTo({ repository, repositoryId }, run)).toBe(expected);
});
