import type { Environment } from '../../../src/environment/environment.ts';

/** The lab's environment, as provision outputs it. `nodes` is the node group's minimum, desired and maximum size. */
export function labEnvironment(nodes: readonly [number, number, number] = [1, 2, 3]): Environment {
  const [min, desired, max] = nodes;
  const zones = ['ap-northeast-2a', 'ap-northeast-2b'];
  return {
    schema: 1,
    name: 'eks-multus-cluster',
    region: 'ap-northeast-2',
    accountId: '123456789012',
    authentication: 'aws-auth',
    cluster: {
      name: 'eks-multus-cluster',
      version: '1.34',
      endpoint: 'https://10.0.2.100',
      certificateAuthority: Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64'),
      serviceCidr: '172.20.0.0/16',
      securityGroupId: 'sg-cluster',
    },
    vpc: { id: 'vpc-1', cidr: '10.0.0.0/16' },
    multusSecurityGroupId: 'sg-multus',
    networks: [1, 2].map((network) => ({
      network,
      interface: `eth${network}`,
      subnets: zones.map((zone, index) => ({
        zone,
        id: `subnet-${network}${index}`,
        cidr: `10.0.${2 + 2 * network + index}.0/24`,
        prefixCidr: `10.0.${2 + 2 * network + index}.128/25`,
      })),
    })),
    nodeGroups: [
      {
        name: 'ng1',
        zone: 'ap-northeast-2a',
        stackId: 'stack',
        autoScalingGroup: 'asg',
        roleArn: 'arn:aws:iam::123456789012:role/ng1-node',
        min,
        desired,
        max,
      },
    ],
  };
}
