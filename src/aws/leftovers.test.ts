import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { detachedInterface } from '../../dev/testing/samples/network-interface.ts';
import { describeInterface, leftoverGroups, leftoverInterfaces } from './sweep.ts';

const CNI = 'cluster.k8s.amazonaws.com/name';
const HOOK = 'eks-multus-actions/cluster';

const anyInterface = fc
  .record({
    id: fc.uuid().map((id) => `eni-${id}`),
    description: fc.constantFrom('aws-K8S-i-1', 'Multus eth1 of i-1', 'ELB app/web', ''),
    status: fc.constantFrom('available', 'in-use', 'attaching', 'detaching'),
    tags: fc.dictionary(fc.constantFrom(CNI, HOOK, 'Name'), fc.constantFrom('lab', 'other')),
    attachedTo: fc.constantFrom(undefined, 'i-1', 'amazon-elb'),
    securityGroupIds: fc.subarray(['sg-1', 'sg-2']),
  })
  .map(detachedInterface);

describe('leftover interfaces', () => {
  it('are never in use, and never belong to another cluster', () => {
    fc.assert(
      fc.property(fc.array(anyInterface), (interfaces) => {
        for (const { status, tags } of leftoverInterfaces(interfaces, 'lab')) {
          expect(status).toBe('available');
          expect(tags[HOOK] ?? tags[CNI] ?? 'lab').toBe('lab');
        }
      }),
    );
  });

  it.each([
    ['the launch hook made', { tags: { [HOOK]: 'lab' } }, true],
    ['the VPC CNI made', { tags: { [CNI]: 'lab' } }, true],
    ['an older VPC CNI made', { description: 'aws-K8S-i-1' }, true],
    ['another cluster made', { description: 'aws-K8S-i-1', tags: { [CNI]: 'other' } }, false],
    ['somebody made', { description: 'my own' }, false],
    ['are attached', { status: 'in-use', tags: { [HOOK]: 'lab' } }, false],
  ])('those that %s: %j → %s', (_, changes, expected) => {
    expect(leftoverInterfaces([detachedInterface(changes)], 'lab')).toHaveLength(expected ? 1 : 0);
  });
});

it('leftover groups belong to the cluster or its load balancers, and to no stack', () => {
  const groups = [
    { id: 'sg-1', name: 'eks-cluster-sg-lab', tags: { 'kubernetes.io/cluster/lab': 'owned' } },
    { id: 'sg-2', name: 'k8s-traffic', tags: { 'elbv2.k8s.aws/cluster': 'lab' } },
    { id: 'sg-3', name: 'shared', tags: { 'kubernetes.io/cluster/lab': 'shared' } },
    { id: 'sg-4', name: 'other', tags: { 'kubernetes.io/cluster/other': 'owned' } },
    {
      id: 'sg-5',
      name: 'nodes',
      tags: { 'kubernetes.io/cluster/lab': 'owned', 'aws:cloudformation:stack-id': 'arn' },
    },
  ];
  expect(leftoverGroups(groups, 'lab').map(({ id }) => id)).toEqual(['sg-1', 'sg-2']);
});

it('describes an interface by what shows its owner', () => {
  const one = { description: 'ELB app/web', status: 'in-use', attachedTo: 'amazon-elb' };
  expect(describeInterface(detachedInterface(one))).toBe(
    'eni-1 (ELB app/web, in-use, attached to amazon-elb)',
  );
});
