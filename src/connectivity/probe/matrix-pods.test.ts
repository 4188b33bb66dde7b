import { expect, it } from 'vitest';
import { probeNetwork } from './network.ts';
import { matrixPods } from './sample-apps.ts';

const OPTIONS = {
  run: 'r',
  namespace: 'n',
  image: 'i',
  imagePullPolicy: 'Never',
  podsPerNode: 2,
} as const;

const namesOf = (networks: readonly (readonly [namespace: string, name: string])[]) =>
  matrixPods(
    {},
    networks.map(([namespace, name]) => probeNetwork({ metadata: { namespace, name } })),
    [{ name: 'node-a' }, { name: 'node-b' }],
    OPTIONS,
  ).map(({ name }) => name);

it('each network has the same number of pods on each node', () => {
  expect(namesOf([['default', 'data']])).toEqual([
    'data-n1-1',
    'data-n1-2',
    'data-n2-1',
    'data-n2-2',
  ]);
});

it('every pod has its own name, whatever the names of the networks', () => {
  const long = 'n'.repeat(41);
  const names = namesOf([
    ['default', 'data'],
    ['telco', 'data'],
    ['default', 'data-2'],
    ['default', 'data-1'],
    ['default', `${long}-a`],
    ['default', `${long}-b`],
  ]);
  expect(new Set(names).size).toBe(6 * 2 * 2);
});
