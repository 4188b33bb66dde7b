import { describe, expect, it } from 'vitest';
import { fakeCleanUp } from '../../dev/testing/fakes/fake-clean-up.ts';
import { detachedInterface } from '../../dev/testing/samples/network-interface.ts';
import type { Ec2 } from './network-interfaces.ts';
import { sweepGivenVpc, sweepGroup, sweepVpc } from './sweep.ts';

const NODE = detachedInterface({
  description: 'aws-K8S-i-1',
  status: 'available',
  tags: {},
  attachedTo: undefined,
  securityGroupIds: ['sg-group'],
});
const GROUP = { name: 'eks-cluster-sg-lab', tags: { 'kubernetes.io/cluster/lab': 'owned' } };

interface Refusal {
  readonly id: string;
  readonly name: string;
  readonly message?: string;
}

/** EC2 with two leftover interfaces and the cluster's group; deleting `refused` fails as named. */
function ec2That(refused?: Refusal): Ec2 {
  const { cleanUp, state } = fakeCleanUp();
  state.interfaces = ['eni-1', 'eni-2'].map((id) => ({ ...NODE, id }));
  state.groups = [{ id: 'sg-1', ...GROUP }];
  const refusing = (remove: (id: string) => Promise<void>) => async (id: string) => {
    if (id === refused?.id) {
      throw Object.assign(new Error(refused.message ?? 'no'), { name: refused.name });
    }
    await remove(id);
  };
  const { removeInterface, removeSecurityGroup } = cleanUp.ec2;
  return {
    ...cleanUp.ec2,
    removeInterface: refusing(removeInterface),
    removeSecurityGroup: refusing(removeSecurityGroup),
  };
}

const sweep = (ec2: Ec2, groups = true) => sweepVpc(ec2, 'vpc-1', 'lab', { groups });

it('removes interfaces, and then groups if the caller wants it', async () => {
  expect(await sweep(ec2That())).toEqual({ removed: ['eni-1', 'eni-2', 'sg-1'], blockers: [] });
  expect(await sweep(ec2That(), false)).toEqual({ removed: ['eni-1', 'eni-2'], blockers: [] });
});

it.each([
  [
    'in use again',
    { id: 'eni-1', name: 'InvalidNetworkInterface.InUse' },
    'eni-1 (aws-K8S-i-1, available)',
  ],
  [
    'in use by a service',
    {
      id: 'eni-1',
      name: 'InvalidParameterValue',
      message: "Network interface 'eni-1' is currently in use.",
    },
    'eni-1 (aws-K8S-i-1, available)',
  ],
  [
    'not ours to delete',
    { id: 'eni-1', name: 'UnauthorizedOperation' },
    'eni-1 (aws-K8S-i-1, available), which the role may not delete',
  ],
  [
    'named by a rule of another group',
    { id: 'sg-1', name: 'DependencyViolation' },
    'sg-1 (security group eks-cluster-sg-lab)',
  ],
])('goes on past one that is %s, and names it', async (_, refused, blocker) => {
  const { removed, blockers } = await sweep(ec2That(refused));
  expect(removed).toHaveLength(2);
  expect(blockers).toEqual([blocker]);
});

it('counts resources that are already gone as removed', async () => {
  const gone = { id: 'eni-2', name: 'InvalidNetworkInterfaceID.NotFound' };
  expect((await sweep(ec2That(gone))).blockers).toEqual([]);
});

it('fails with any other error', async () => {
  const error = { id: 'eni-1', name: 'InternalError' };
  await expect(sweep(ec2That(error))).rejects.toMatchObject({ name: 'InternalError' });
});

describe('in a shared VPC', () => {
  const ours = { ...NODE, tags: { 'eks-multus:environment': 'pr-7' }, securityGroupIds: [] };
  const interfaces = [
    { ...NODE, id: 'eni-cni' },
    { ...ours, id: 'eni-hook' },
    { ...ours, id: 'eni-used', status: 'in-use', attachedTo: 'i-1' },
    { ...NODE, id: 'eni-base', securityGroupIds: ['sg-base'] },
    { ...ours, id: 'eni-other', tags: { 'eks-multus:environment': 'pr-8' } },
  ];
  const ec2 = () => {
    const { cleanUp, state } = fakeCleanUp();
    state.interfaces = interfaces;
    return cleanUp.ec2;
  };

  it('removes and names only the leftovers of one node group', async () => {
    expect(await sweepGroup(ec2(), 'vpc-1', 'pr-7', 'sg-group')).toEqual({
      removed: ['eni-cni', 'eni-hook'],
      blockers: ['eni-used (aws-K8S-i-1, in-use, attached to i-1)'],
    });
  });

  it('does not look for users of a group that is gone', async () => {
    const { removed } = await sweepGroup(ec2(), 'vpc-1', 'pr-7', undefined);
    expect(removed).toEqual(['eni-hook']);
  });
});

describe('a VPC that others made', () => {
  const EKS = 'aws:eks:cluster-name';
  const HOOK = 'eks-multus-actions/cluster';
  const CNI = 'cluster.k8s.amazonaws.com/name';

  function shared() {
    const { cleanUp, state } = fakeCleanUp();
    const bare = { ...NODE, securityGroupIds: ['sg-theirs'] };
    state.interfaces = [
      { ...bare, id: 'eni-hook', tags: { [HOOK]: 'lab' } },
      { ...bare, id: 'eni-cni', tags: { [CNI]: 'lab' } },
      { ...bare, id: 'eni-used', tags: { [CNI]: 'lab' }, status: 'in-use', attachedTo: 'i-1' },
      { ...bare, id: 'eni-old-cni' },
      { ...bare, id: 'eni-other-cluster', tags: { [CNI]: 'other' } },
      { ...bare, id: 'eni-in-own-subnet', subnetId: 'subnet-own' },
      { ...bare, id: 'eni-in-own-group', securityGroupIds: ['sg-own'] },
    ];
    state.groups = [
      { id: 'sg-eks', name: 'eks-cluster-sg-lab', tags: { [EKS]: 'lab' } },
      { id: 'sg-own', name: 'lab-multus', tags: { 'eks-multus:environment': 'lab' } },
      { id: 'sg-claims', name: 'claims', tags: { 'kubernetes.io/cluster/lab': 'owned' } },
      { id: 'sg-elb', name: 'elb', tags: { 'elbv2.k8s.aws/cluster': 'lab' } },
      { id: 'sg-theirs', name: 'theirs', tags: {} },
      { id: 'sg-eks-other', name: 'other', tags: { [EKS]: 'other' } },
    ];
    return { ec2: cleanUp.ec2, state };
  }

  it('loses what the cluster left by tags that nobody else sets, and nothing else', async () => {
    const { ec2, state } = shared();
    const options = { groups: true, subnetIds: ['subnet-own'] };
    const { removed } = await sweepGivenVpc(ec2, 'vpc-1', 'lab', options);
    expect(removed).toEqual(['eni-hook', 'eni-cni', 'sg-eks']);
    expect(state.groups.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['sg-own', 'sg-claims', 'sg-elb', 'sg-theirs', 'sg-eks-other']),
    );
    expect(state.interfaces).toHaveLength(5);
  });

  it('names only what is in the way of the environment', async () => {
    const { ec2 } = shared();
    const options = { groups: false, subnetIds: ['subnet-own'] };
    const { blockers } = await sweepGivenVpc(ec2, 'vpc-1', 'lab', options);
    expect(blockers.map((text) => text.split(' ')[0])).toEqual([
      'eni-used',
      'eni-in-own-subnet',
      'eni-in-own-group',
    ]);
  });
});
