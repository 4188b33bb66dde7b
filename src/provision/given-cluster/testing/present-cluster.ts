import type { ClusterInside } from '../cluster-inside.ts';
import type { PresentCluster } from '../present-cluster.ts';
import type { VpcCni } from '../vpc-cni.ts';

/** A cluster of another team. */
export function presentCluster(of: Partial<PresentCluster> = {}): PresentCluster {
  return {
    name: 'platform',
    status: 'ACTIVE',
    version: '1.34',
    endpoint: 'https://0123456789.gr7.ap-northeast-2.eks.amazonaws.com',
    certificateAuthority: 'Y2E=',
    serviceCidr: '10.100.0.0/16',
    vpcId: 'vpc-11111111',
    subnetIds: ['subnet-0000000a', 'subnet-0000000b'],
    securityGroupId: 'sg-11111111',
    authenticationMode: 'API_AND_CONFIG_MAP',
    tags: {},
    ...of,
  };
}

/** What that cluster has inside. */
export function clusterInside(vpcCni: Partial<VpcCni> = {}): ClusterInside {
  return {
    vpcCni: {
      version: 'v1.20.4-eksbuild.1',
      customNetworking: false,
      eniConfigBy: 'k8s.amazonaws.com/eniConfig',
      prefixDelegation: false,
      podInterfaces: false,
      subnetDiscovery: true,
      hasOwnRole: true,
      ...vpcCni,
    },
    otherMultus: [],
    eniConfigs: [],
  };
}
