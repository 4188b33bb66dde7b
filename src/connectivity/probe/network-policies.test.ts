import { expect, it } from 'vitest';
import { policiesFor, policySchema } from './network-policies.ts';

const policy = (name: string, policyFor: string, podSelector: object = {}) =>
  policySchema.parse({
    metadata: {
      ...{ name, namespace: 'team' },
      annotations: { 'k8s.v1.cni.cncf.io/policy-for': policyFor },
    },
    spec: { podSelector },
  });
const LABELS = { app: 'probe', tier: 'test' };
const names = (...policies: ReturnType<typeof policy>[]) => [
  ...policiesFor(policies, ['team/media', 'default/media'], LABELS),
];

it('finds the policies of each network, named with or without its namespace', () => {
  expect(
    names(policy('one', 'media'), policy('two', 'x, default/media'), policy('three', 'x')),
  ).toEqual([
    ['team/media', ['team/one']],
    ['default/media', ['team/two']],
  ]);
});

it.each<[boolean, object]>([
  [true, {}],
  [true, { matchLabels: { app: 'probe' } }],
  [false, { matchLabels: { app: 'other' } }],
  [true, { matchExpressions: [{ key: 'app', operator: 'In', values: ['a', 'probe'] }] }],
  [false, { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['probe'] }] }],
  [true, { matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }],
  [true, { matchExpressions: [{ key: 'tier', operator: 'Exists' }] }],
  [false, { matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }],
])('selects a pod (%s) by %j', (selected, selector) => {
  expect(names(policy('one', 'media', selector))).toHaveLength(selected ? 1 : 0);
});
