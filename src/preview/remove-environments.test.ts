import fc from 'fast-check';
import { expect, it } from 'vitest';
import { previewNumber } from './remove-environments.ts';

const PREFIX = 'eks-multus-pr';

it('knows the pull request of each preview by its name', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 999_999_999 }), (number) => {
      expect(previewNumber(`${PREFIX}-${number}`, PREFIX)).toBe(number);
    }),
  );
});

it.each([
  'eks-multus-pr',
  'eks-multus-pr-',
  'eks-multus-pr-0',
  'eks-multus-pr-07',
  'eks-multus-pr-7-ng1',
  'eks-multus-pr-1e3',
  'eks-multus-previews',
  'other-pr-7',
  'production',
])('takes %s for no preview', (name) => {
  expect(previewNumber(name, PREFIX)).toBeUndefined();
});
