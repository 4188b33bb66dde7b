import {
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { invalid } from './state.ts';

/** The VPC of a cluster's subnets. They have to exist, and lie in two zones or more of one VPC. */
export async function vpcOfSubnets(ec2: EC2Client, ids: readonly string[]): Promise<string> {
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
  if (vpcId === undefined || another !== undefined) throw invalid('Subnets are of several VPCs');
  return vpcId;
}

/**
 * Makes the group that EKS puts on its own interfaces and on managed nodes: everything from itself,
 * named and tagged as EKS does. Returns its id.
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
  if (GroupId === undefined) throw new Error('EC2 made no security group');
  const itself = { IpProtocol: '-1', UserIdGroupPairs: [{ GroupId }] };
  await ec2.send(new AuthorizeSecurityGroupIngressCommand({ GroupId, IpPermissions: [itself] }));
  return GroupId;
}

/** Removes the group. One that something still wears stays behind, as with EKS. */
export async function removeClusterGroup(ec2: EC2Client, GroupId: string): Promise<void> {
  await ec2.send(new DeleteSecurityGroupCommand({ GroupId })).catch((error: Error) => {
    if (error.name !== 'DependencyViolation' && error.name !== 'InvalidGroup.NotFound') throw error;
  });
}
