import { expect, test } from 'vitest';
import { resourceTags } from './tags.ts';
import { thing } from './testing/small-specification.ts';

const stack = { id: 'arn:stack/lab', name: 'lab' };
const own = { Tags: [{ Key: 'team', Value: 'mine' }] };

test('own tags win over those of the stack, and CloudFormation adds its three', () => {
  expect(resourceTags(thing, own, 'Vpc', stack, { team: 'theirs', cost: '1' })).toEqual({
    team: 'mine',
    cost: '1',
    'aws:cloudformation:stack-name': 'lab',
    'aws:cloudformation:logical-id': 'Vpc',
    'aws:cloudformation:stack-id': 'arn:stack/lab',
  });
});

test('a map of tags is as good as a list', () => {
  const tags = resourceTags(thing, { Tags: { team: 'mine' } }, 'Vpc', stack, {});
  expect(tags).toMatchObject({ team: 'mine' });
});

test('what cannot be tagged has none', () => {
  expect(resourceTags({ ...thing, tagProperty: undefined }, own, 'Vpc', stack, { a: 'b' })).toEqual(
    {},
  );
});
