import { z } from 'zod';
import { parseTaint } from './taints.ts';

const nonEmpty = z.string().min(1);

const subnetSchema = z.object({
  zone: nonEmpty,
  id: nonEmpty,
  cidr: nonEmpty,
  /** The part of the subnet that is reserved for ENI prefixes. */
  prefixCidr: z.string().optional(),
  /** Its IPv6 range, of which each interface in it has a prefix; missing where it has IPv4 alone. */
  ipv6Cidr: z.string().exactOptional(),
});

const networkSchema = z.object({
  /** 1, 2, …: the device index of this network's ENI on every node. */
  network: z.number().int().positive(),
  /** The name that the node's boot script gives the interface: eth1, eth2, … */
  interface: nonEmpty,
  subnets: z.array(subnetSchema).min(1),
});

const nodeGroupSchema = z.object({
  name: nonEmpty,
  /** The entry of `node-groups` that has a group in each of its zones; missing where an entry is one group. */
  entry: nonEmpty.exactOptional(),
  zone: nonEmpty,
  stackId: nonEmpty,
  roleArn: nonEmpty,
  autoScalingGroup: nonEmpty,
  min: z.number().int().nonnegative(),
  desired: z.number().int().nonnegative(),
  max: z.number().int().positive(),
  /** The taints that its nodes register with and keep, as `key=value:effect`; missing for none. */
  taints: z.array(z.string().refine((text) => parseTaint(text) !== undefined)).exactOptional(),
});

/** What an environment has that uses the cluster of another one, its base. */
const sharedSchema = z.object({
  /** The environment that owns the cluster, the VPC and Multus. */
  base: nonEmpty,
  /** The namespace of its networks and pods. */
  namespace: nonEmpty,
});

/** What provision hands to configure-multus and verify: all that they need to know of an environment, and no secrets. */
export const environmentSchema = z.object({
  schema: z.literal(1),
  name: nonEmpty,
  region: nonEmpty,
  accountId: nonEmpty,
  authentication: z.enum(['access-entries', 'aws-auth', 'both']),
  cluster: z.object({
    name: nonEmpty,
    version: nonEmpty,
    endpoint: z.url({ protocol: /^https$/ }),
    /** Base64 of the PEM certificate, as EKS returns it. */
    certificateAuthority: z.base64(),
    serviceCidr: nonEmpty,
    securityGroupId: nonEmpty,
    /** True for a cluster that others made, of which the environment has only its own nodes. */
    existing: z.literal(true).exactOptional(),
  }),
  vpc: z.object({ id: nonEmpty, cidr: nonEmpty }),
  multusSecurityGroupId: nonEmpty,
  networks: z.array(networkSchema),
  nodeGroups: z.array(nodeGroupSchema),
  shared: sharedSchema.exactOptional(),
  /** Set while all of its node groups sleep, which have no nodes then. */
  asleep: z.literal(true).exactOptional(),
});

export type Environment = z.infer<typeof environmentSchema>;
export type SharedCluster = z.infer<typeof sharedSchema>;
export type EnvironmentNetwork = z.infer<typeof networkSchema>;

/** Whether the subnets of a network have IPv6, so that each Multus interface in them has an IPv6 prefix. */
export function hasIpv6(network: EnvironmentNetwork | undefined): boolean {
  return network?.subnets.some(({ ipv6Cidr }) => ipv6Cidr !== undefined) === true;
}
