import { expect, it } from 'vitest';
import { renderTable } from './table.ts';

it('aligns columns, marks failures, continues long findings and counts both results', () => {
  const text = renderTable([
    { what: 'Stacks', found: '2 CREATE_COMPLETE', ok: true },
    { what: 'Leftovers', found: '1\nec2: vpc 1', ok: false },
  ]);
  expect(text.split('\n')).toEqual([
    '  ✔ Stacks     2 CREATE_COMPLETE',
    '  ✘ Leftovers  1',
    '               ec2: vpc 1',
    '',
    '1 passed, 1 failed',
  ]);
});
