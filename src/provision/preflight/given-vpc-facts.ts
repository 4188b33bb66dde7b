/** A VPC that others made, as far as a deploy depends on it. */
export interface GivenVpcFacts {
  readonly id: string;
  /** The account that it belongs to. */
  readonly ownerId: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly cidrs: readonly string[];
  readonly dnsSupport: boolean;
  readonly dnsHostnames: boolean;
  readonly subnets: readonly GivenSubnet[];
  readonly routeTables: readonly RouteTable[];
  readonly networkAcls: readonly NetworkAcl[];
  /** Those that work. */
  readonly endpoints: readonly Endpoint[];
}

interface GivenSubnet {
  readonly id: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly freeAddresses: number;
  readonly givesPublicAddresses: boolean;
}

export interface RouteTable {
  readonly id: string;
  /** The main table serves the subnets that have no other. */
  readonly isMain: boolean;
  readonly subnetIds: readonly string[];
  readonly routes: readonly Route[];
}

export interface Route {
  readonly destination: string;
  /** The id of a gateway, interface or connection, or `local`. */
  readonly target: string;
  readonly active: boolean;
}

export interface NetworkAcl {
  readonly id: string;
  readonly subnetIds: readonly string[];
  readonly entries: readonly AclEntry[];
}

export interface AclEntry {
  /** The lowest number that fits decides. */
  readonly number: number;
  readonly egress: boolean;
  /** A number of IANA, or `-1` for all: 6 is TCP. */
  readonly protocol: string;
  readonly cidr: string;
  readonly allows: boolean;
  readonly from: number;
  readonly to: number;
}

export interface Endpoint {
  readonly id: string;
  /** Such as `com.amazonaws.ap-northeast-2.ecr.api`. */
  readonly service: string;
  readonly isGateway: boolean;
  /** Those that lead to it, of a gateway endpoint. */
  readonly routeTableIds: readonly string[];
  /** Whether the service's own name leads to it in the VPC. */
  readonly privateDns: boolean;
  /** The ranges that the security groups of an interface endpoint let in by HTTPS. */
  readonly httpsFrom: readonly string[];
}

/** The route table of a subnet: its own, or the main one. */
export function routeTableOf(
  { routeTables }: Pick<GivenVpcFacts, 'routeTables'>,
  subnetId: string,
): RouteTable | undefined {
  return (
    routeTables.find(({ subnetIds }) => subnetIds.includes(subnetId)) ??
    routeTables.find(({ isMain }) => isMain)
  );
}
