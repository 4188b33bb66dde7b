import fc from 'fast-check';
import { expect, it } from 'vitest';
import { driftIn } from './drift.ts';
import type { Change } from './stack-api.ts';

const change = (more: Partial<Change>): Change => ({
  action: 'Modify',
  logicalId: 'Vpc',
  type: 'AWS::EC2::VPC',
  replacement: 'False',
  details: [],
  ...more,
});

const drifted = (made: string | undefined, now: string | undefined) =>
  driftIn({
    comparesReality: true,
    changes: [
      change({
        drift: 'MODIFIED',
        details: [{ target: 'Tags', cause: undefined, drift: { made, now } }],
      }),
    ],
  }).changes.map((text) => text.replace('Vpc (AWS::EC2::VPC): ', ''));

it.each([
  ['a value', 'true', 'false', ['Tags was true and is false']],
  ['a value that is gone', 'true', undefined, ['Tags was true and is not set']],
  ['an added tag', '{"a":"1"}', '{"a":"1","b":"2"}', ['Tags b was not set and is 2']],
  ['a first tag', undefined, '[{"Key":"b","Value":"2"}]', ['Tags b was not set and is 2']],
  [
    'a changed tag',
    '[{"Key":"b","Value":"1"}]',
    '[{"Key":"b","Value":"2"}]',
    ['Tags b was 1 and is 2'],
  ],
  [
    'an added rule',
    '[{"FromPort":1}]',
    '[{"FromPort":1},{"FromPort":2}]',
    ['Tags was [{"FromPort":1}] and is [{"FromPort":1},{"FromPort":2}]'],
  ],
])('%s is named with what it was and what it is', (_, made, now, texts) => {
  expect(drifted(made, now)).toEqual(texts);
});

it('a deletion and a change without details are named, and what is as it was made is not', () => {
  const changes = [
    change({ drift: 'DELETED', action: 'Add' }),
    change({ drift: 'MODIFIED' }),
    change({ drift: 'IN_SYNC' }),
    change({ drift: 'UNSUPPORTED' }),
    change({}),
  ];
  expect(driftIn({ changes, comparesReality: true }).changes).toEqual([
    'Vpc (AWS::EC2::VPC): it was deleted',
    'Vpc (AWS::EC2::VPC): it was changed',
  ]);
  expect(driftIn({ changes, comparesReality: false })).toMatchObject({ changes: [] });
});

it('any texts give lines of limited length', () => {
  fc.assert(
    fc.property(fc.option(fc.string(), { nil: undefined }), fc.json(), (made, now) => {
      for (const text of drifted(made, now)) expect(text.length).toBeLessThan(1_000);
    }),
  );
});
