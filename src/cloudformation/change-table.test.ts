import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Change } from './stack-api.ts';
import { changeCells, changeLines } from './stack-plan.ts';

const group: Change = {
  action: 'Modify',
  logicalId: 'Nodes',
  type: 'AWS::AutoScaling::AutoScalingGroup',
  replacement: 'False',
  details: [
    { target: 'MaxSize', cause: 'MaxSize' },
    { target: 'VPCZoneIdentifier', cause: 'SubnetId' },
    { target: 'VPCZoneIdentifier', cause: 'Template.Version' },
    { target: 'Tags', cause: undefined },
  ],
};
const parameters = {
  before: { MaxSize: '3', SubnetId: '' },
  after: { MaxSize: '4', SubnetId: `subnet-${'0'.repeat(60)}` },
};

it('shows which properties change, and because of which parameters', () => {
  expect(changeCells(group, parameters)).toEqual([
    'Modify',
    'Nodes',
    'AWS::AutoScaling::AutoScalingGroup',
    'no',
    `MaxSize (MaxSize 3 → 4); VPCZoneIdentifier (SubnetId (empty) → subnet-${'0'.repeat(33)}…, Template.Version); Tags`,
  ]);
});

it.each([
  ['Modify', 'True', 'yes'],
  ['Modify', 'Conditional', 'perhaps'],
  ['Modify', 'False', 'no'],
  ['Add', undefined, ''],
  ['Remove', undefined, ''],
])('%s with replacement %s reads "%s"', (action, replacement, word) => {
  expect(changeCells({ ...group, action, replacement }, parameters)[3]).toBe(word);
});

it('aligns columns of any content', () => {
  const name = fc.stringMatching(/^[A-Za-z0-9]{1,30}$/);
  const change = fc.record({
    action: fc.constantFrom('Add', 'Modify', 'Remove'),
    logicalId: name,
    type: name,
    replacement: fc.constant(undefined),
    details: fc.constant([]),
  });
  fc.assert(
    fc.property(fc.array(change, { minLength: 1 }), (changes) => {
      const [header = '', ...rows] = changeLines(changes, { before: {}, after: {} });
      expect(rows).toHaveLength(changes.length);
      rows.forEach((row, index) => {
        expect(row.indexOf(changes[index]?.type ?? '', header.indexOf('Type'))).toBe(
          header.indexOf('Type'),
        );
        expect(row).toBe(row.trimEnd());
      });
    }),
  );
});
