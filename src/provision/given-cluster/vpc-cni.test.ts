import type { V1DaemonSet } from '@kubernetes/client-node';
import { describe, expect, it } from 'vitest';
import { leavesMultusAlone, readVpcCni } from './vpc-cni.ts';

function awsNode(tag: string, env: Readonly<Record<string, string>> = {}): V1DaemonSet {
  const image = `602401143452.dkr.ecr.ap-northeast-2.amazonaws.com/amazon-k8s-cni${tag}`;
  const variables = Object.entries(env).map(([name, value]) => ({ name, value }));
  const containers = [
    { name: 'aws-eks-nodeagent', image: 'agent:v1.2.1' },
    { name: 'aws-node', image, env: variables },
  ];
  return {
    metadata: { name: 'aws-node' },
    spec: { selector: {}, template: { spec: { containers } } },
  };
}

const read = (tag: string, env: Readonly<Record<string, string>> = {}) =>
  readVpcCni([awsNode(tag, env)], undefined, false);

describe('the VPC CNI of a cluster', () => {
  it('is read from its daemonset', () => {
    const env = {
      AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG: 'true',
      ENI_CONFIG_LABEL_DEF: 'topology.kubernetes.io/zone',
      ENABLE_PREFIX_DELEGATION: 'True',
      ENABLE_POD_ENI: 'false',
    };
    expect(read(':v1.20.4-eksbuild.1', env)).toEqual({
      version: 'v1.20.4-eksbuild.1',
      customNetworking: true,
      eniConfigBy: 'topology.kubernetes.io/zone',
      prefixDelegation: true,
      podInterfaces: false,
      subnetDiscovery: true,
      hasOwnRole: false,
    });
  });

  it('is missing where pods have another plugin', () => {
    expect(readVpcCni([{ metadata: { name: 'cilium' } }], undefined, false)).toBeUndefined();
  });

  it.each([
    [':v1.5.7', false],
    [':v1.6.0', true],
    [':v1.20.4@sha256:0123', true],
    [':v2.0.0', true],
    ['@sha256:0123', undefined],
    [':latest', undefined],
  ])('of the image %s leaves Multus alone: %s', (tag, expected) => {
    const found = read(tag);
    expect(found && leavesMultusAlone(found)).toBe(expected);
  });

  it.each([
    [':v1.17.1', {}, false],
    [':v1.18.0', {}, true],
    [':v1.18.0', { ENABLE_SUBNET_DISCOVERY: 'false' }, false],
  ])('of the image %s with %j discovers subnets: %s', (tag, env, expected) => {
    expect(read(tag, env)?.subnetDiscovery).toBe(expected);
  });

  it('has a role of its own by its service account, or as an add-on', () => {
    const annotations = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::123456789012:role/cni' };
    const account = { metadata: { annotations } };
    expect(readVpcCni([awsNode(':v1')], account, false)?.hasOwnRole).toBe(true);
    expect(readVpcCni([awsNode(':v1')], undefined, true)?.hasOwnRole).toBe(true);
  });
});
