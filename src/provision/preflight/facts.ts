import type { ClusterInside, Refusal } from '../given-cluster/cluster-inside.ts';
import type { Addon } from '../upgrade/addon-versions.ts';
import type { Answer } from './answer.ts';
import type { GivenVpcFacts } from './given-vpc-facts.ts';

export { type Answer, known } from './answer.ts';

/** What is known of the account and region. A fact that this run does not need is left out. */
export interface AccountFacts {
  readonly zones?: Answer<readonly Zone[]>;
  /** Of the types that the node groups name, those that exist in the region. */
  readonly instanceTypes?: Answer<readonly InstanceType[]>;
  readonly offerings?: Answer<readonly Offering[]>;
  readonly versions?: Answer<readonly KubernetesVersion[]>;
  /** The names of all EKS clusters of the region. */
  readonly clusters?: Answer<readonly string[]>;
  readonly vpcs?: Answer<readonly Vpc[]>;
  /** How many elastic IP addresses the region has. */
  readonly elasticAddresses?: Answer<number>;
  /** The zones of the NAT gateways, one entry for each gateway. */
  readonly natGateways?: Answer<readonly string[]>;
  /** The instances that count against the quotas of vCPUs. */
  readonly instances?: Answer<readonly RunningInstance[]>;
  /** The values of quotas by their codes, as far as Service Quotas has them. */
  readonly quotas?: Answer<Readonly<Record<string, number>>>;
  readonly deployer?: Answer<readonly Decision[]>;
  readonly cloudFormation?: Answer<readonly Decision[]>;
  readonly keyPair?: Answer<boolean>;
  /** Of the roles and users in `admin-role-arns`, those that IAM does not have under this ARN. */
  readonly missingPrincipals?: Answer<readonly MissingPrincipal[]>;
  readonly multusSubnets?: Answer<readonly SubnetUse[]>;
  /** What the cluster that others made has inside, or that it refuses the role. */
  readonly givenCluster?: Answer<ClusterInside | Refusal>;
  /** The VPC that others made. */
  readonly givenVpc?: Answer<GivenVpcFacts>;
  /** Where this runner is, and whether it reaches the API of a cluster that exists. */
  readonly runner?: Answer<RunnerFacts>;
  /** What is known of the AMIs that node groups name. */
  readonly nodeImages?: Answer<readonly NodeImage[]>;
  /** What the registries say of the images in `image-registry`. */
  readonly images?: Answer<readonly FoundImage[]>;
  /** What the VPC is connected with. */
  readonly connections?: Answer<VpcConnections>;
  /** What EKS says about an upgrade of the cluster to the version that the inputs ask for. */
  readonly insights?: Answer<readonly Insight[]>;
  /** The add-ons of the cluster, with the versions that EKS offers for the version that the inputs ask for. */
  readonly addons?: Answer<readonly Addon[]>;
  readonly kubelets?: Answer<readonly Kubelet[]>;
}

export interface RunnerFacts {
  /** Of its own network interfaces, IPv4. */
  readonly addresses: readonly string[];
  /** Why it does not connect to the API; undefined when it does, or when nobody tried. */
  readonly failure?: string;
}

/** An AMI that a node group names, by its id or by an SSM parameter. */
export interface NodeImage {
  readonly ami: string;
  /** Undefined when there is no such parameter. */
  readonly id: string | undefined;
  /** Undefined when EC2 does not show it to this account. */
  readonly found?: {
    readonly state: string;
    readonly architecture: string;
    /** Such as `/dev/xvda`; empty when EC2 does not say it. */
    readonly rootDevice: string;
    /** In GiB; 0 when EC2 does not say it. */
    readonly rootSize: number;
  };
}

/** An image that a registry was asked for. */
export interface FoundImage {
  readonly image: string;
  /** Undefined when the registry does not have it. */
  readonly digest: Answer<string | undefined>;
}

/** One of EKS's upgrade insights. */
export interface Insight {
  readonly id: string;
  /** Such as `Deprecated APIs removed in Kubernetes v1.35`. */
  readonly name: string;
  /** `PASSING`, `WARNING`, `ERROR` or `UNKNOWN`. */
  readonly status: string;
  readonly reason: string;
  readonly recommendation: string;
  /** What of the cluster it is about: an API with the programs that called it, a resource. */
  readonly concerns: readonly string[];
}

export interface Kubelet {
  readonly node: string;
  /** Such as `v1.34.2`. */
  readonly version: string;
}

export interface MissingPrincipal {
  readonly arn: string;
  /** The ARN of the role or user of this name, whose path is another one; undefined when there is none. */
  readonly actual: string | undefined;
}

export interface Zone {
  readonly name: string;
  /** The same place in every account: `use1-az3`. Names of zones differ from account to account. */
  readonly id: string;
  /** `availability-zone`, `local-zone` or `wavelength-zone`. */
  readonly kind: string;
  /** `available`, or what is wrong with it. */
  readonly state: string;
}

export interface InstanceType {
  readonly name: string;
  readonly architectures: readonly string[];
  /** `nitro`, `xen`, or empty for bare metal. */
  readonly hypervisor: string;
  readonly vcpus: number;
  /** On the first network card, which has the interfaces that the launch hook attaches. */
  readonly interfaces: number;
  readonly addressesPerInterface: number;
  /** `on-demand`, `spot`, `capacity-block`. */
  readonly usage: readonly string[];
  /** The makers of its GPUs, and `Neuron` when it has Neuron devices. */
  readonly accelerators: readonly string[];
}

export interface Offering {
  readonly type: string;
  readonly zone: string;
}

export interface KubernetesVersion {
  readonly version: string;
  readonly support: 'standard' | 'extended' | 'none';
  readonly extendedEnds: Date | undefined;
}

export interface Vpc {
  readonly id: string;
  readonly cidrs: readonly string[];
  readonly isDefault: boolean;
  readonly tags: Readonly<Record<string, string>>;
}

export interface RunningInstance {
  readonly type: string;
  readonly isSpot: boolean;
  readonly vcpus: number;
}

/** What IAM's simulator says about one action on one resource. */
export interface Decision {
  readonly action: string;
  readonly resource: string;
  readonly allowed: boolean;
  /** What denies it: the lack of a policy of the role, a policy of the organization, or the role's boundary. */
  readonly deniedBy: 'policy' | 'organization' | 'boundary';
  /** Keys of conditions that decide and that nobody can know before the call. */
  readonly missingKeys: readonly string[];
}

/** The ways out of a VPC to others. */
export interface VpcConnections {
  readonly peerings: readonly {
    readonly id: string;
    /** `active`, or what is missing: `pending-acceptance`, `deleted`, … */
    readonly status: string;
    /** The ranges of the VPC on the other side; empty when they are not known. */
    readonly otherRanges: readonly string[];
  }[];
  /** The ids of those that the VPC is attached to. */
  readonly transitGateways: readonly string[];
}

/** What takes addresses of a Multus subnet that exists. */
export interface SubnetUse {
  readonly subnetId: string;
  /** Single addresses and prefixes in CIDR form, but for those of the cluster's own Multus interfaces. */
  readonly taken: readonly string[];
  /** Reservations that allow no prefixes. */
  readonly explicitReservations: readonly string[];
}
