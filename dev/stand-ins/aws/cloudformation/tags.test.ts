import { expect, test } from 'vitest';
import { resourceTags } from './tags.ts';
import { thing } from './testing/small-specification.ts';

const stack = { id: 'arn:stack/lab', name: 'lab' };
const own = { Tags: [{ Key: 'team', Value: 'mine' }] };

test('own tags override those of the stack, and CloudFormation adds its three', () => {
  expect(resourceTags(thing, own, 'Vpc', stack, { team: 'theirs', cost: '1' })).toEqual({
    team: 'mine',
    cost: '1',
    'aws:cloudformation:stack-name': 'lab',
    'aws:cloudformation:logical-id': 'Vpc',
    'aws:cloudformation:stack-id': 'arn:stack/lab',
  });
});

test('tags can be a map or a list', () => {
  const tags = resourceTags(thing, { Tags: { team: 'mine' } }, 'Vpc', stack, {});
  expect(tags).toMatchObject({ team: 'mine' });
});

test('a type that cannot be tagged has no tags', () => {
  expect(resourceTags({ ...thing, tagProperty: undefined }, own, 'Vpc', stack, { a: 'b' })).toEqual(
    {},
  );
});
