import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeAvailabilityZonesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { ServiceError } from '../gateway/query-protocol.ts';
import { invalid } from './response.ts';

/**
 * Zones without room for control planes, by their ids:
 * https://docs.aws.amazon.com/eks/latest/userguide/network-reqs.html#network-requirements-subnets
 */
const WITHOUT_ROOM: readonly string[] = ['use1-az3', 'usw1-az2', 'cac1-az3'];

/**
 * The VPC of a cluster's subnets. Throws unless they exist and lie in at least two zones of one VPC, all of which EKS
 * takes.
 */
export async function vpcOfSubnets(
  ec2: EC2Client,
  cluster: string,
  ids: readonly string[],
): Promise<string> {
  if (ids.length === 0) throw invalid('Subnets specified must be in at least two different AZs');
  const found = await ec2
    .send(new DescribeSubnetsCommand({ SubnetIds: [...ids] }))
    .catch((error: Error) => {
      throw invalid(error.message);
    });
  const subnets = found.Subnets ?? [];
  const vpcs = new Set(subnets.map((subnet) => subnet.VpcId));
  const zones = new Set(subnets.map((subnet) => subnet.AvailabilityZone));
  if (zones.size < 2) throw invalid('Subnets specified must be in at least two different AZs');
  const [vpcId, another] = vpcs;
  const full = subnets.find(({ AvailabilityZoneId: id = '' }) => WITHOUT_ROOM.includes(id));
  if (full !== undefined) throw await zoneNotTaken(ec2, cluster, full.AvailabilityZone ?? '');
  if (vpcId === undefined || another !== undefined) throw invalid('Subnets must be in one VPC');
  return vpcId;
}

async function zoneNotTaken(ec2: EC2Client, cluster: string, zone: string): Promise<ServiceError> {
  const { AvailabilityZones = [] } = await ec2.send(new DescribeAvailabilityZonesCommand({}));
  const others = AvailabilityZones.filter(({ ZoneId = '' }) => !WITHOUT_ROOM.includes(ZoneId));
  const names = others.map(({ ZoneName }) => ZoneName).join(', ');
  return new ServiceError(
    'UnsupportedAvailabilityZoneException',
    `Cannot create cluster '${cluster}' because ${zone}, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: ${names}`,
  );
}

/**
 * Creates the security group that EKS attaches to its own interfaces and to managed nodes. It allows all
 * traffic from itself, and is named and tagged as in EKS. Returns its id.
 */
export async function makeClusterGroup(
  ec2: EC2Client,
  cluster: string,
  vpcId: string,
): Promise<string> {
  const GroupName = `eks-cluster-sg-${cluster}-${String(Date.now()).slice(-9)}`;
  const Tags = [
    { Key: 'Name', Value: GroupName },
    { Key: `kubernetes.io/cluster/${cluster}`, Value: 'owned' },
    { Key: 'aws:eks:cluster-name', Value: cluster },
  ];
  const Description =
    'EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, as well as any managed workloads.';
  const { GroupId } = await ec2.send(
    new CreateSecurityGroupCommand({
      GroupName,
      Description,
      VpcId: vpcId,
      TagSpecifications: [{ ResourceType: 'security-group', Tags }],
    }),
  );
  if (GroupId === undefined) throw new Error('EC2 returned no security group id');
  const itself = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [itself] }));
  return GroupId;
}

/** Deletes the security group. Like EKS, leaves it behind if an interface still uses it. */
export async function removeClusterGroup(ec2: EC2Client, GroupId: string): Promise<void> {
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId })).catch((error: Error) => {
    if (error.name !== 'DependencyViolation' && error.name !== 'InvalidGroup.NotFound') throw error;
  });
}
