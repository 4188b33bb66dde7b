import {
  AuthorizeSecurityGroupIngressCommand,
  CreateVpcEndpointCommand,
  DeleteRouteCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
} from '@aws-sdk/client-ec2';
import { REGION } from '../../stand-ins/aws/testing/local-aws.ts';
import type { ForeignVpc } from './foreign-vpc.ts';

/** The VPC of another team while its private subnets have no way to the internet. */
export interface ClosedVpc {
  /** Makes the endpoint of a service: that of S3 for the routes, others with the group of the nodes. */
  makeEndpoint(service: string): Promise<void>;
  /** Lets HTTPS from the VPC into the endpoints. */
  openEndpoints(): Promise<void>;
}

/** Takes the default routes of the private subnets away. */
export async function closeVpc({ ec2, vpcId, sharedGroupId }: ForeignVpc): Promise<ClosedVpc> {
  const Filters = [
    { Name: 'vpc-id', Values: [vpcId] },
    { Name: 'tag:kubernetes.io/role/internal-elb', Values: ['1'] },
  ];
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ Filters }));
  const subnets = Subnets.flatMap(({ SubnetId }) => SubnetId ?? []);
  const { RouteTables = [] } = await ec2.send(new DescribeRouteTablesCommand({}));
  const tables = RouteTables.filter(({ Associations = [] }) =>
    Associations.some(({ SubnetId = '' }) => subnets.includes(SubnetId)),
  ).flatMap(({ RouteTableId }) => RouteTableId ?? []);
  for (const RouteTableId of tables) {
    const route = { RouteTableId, DestinationCidrBlock: '0.0.0.0/0' };
    await ec2.send(new DeleteRouteCommand(route));
  }
  const byRoute = { VpcEndpointType: 'Gateway' as const, RouteTableIds: tables };
  const byName = {
    VpcEndpointType: 'Interface' as const,
    SubnetIds: subnets,
    SecurityGroupIds: [sharedGroupId],
    PrivateDnsEnabled: true,
  };
  return {
    async makeEndpoint(service) {
      const name = { VpcId: vpcId, ServiceName: `com.amazonaws.${REGION}.${service}` };
      const kind = service === 's3' ? byRoute : byName;
      await ec2.send(new CreateVpcEndpointCommand({ ...name, ...kind }));
    },
    async openEndpoints() {
      const https = { IpProtocol: 'tcp', FromPort: 443, ToPort: 443 };
      const IpPermissions = [{ ...https, IpRanges: [{ CidrIp: '192.168.0.0/16' }] }];
      await ec2.send(
        new AuthorizeSecurityGroupIngressCommand({ GroupId: sharedGroupId, IpPermissions }),
      );
    },
  };
}
