import type { V1DaemonSet, V1ServiceAccount } from '@kubernetes/client-node';

/** The settings of the VPC CNI of a cluster: https://github.com/aws/amazon-vpc-cni-k8s/blob/master/README.md */
export interface VpcCni {
  /** Such as `v1.20.4-eksbuild.1`; empty when its image has no tag. */
  readonly version: string;
  /** Pods have addresses in the subnets of ENIConfigs, and none on the node's primary interface. */
  readonly customNetworking: boolean;
  /** The label or annotation of a node that names its ENIConfig. */
  readonly eniConfigBy: string;
  readonly prefixDelegation: boolean;
  /** Pods may have security groups of their own, on one more interface of each node. */
  readonly podInterfaces: boolean;
  /** It may put interfaces of pods into any subnet with the tag `kubernetes.io/role/cni`. */
  readonly subnetDiscovery: boolean;
  /** It has a role of its own, and so needs none of the nodes' rights. */
  readonly hasOwnRole: boolean;
}

/** https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html */
const ROLE = 'eks.amazonaws.com/role-arn';
/** Since this version it tells ENIs with the tag `node.k8s.amazonaws.com/no_manage`: aws/amazon-vpc-cni-k8s#726. */
const KNOWS_NO_MANAGE = [1, 6] as const;
/** Since this version, the discovery of subnets is on by default: aws/amazon-vpc-cni-k8s, `CHANGELOG.md`. */
const DISCOVERS_SUBNETS = [1, 18] as const;

/**
 * Reads the VPC CNI from the DaemonSets of kube-system; undefined when the cluster has none. Pure.
 *
 * @param account its service account
 * @param addonHasRole whether it is an add-on of EKS with a role
 */
export function readVpcCni(
  daemonSets: readonly V1DaemonSet[],
  account: V1ServiceAccount | undefined,
  addonHasRole: boolean,
): VpcCni | undefined {
  const containers = daemonSets.find(({ metadata }) => metadata?.name === 'aws-node')?.spec
    ?.template.spec?.containers;
  const container = containers?.find(({ name }) => name === 'aws-node') ?? containers?.[0];
  if (container === undefined) return undefined;
  const settings = new Map(container.env?.map(({ name, value = '' }) => [name, value]));
  const isOn = (name: string) => settings.get(name)?.toLowerCase() === 'true';
  const version = /:([^:@/]+)(@|$)/.exec(container.image ?? '')?.[1] ?? '';
  const discovery = settings.get('ENABLE_SUBNET_DISCOVERY')?.toLowerCase();
  return {
    version,
    customNetworking: isOn('AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG'),
    eniConfigBy: settings.get('ENI_CONFIG_LABEL_DEF') || 'k8s.amazonaws.com/eniConfig',
    prefixDelegation: isOn('ENABLE_PREFIX_DELEGATION'),
    podInterfaces: isOn('ENABLE_POD_ENI'),
    subnetDiscovery: isAtLeast(version, DISCOVERS_SUBNETS) !== false && discovery !== 'false',
    hasOwnRole: addonHasRole || account?.metadata?.annotations?.[ROLE] !== undefined,
  };
}

/** Whether it leaves the Multus interfaces alone; undefined for a version that cannot be read. Pure. */
export function leavesMultusAlone({ version }: VpcCni): boolean | undefined {
  return isAtLeast(version, KNOWS_NO_MANAGE);
}

function isAtLeast(
  version: string,
  [major, minor]: readonly [number, number],
): boolean | undefined {
  const [, first, second] = /^v?(\d+)\.(\d+)/.exec(version) ?? [];
  if (first === undefined || second === undefined) return undefined;
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
