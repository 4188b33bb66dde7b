import { expect, it } from 'vitest';
import { pairsOf } from '../connectivity/evaluate/pairs.ts';
import { probeNetwork } from '../connectivity/probe/network.ts';
import { healthy, LAB_PODS } from '../connectivity/testing/lab-pods.ts';
import { largeBetween } from './plan.ts';

const network = (name: string, ...chained: readonly object[]) =>
  probeNetwork({
    metadata: { namespace: 'default', name },
    spec: { config: JSON.stringify({ plugins: [{ type: 'ipvlan', mtu: 9001 }, ...chained] }) },
  });

it('sends packets of full size between networks of one MTU only', () => {
  const [within] = pairsOf(healthy(LAB_PODS)).filter(
    ({ source, target }) => source.network === target.network,
  );
  const across = pairsOf(healthy(LAB_PODS)).filter(
    ({ source, target }) => source.network !== target.network,
  );
  const [one = '', other = ''] = [across[0]?.source.network, across[0]?.target.network].map(
    (id) => id?.split('/')[1] ?? '',
  );
  const alike = largeBetween([network(one), network(other)]);
  const smaller = largeBetween([network(one), network(other, { type: 'tuning', mtu: 1400 })]);
  expect(across.length).toBeGreaterThan(0);
  expect(across.map(alike)).toEqual(across.map(() => true));
  expect(across.map(smaller)).toEqual(across.map(() => false));
  expect(within && smaller(within)).toBe(true);
});
