import { describe, expect, it } from 'vitest';
import type { ClusterInside, Refusal } from '../../given-cluster/cluster-inside.ts';
import type { PresentCluster } from '../../given-cluster/present-cluster.ts';
import { clusterInside, presentCluster } from '../../given-cluster/testing/present-cluster.ts';
import type { VpcCni } from '../../given-cluster/vpc-cni.ts';
import type { AccountFacts } from '../facts.ts';
import type { SetUp } from '../set-up.ts';
import { DEPLOYER, goodFacts, instanceType, labSetUp } from '../testing/good-account.ts';
import { checkGivenCluster } from './check-given-cluster.ts';
import { runChecks } from './checks.ts';

/** The lab's node group on a cluster of others. Its second Multus network is in a subnet of others. */
function setUp(cluster: Partial<PresentCluster> = {}): SetUp {
  const lab = labSetUp();
  const multusSubnets = lab.network.multusSubnets.map((subnet) => ({
    ...subnet,
    ...(subnet.network === 2 ? { givenId: `subnet-${subnet.zone}` } : {}),
  }));
  const settings = { ...lab.inputs.cluster, given: presentCluster(cluster) };
  return {
    ...lab,
    inputs: { ...lab.inputs, cluster: settings },
    network: { ...lab.network, multusSubnets },
  };
}

function find(
  inside: ClusterInside | Refusal,
  cluster: Partial<PresentCluster> = {},
  facts: AccountFacts = {},
) {
  const given = setUp(cluster);
  return checkGivenCluster.find(given, {
    ...goodFacts(given),
    ...facts,
    givenCluster: { value: inside },
  });
}

const withVpcCni = (of: Partial<VpcCni>, facts: AccountFacts = {}) =>
  find(clusterInside(of), {}, facts);

describe('a cluster of others', () => {
  it('may be good', () => {
    expect(find(clusterInside())).toEqual([]);
  });

  it('is not checked where nobody asked it', () => {
    expect(runChecks(labSetUp(), {}).map(({ name }) => name)).not.toContain('Given cluster');
  });

  it.each([
    ['API', 'aws eks create-access-entry --cluster-name platform --principal-arn'],
    ['API_AND_CONFIG_MAP', 'aws eks associate-access-policy --cluster-name platform'],
    ['CONFIG_MAP', 'eksctl create iamidentitymapping --cluster platform --arn'],
  ] as const)('of mode %s that refuses the role: %s', (authenticationMode, command) => {
    const [refusal, ...more] = find({ refused: 'it lets nobody in' }, { authenticationMode });
    expect(more).toEqual([]);
    expect(refusal?.text).toBe('existing-cluster: it lets nobody in');
    expect(refusal?.fix).toContain(command);
    expect(refusal?.fix).toContain(DEPLOYER);
  });

  it('must have no Multus of others', () => {
    const otherMultus = ['daemonset kube-system/kube-multus-ds'];
    expect(find({ ...clusterInside(), otherMultus })).toEqual([
      expect.objectContaining({
        level: 'problem',
        text: expect.stringContaining('platform has a Multus of others, daemonset kube-system/'),
      }),
    ]);
  });

  it('must have the VPC CNI', () => {
    expect(find({ ...clusterInside(), vpcCni: undefined })).toEqual([
      expect.objectContaining({
        text: expect.stringContaining('no daemonset kube-system/aws-node'),
      }),
    ]);
  });
});

describe('its VPC CNI', () => {
  it('must know the tag of Multus interfaces', () => {
    expect(withVpcCni({ version: 'v1.5.7' })).toEqual([
      expect.objectContaining({
        level: 'problem',
        text: expect.stringContaining(
          'v1.5.7 does not know the tag node.k8s.amazonaws.com/no_manage',
        ),
      }),
    ]);
  });

  const byZone = { customNetworking: true, eniConfigBy: 'topology.kubernetes.io/zone' };

  it('with custom networking must have an ENIConfig for each zone with nodes', () => {
    expect(withVpcCni(byZone)).toEqual([
      expect.objectContaining({
        level: 'problem',
        text: expect.stringContaining('no ENIConfig for ap-northeast-2a,'),
      }),
    ]);
    const eniConfigs = ['ap-northeast-2a'];
    expect(find({ ...clusterInside(byZone), eniConfigs })).toEqual([]);
  });

  it('with custom networking by an annotation gives nodes the ENIConfig default', () => {
    expect(withVpcCni({ customNetworking: true })).toEqual([
      expect.objectContaining({
        level: 'notice',
        text: expect.stringContaining('by k8s.amazonaws.com/eniConfig'),
      }),
    ]);
  });

  it('has no room for the interface of pods with security groups on a small type', () => {
    expect(withVpcCni({ podInterfaces: true })).toEqual([]);
    const small = { instanceTypes: { value: [instanceType({ interfaces: 3 })] } };
    expect(withVpcCni({ podInterfaces: true }, small)).toEqual([
      expect.objectContaining({ level: 'notice' }),
    ]);
  });

  it('must not discover a Multus subnet', () => {
    const tagged = {
      id: 'subnet-ap-northeast-2a',
      tags: { 'kubernetes.io/role/cni': '1' },
      freeAddresses: 200,
      givesPublicAddresses: false,
    };
    const givenVpc = { value: { subnets: [tagged] } } as unknown as NonNullable<
      AccountFacts['givenVpc']
    >;
    expect(withVpcCni({}, { givenVpc })).toEqual([
      expect.objectContaining({
        level: 'problem',
        text: expect.stringContaining('multus-subnets: subnet-ap-northeast-2a has the tag'),
      }),
    ]);
    expect(withVpcCni({ subnetDiscovery: false }, { givenVpc })).toEqual([]);
  });
});
