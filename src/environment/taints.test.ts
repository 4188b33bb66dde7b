import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isOfControllers,
  isTolerated,
  keepsPodsAway,
  parseTaint,
  taintText,
  tolerationsOf,
} from './taints.ts';

describe('a taint', () => {
  it.each([
    ['dedicated=media:NoSchedule', { key: 'dedicated', value: 'media', effect: 'NoSchedule' }],
    ['dedicated:NoExecute', { key: 'dedicated', value: '', effect: 'NoExecute' }],
    ['dedicated=:NoExecute', { key: 'dedicated', value: '', effect: 'NoExecute' }],
    [
      'nvidia.com/gpu=present:PreferNoSchedule',
      { key: 'nvidia.com/gpu', value: 'present', effect: 'PreferNoSchedule' },
    ],
  ])('is read from %s', (text, taint) => {
    expect(parseTaint(text)).toEqual(taint);
  });

  it.each([
    '',
    'dedicated',
    'dedicated=media',
    'dedicated-',
    'dedicated=media:noschedule',
    'dedicated=media:NoAdmit',
    'dedicated=a=b:NoSchedule',
    'dedicated=media:NoSchedule,other:NoSchedule',
    'dedicated=-media:NoSchedule',
    '-dedicated:NoSchedule',
    'Example.com/x:NoSchedule',
    'example..com/x:NoSchedule',
    `${'x'.repeat(254)}/x:NoSchedule`,
    '/x:NoSchedule',
    `${'x'.repeat(64)}:NoSchedule`,
    'dedicated=media:NoSchedule ',
    'dedicated media:NoSchedule',
  ])('is not %j', (text) => {
    expect(parseTaint(text)).toBeUndefined();
  });

  it('reads as it is written, whatever it is', () => {
    const taint = fc.record({
      key: fc.stringMatching(
        /^([a-z0-9]{1,9}(\.[a-z]{1,3})?\/)?[A-Za-z]([\w.-]{0,20}[A-Za-z0-9])?$/,
      ),
      value: fc.stringMatching(/^([A-Za-z0-9]([\w.-]{0,20}[A-Za-z0-9])?)?$/),
      effect: fc.constantFrom(
        'NoSchedule' as const,
        'PreferNoSchedule' as const,
        'NoExecute' as const,
      ),
    });
    fc.assert(
      fc.property(taint, (one) => {
        expect(parseTaint(taintText(one))).toEqual(one);
        expect(isTolerated(one, [one])).toBe(true);
        expect(isTolerated({ ...one, key: `${one.key}x` }, [one])).toBe(false);
        expect(tolerationsOf([one])[0]).toMatchObject({ key: one.key, effect: one.effect });
      }),
    );
  });
});

it('is tolerated by its key and effect, and by its value where that is given', () => {
  const own = [
    { key: 'dedicated', value: 'media', effect: 'NoSchedule' },
    { key: 'gpu', value: '', effect: 'NoExecute' },
  ] as const;
  expect(tolerationsOf(own)).toEqual([
    { key: 'dedicated', operator: 'Equal', value: 'media', effect: 'NoSchedule' },
    { key: 'gpu', operator: 'Exists', effect: 'NoExecute' },
  ]);
  expect(isTolerated({ key: 'dedicated', value: 'media', effect: 'NoSchedule' }, own)).toBe(true);
  expect(isTolerated({ key: 'dedicated', value: 'edge', effect: 'NoSchedule' }, own)).toBe(false);
  expect(isTolerated({ key: 'dedicated', effect: 'NoSchedule' }, own)).toBe(false);
  expect(isTolerated({ key: 'dedicated', value: 'media', effect: 'NoExecute' }, own)).toBe(false);
  expect(isTolerated({ key: 'gpu', value: 'a100', effect: 'NoExecute' }, own)).toBe(true);
});

it.each([
  ['node.kubernetes.io/not-ready', true],
  ['node.cloudprovider.kubernetes.io/uninitialized', true],
  ['node-role.kubernetes.io/control-plane', false],
  ['example.com/node', false],
  ['dedicated', false],
])('with key %s is of the node controllers: %s', (key, theirs) => {
  expect(isOfControllers({ key })).toBe(theirs);
});

it.each([
  ['NoSchedule', true],
  ['NoExecute', true],
  ['PreferNoSchedule', false],
])('with effect %s keeps pods away: %s', (effect, away) => {
  expect(keepsPodsAway({ effect })).toBe(away);
});
