import { describe, expect, it } from 'vitest';
import { fakeNamespaces } from '../../../dev/testing/fakes/fake-namespaces.ts';
import { detachedInterface } from '../../../dev/testing/samples/network-interface.ts';
import { workingStack } from '../preflight/testing/good-account.ts';
import type { ProvisionDeps } from '../session.ts';
import { INFRA_OUTPUTS, provisionWorld } from '../testing/provision-world.ts';
import type { ClusterInside, Refusal } from './cluster-inside.ts';
import type { PresentCluster } from './present-cluster.ts';
import { clusterInside, presentCluster } from './testing/present-cluster.ts';

const [A, B] = ['ap-northeast-2a', 'ap-northeast-2b'];
const SUBNETS = [
  { id: 'subnet-0000000a', zone: A, cidr: '10.0.1.0/24', tags: {} },
  { id: 'subnet-0000000b', zone: B, cidr: '10.0.2.0/24', tags: {} },
];
const INPUTS = {
  'existing-cluster': 'platform',
  'vpc-cidr': '',
  'availability-zones': '',
  'multus-networks': '1',
  'subnet-cidrs': 'multus: [[10.0.6.0/24, 10.0.7.0/24]]',
};

interface Found {
  readonly cluster?: PresentCluster | undefined;
  readonly inside?: ClusterInside | Refusal;
  readonly privateSubnets?: readonly { readonly id: string; readonly zone: string }[];
}

/** An account with the VPC and the cluster of another team, as far as provision asks about them. */
function world(found: Found = {}) {
  const made = provisionWorld();
  const cluster = 'cluster' in found ? found.cluster : presentCluster();
  const inside = { value: found.inside ?? clusterInside() };
  const present = { id: 'vpc-11111111', cidrs: ['10.0.0.0/16'], subnets: SUBNETS };
  Object.assign(made.deps, {
    vpc: {
      present: async () => ({ value: present }),
      prefixReservations: async () => ({ value: new Map() }),
    },
    givenCluster: {
      present: async () => ({ value: cluster }),
      privateSubnets: async () => ({ value: found.privateSubnets ?? SUBNETS }),
      inside: async () => inside,
    },
    gather: async () => ({ givenCluster: inside }),
  } satisfies Partial<ProvisionDeps>);
  return made;
}

const parametersOf = async ({ stacks }: ReturnType<typeof world>, name: string) =>
  (await stacks.list()).find((stack) => stack.name === name)?.parameters ?? {};

describe('a deploy on a cluster of others', () => {
  it('tells its infra stack the cluster, and makes no administrator', async () => {
    const account = world();
    await account.run(INPUTS);
    expect(await parametersOf(account, 'eks-multus-cluster')).toMatchObject({
      ClusterName: 'eks-multus-cluster',
      KubernetesVersion: '1.34',
      VpcId: 'vpc-11111111',
      PrivateSubnetIds: 'subnet-0000000a,subnet-0000000b',
      GivenClusterName: 'platform',
      GivenClusterEndpoint: presentCluster().endpoint,
      GivenClusterSecurityGroupId: 'sg-11111111',
      GivenClusterServiceCidr: '10.100.0.0/16',
      GivenClusterAuthentication: 'API_AND_CONFIG_MAP',
      AdminRoleArns: '',
      NatGateways: 'none',
      VpcCniRights: 'pod-identity',
    });
  });

  it('gives nodes the rights of the VPC CNI where it has no role, and lets them in by aws-auth', async () => {
    const cluster = presentCluster({ authenticationMode: 'CONFIG_MAP' });
    const account = world({ cluster, inside: clusterInside({ hasOwnRole: false }) });
    await account.run(INPUTS);
    expect(await parametersOf(account, 'eks-multus-cluster')).toMatchObject({
      VpcCniRights: 'node-role',
      GivenClusterAuthentication: 'CONFIG_MAP',
    });
    const group = await parametersOf(account, 'eks-multus-cluster-ng1');
    expect(group).toMatchObject({ NodeAccess: 'aws-auth', NodeProfileArn: '' });
  });

  it.each([
    ['node-role', {}],
    [
      'pod-identity',
      { 'cloudformation-role-arn': 'arn:aws:iam::123456789012:role/cloudformation' },
    ],
  ])('takes %s where the cluster does not answer', async (rights, changes) => {
    const account = world();
    account.deps.givenCluster.inside = async () => ({ unknown: 'it does not answer' });
    account.deps.gather = async () => ({});
    await account.run({ ...INPUTS, ...changes });
    const infra = await parametersOf(account, 'eks-multus-cluster');
    expect(infra).toMatchObject({ VpcCniRights: rights });
  });

  it('says whose each part is', async () => {
    const report = await world().run({ ...INPUTS, command: 'plan' });
    expect(report?.network?.givenVpc).toMatchObject({ cluster: 'platform' });
    expect(report?.notes.join()).toContain('On the cluster platform, which is given');
    expect(report?.notes.join()).toContain(
      'Its VPC CNI v1.20.4-eksbuild.1 has custom networking off',
    );
  });
});

const OTHER = workingStack('eks-multus-other', {
  tags: { 'eks-multus:environment': 'eks-multus-other' },
  parameters: { GivenClusterName: 'platform' },
});
const OWN_OF_PACK = workingStack('platform', { tags: { 'eks-multus:environment': 'platform' } });

/** Ways to make the pack use or change what it must not, and what it says. */
const ATTEMPTS: readonly (readonly [
  what: string,
  found: Found,
  message: string,
  changes?: Readonly<Record<string, string>>,
])[] = [
  ['that does not exist, or no longer', { cluster: undefined }, 'a cluster that this account has'],
  ...['CREATING', 'DELETING', 'FAILED', 'PENDING'].map(
    (status) =>
      [`that is ${status}`, { cluster: presentCluster({ status }) }, `it is ${status}`] as const,
  ),
  [
    'of IPv6',
    { cluster: presentCluster({ serviceCidr: undefined }) },
    'a cluster whose pods and Services have IPv4 addresses',
  ],
  [
    'with the tag of an environment, whoever set it',
    { cluster: presentCluster({ tags: { 'eks-multus:environment': 'eks-multus-cluster' } }) },
    'it has the tag eks-multus:environment=eks-multus-cluster',
  ],
  [
    'that takes no access entries, by access entries',
    { cluster: presentCluster({ authenticationMode: 'CONFIG_MAP' }) },
    'the authentication mode of the cluster platform is CONFIG_MAP',
    { authentication: 'access-entries' },
  ],
  [
    'that takes no rows in aws-auth, by rows in aws-auth',
    { cluster: presentCluster({ authenticationMode: 'API' }) },
    'the authentication mode of the cluster platform is API',
    { authentication: 'both' },
  ],
  ['without private subnets', { privateSubnets: [] }, 'lead to an internet gateway'],
  [
    'with one private subnet',
    { privateSubnets: SUBNETS.slice(0, 1) },
    'one subnet in each of 2 or',
  ],
  [
    'in zones that it does not have',
    {},
    'private-subnets',
    {
      'availability-zones': 'ap-northeast-2c,ap-northeast-2d',
      'node-groups': '- { name: ng1 }',
    },
  ],
  [
    'whose subnets have the range of a Multus network',
    {},
    'subnet-0000000a (10.0.1.0/24 in ap-northeast-2a) overlaps it',
    { 'subnet-cidrs': 'multus: [[10.0.1.0/24, 10.0.7.0/24]]' },
  ],
  ['that refuses the role', { inside: { refused: 'the API server says no' } }, 'says no'],
  [
    'with a Multus of others',
    { inside: { ...clusterInside(), otherMultus: ['daemonset kube-system/kube-multus-ds'] } },
    'a Multus of others',
  ],
  ['without the VPC CNI', { inside: { ...clusterInside(), vpcCni: undefined } }, 'no daemonset'],
  ['with an old VPC CNI', { inside: clusterInside({ version: 'v1.5.0' }) }, 'no_manage'],
  [
    'whose VPC CNI would lack its rights',
    { inside: clusterInside({ hasOwnRole: false }) },
    'its VPC CNI has no role of its own',
    { 'cloudformation-role-arn': 'arn:aws:iam::123456789012:role/eks-multus-cloudformation' },
  ],
  [
    'with custom networking and no ENIConfig',
    {
      inside: clusterInside({ customNetworking: true, eniConfigBy: 'topology.kubernetes.io/zone' }),
    },
    'no ENIConfig for ap-northeast-2a',
  ],
];

describe('no deploy comes onto a cluster of others', () => {
  const attempts = ATTEMPTS.map(([what, ...attempt]) => [what, attempt] as const);

  it.each(attempts)('%s', async (_, [found, message, changes = {}]) => {
    const account = world(found);
    await expect(account.run({ ...INPUTS, ...changes })).rejects.toThrow(message);
    expect(await account.stacks.list()).toEqual([]);
  });

  it.each([
    ['an environment made it', [OWN_OF_PACK], 'environment platform made it'],
    ['another environment is on it', [OTHER], 'environment eks-multus-other is on it already'],
  ])('when %s', async (_, all, message) => {
    const account = world();
    account.deps.stacks.list = async () => all;
    await expect(account.run(INPUTS)).rejects.toThrow(message);
  });

  it('when what it is, is not known', async () => {
    const account = world();
    account.deps.givenCluster.present = async () => ({ unknown: 'the role may not', denied: true });
    await expect(account.run(INPUTS)).rejects.toThrow('cfn/github-own-cluster.yaml for platform');
    expect(await account.stacks.list()).toEqual([]);
  });

  it('when somebody has deleted it and made another one of its name', async () => {
    const account = world();
    await account.run(INPUTS);
    const before = await parametersOf(account, 'eks-multus-cluster');
    const later = presentCluster({ endpoint: 'https://later.eks.amazonaws.com' });
    account.deps.givenCluster.present = async () => ({ value: later });
    await expect(account.run(INPUTS)).rejects.toThrow('it is another cluster than the one');
    expect(await parametersOf(account, 'eks-multus-cluster')).toEqual(before);
  });

  it.each([
    ['a cluster of its own', { 'existing-cluster': '', 'subnet-cidrs': '' }],
    ['another cluster of others', { 'existing-cluster': 'payments' }],
  ])('when the environment is on %s by now', async (_, changes) => {
    const account = world();
    await account.run(INPUTS);
    await expect(account.run({ ...INPUTS, ...changes })).rejects.toThrow(
      'it exists already, on the cluster platform of others',
    );
  });
});

describe('destroy on a cluster of others', () => {
  /** A destroyed environment, in an account where much looks like its own. */
  async function destroyed() {
    const account = world();
    const { endpoint } = presentCluster();
    const outputs = { ...INFRA_OUTPUTS, ClusterName: 'platform', ClusterEndpoint: endpoint };
    account.stacks.outputs.set('eks-multus-cluster', { ...outputs, VpcId: 'vpc-11111111' });
    await account.run(INPUTS);
    const kubernetes = fakeNamespaces();
    const left = (id: string, tags: Readonly<Record<string, string>>) =>
      detachedInterface({ id, tags });
    Object.assign(account.account, {
      vpcId: 'vpc-11111111',
      kubernetes: kubernetes.api,
      logGroups: new Set(['eks-multus-cluster', 'platform']),
      groups: [
        { id: 'sg-1', name: 'later', tags: { 'aws:eks:cluster-name': 'eks-multus-cluster' } },
        { id: 'sg-2', name: 'platform', tags: { 'aws:eks:cluster-name': 'platform' } },
      ],
      interfaces: [
        left('eni-hook', { 'eks-multus-actions/cluster': 'eks-multus-cluster' }),
        left('eni-of-platform', { 'cluster.k8s.amazonaws.com/name': 'platform' }),
        left('eni-of-name', { 'cluster.k8s.amazonaws.com/name': 'eks-multus-cluster' }),
      ],
    });
    const report = await account.run({ ...INPUTS, command: 'destroy' });
    return { ...account, report, kubernetes };
  }

  it('leaves what belongs to clusters, also to one that has the name of the environment', async () => {
    const { account, stacks } = await destroyed();
    expect(await stacks.list()).toEqual([]);
    expect(account.interfaces.map(({ id }) => id)).toEqual(['eni-of-platform', 'eni-of-name']);
    expect(account.groups.map(({ id }) => id)).toEqual(['sg-1', 'sg-2']);
    expect([...account.logGroups]).toEqual(['eks-multus-cluster', 'platform']);
  });

  it('looks for no load balancers and volumes, and says where it looked', async () => {
    const { kubernetes, report } = await destroyed();
    expect(kubernetes.calls).toEqual([]);
    const looks = report?.endState?.map(({ what }) => what) ?? [];
    expect(looks).toContain('Multus and networks of the environment on the cluster platform');
  });
});
