import { describe, expect, it } from 'vitest';
import { chosenLayout, labMisfit } from './layout.ts';

const networks = (...names: readonly string[]) =>
  names.map((full) => {
    const [namespace = '', name = ''] = full.split('/');
    return { namespace, name };
  });

describe('the layout', () => {
  it.each([
    ['one network', ['default/a'], 'matrix', /two networks, not for 1/],
    ['two networks', ['default/a', 'default/b'], 'lab', undefined],
    ['the same network twice', ['default/a', 'default/a'], 'matrix', /not for 1/],
    ['three networks', ['default/a', 'default/b', 'default/c'], 'matrix', /not for 3/],
    [
      'two networks, one of them in another namespace',
      ['default/a', 'other/b'],
      'matrix',
      /in namespace default, and b is in other/,
    ],
  ] as const)('of %s', (_, names, layout, misfit) => {
    const given = networks(...names);
    expect(chosenLayout(given, 'default')).toBe(layout);
    if (misfit === undefined) expect(labMisfit(given, 'default')).toBeUndefined();
    else expect(labMisfit(given, 'default')).toMatch(misfit);
  });
});
