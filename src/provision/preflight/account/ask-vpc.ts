import {
  DescribeVpcsCommand,
  type EC2Client,
  GetSubnetCidrReservationsCommand,
  paginateDescribeSubnets,
  type Subnet,
  type Vpc,
} from '@aws-sdk/client-ec2';
import { tagsOf } from '../../../aws/network-interfaces.ts';
import { inParallel } from '../../../core/in-parallel.ts';
import type { PresentVpc } from '../../../vpc/given-vpc.ts';
import type { Answer } from '../facts.ts';
import { ask } from './ask.ts';

/** Knows a VPC that others made. */
export interface VpcQuestions {
  /** The VPC with all of its subnets; the value is undefined when there is no such VPC. */
  present(vpcId: string): Promise<Answer<PresentVpc | undefined>>;
  /** Of each of these subnets, the ranges that are reserved for prefixes. */
  prefixReservations(
    subnetIds: readonly string[],
  ): Promise<Answer<ReadonlyMap<string, readonly string[]>>>;
}

/** The questions to EC2. They change nothing. */
export function askVpc(client: EC2Client): VpcQuestions {
  return {
    present: (vpcId) => ask('ec2:DescribeVpcs', () => presentVpc(client, vpcId)),
    prefixReservations: (ids) =>
      ask('ec2:GetSubnetCidrReservations', async () => {
        const found = await inParallel(
          ids,
          4,
          async (id) => [id, await reserved(client, id)] as const,
        );
        return new Map(found);
      }),
  };
}

async function presentVpc(client: EC2Client, id: string): Promise<PresentVpc | undefined> {
  const Filters = [{ Name: 'vpc-id', Values: [id] }];
  const { Vpcs: [vpc] = [] } = await client.send(new DescribeVpcsCommand({ Filters }));
  if (vpc === undefined) return undefined;
  const pages = paginateDescribeSubnets({ client, pageSize: 1000 }, { Filters });
  const subnets = await Array.fromAsync(pages, ({ Subnets = [] }) => Subnets);
  return {
    id,
    cidrs: rangesOf(vpc),
    ipv6Cidrs: ipv6RangesOf(vpc),
    subnets: subnets.flat().map((one) => ({
      id: one.SubnetId ?? '',
      zone: one.AvailabilityZone ?? '',
      cidr: one.CidrBlock ?? '',
      tags: tagsOf(one.Tags),
      ipv6Cidr: ipv6RangesOf(one)[0],
    })),
  };
}

/** The ranges of a VPC. One that is being taken away, or that failed, is none. */
export function rangesOf({ CidrBlockAssociationSet: found = [] }: Vpc): readonly string[] {
  return found
    .filter(({ CidrBlockState }) => CidrBlockState?.State === 'associated')
    .flatMap(({ CidrBlock }) => CidrBlock ?? []);
}

/** The same of IPv6, of a VPC or of a subnet. */
function ipv6RangesOf({
  Ipv6CidrBlockAssociationSet: found = [],
}: Pick<Vpc | Subnet, 'Ipv6CidrBlockAssociationSet'>): readonly string[] {
  return found
    .filter(({ Ipv6CidrBlockState }) => Ipv6CidrBlockState?.State === 'associated')
    .flatMap(({ Ipv6CidrBlock }) => Ipv6CidrBlock ?? []);
}

async function reserved(client: EC2Client, SubnetId: string): Promise<readonly string[]> {
  const { SubnetIpv4CidrReservations: found = [] } = await client.send(
    new GetSubnetCidrReservationsCommand({ SubnetId }),
  );
  return found
    .filter(({ ReservationType }) => ReservationType === 'prefix')
    .flatMap(({ Cidr }) => Cidr ?? []);
}
