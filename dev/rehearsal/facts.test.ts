import { expect, it } from 'vitest';
import { admission, multusFinding, nodesFinding } from './facts.ts';

const node = (name: string, status = 'True') => ({
  metadata: { name },
  status: { conditions: [{ type: 'Ready', status }] },
});
const all = ['eth0', 'eth1', 'eth2'];
const wanted = { nodes: 2, interfaces: 2 };

it('requires every node to be Ready with all its interfaces', () => {
  const both = new Map([
    ['a', all],
    ['b', all],
  ]);
  expect(nodesFinding([node('a'), node('b')], both, wanted)).toEqual({
    what: 'Nodes',
    found: '2 Ready\na: eth0 eth1 eth2\nb: eth0 eth1 eth2',
    ok: true,
  });
  expect(nodesFinding([node('a'), node('b', 'False')], both, wanted).ok).toBe(false);
  expect(nodesFinding([node('a')], both, wanted).ok).toBe(false);
  expect(nodesFinding([node('a'), node('b')], new Map([['a', all]]), wanted).ok).toBe(false);
});

it('requires Multus to be updated and available on every node', () => {
  const status = { desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 2 };
  expect(multusFinding({ status }, 2).ok).toBe(true);
  expect(multusFinding({ status: { ...status, numberAvailable: 1 } }, 2).ok).toBe(false);
  expect(multusFinding({ status: {} }, 2).ok).toBe(false);
});

const refused =
  'msg="access denied" arn="arn:aws:iam::1:role/x-NodeRole-1" error="ARN is not mapped"';
const granted =
  'msg="access granted" arn="arn:aws:iam::1:role/x-NodeRole-1" username="system:node:a"';

it('requires nodes to be refused first and admitted later', () => {
  expect(admission(`${refused}\n${refused}\n${granted}`).ok).toBe(true);
  expect(admission(granted).ok).toBe(false);
  expect(admission(refused).ok).toBe(false);
  expect(admission(`${granted}\n${refused}`).ok).toBe(false);
  expect(admission(refused.replace('NodeRole', 'Deployer')).ok).toBe(false);
});
