import { expect, it } from 'vitest';
import { newTraces } from './traces.ts';

it('names lines that are new and lines that are gone, each with its place', () => {
  const before = new Map([
    ['node-a', ['eth1 mtu 9001', 'rule 0']],
    ['router', ['table ip vpc']],
  ]);
  const after = new Map([
    ['node-a', ['eth1 mtu 1400', 'rule 0']],
    ['router', ['table ip vpc', 'table ip fault']],
  ]);
  expect(newTraces(before, before)).toEqual([]);
  expect(newTraces(before, after)).toEqual([
    'node-a: - eth1 mtu 9001',
    'node-a: + eth1 mtu 1400',
    'router: + table ip fault',
  ]);
});
