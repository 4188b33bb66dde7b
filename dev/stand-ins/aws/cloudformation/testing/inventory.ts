import { DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import {
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeInternetGatewaysCommand,
  DescribeLaunchTemplatesCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
} from '@aws-sdk/client-ec2';
import { ListClustersCommand } from '@aws-sdk/client-eks';
import { ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListInstanceProfilesCommand, ListRolesCommand } from '@aws-sdk/client-iam';
import { ListFunctionsCommand } from '@aws-sdk/client-lambda';
import type { Clients } from '../../testing/local-aws.ts';

/**
 * The ids or names of existing resources by kind. Equal inventories before and after mean that nothing is
 * left behind.
 */
export async function inventory(clients: Clients): Promise<Record<string, string[]>> {
  const entries = Object.entries({ ...inEc2(clients), ...elsewhere(clients) }).map(
    async ([kind, found]) => [kind, (await found).map((id) => id ?? '').sort()],
  );
  return Object.fromEntries(await Promise.all(entries));
}

type Kinds = Record<string, Promise<(string | undefined)[]>>;

function inEc2({ ec2 }: Clients): Kinds {
  return {
    vpcs: ec2
      .send(new DescribeVpcsCommand({}))
      .then(({ Vpcs = [] }) => Vpcs.map((one) => one.VpcId)),
    subnets: ec2
      .send(new DescribeSubnetsCommand({}))
      .then(({ Subnets = [] }) => Subnets.map((one) => one.SubnetId)),
    groups: ec2
      .send(new DescribeSecurityGroupsCommand({}))
      .then(({ SecurityGroups = [] }) => SecurityGroups.map((one) => one.GroupId)),
    routeTables: ec2
      .send(new DescribeRouteTablesCommand({}))
      .then(({ RouteTables = [] }) => RouteTables.map((one) => one.RouteTableId)),
    gateways: ec2
      .send(new DescribeInternetGatewaysCommand({}))
      .then(({ InternetGateways = [] }) => InternetGateways.map((one) => one.InternetGatewayId)),
    nats: ec2
      .send(new DescribeNatGatewaysCommand({}))
      .then(({ NatGateways = [] }) =>
        NatGateways.filter(({ State }) => State !== 'deleted').map((one) => one.NatGatewayId),
      ),
    addresses: ec2
      .send(new DescribeAddressesCommand({}))
      .then(({ Addresses = [] }) => Addresses.map((one) => one.PublicIp)),
    endpoints: ec2
      .send(new DescribeVpcEndpointsCommand({}))
      .then(({ VpcEndpoints = [] }) =>
        VpcEndpoints.filter(({ State }) => `${State}` !== 'deleted').map(
          (one) => one.VpcEndpointId,
        ),
      ),
    ...inEc2Instances(ec2),
  };
}

function inEc2Instances(ec2: Clients['ec2']): Kinds {
  return {
    interfaces: ec2
      .send(new DescribeNetworkInterfacesCommand({}))
      .then(({ NetworkInterfaces = [] }) => NetworkInterfaces.map((one) => one.NetworkInterfaceId)),
    instances: ec2.send(new DescribeInstancesCommand({})).then(({ Reservations = [] }) =>
      Reservations.flatMap(({ Instances = [] }) => Instances)
        .filter(({ State }) => State?.Name !== 'terminated')
        .map((one) => one.InstanceId),
    ),
    launchTemplates: ec2
      .send(new DescribeLaunchTemplatesCommand({}))
      .then(({ LaunchTemplates = [] }) => LaunchTemplates.map((one) => one.LaunchTemplateId)),
  };
}

function elsewhere({ eks, iam, lambda, events, logs, autoscaling }: Clients): Kinds {
  return {
    scalingGroups: autoscaling
      .send(new DescribeAutoScalingGroupsCommand({}))
      .then(({ AutoScalingGroups = [] }) =>
        AutoScalingGroups.map((one) => one.AutoScalingGroupName),
      ),
    clusters: eks.send(new ListClustersCommand({})).then(({ clusters = [] }) => clusters),
    roles: iam
      .send(new ListRolesCommand({}))
      .then(({ Roles = [] }) => Roles.map((one) => one.RoleName)),
    profiles: iam
      .send(new ListInstanceProfilesCommand({}))
      .then(({ InstanceProfiles = [] }) => InstanceProfiles.map((one) => one.InstanceProfileName)),
    functions: lambda
      .send(new ListFunctionsCommand({}))
      .then(({ Functions = [] }) => Functions.map((one) => one.FunctionName)),
    rules: events
      .send(new ListRulesCommand({}))
      .then(({ Rules = [] }) => Rules.map((one) => one.Name)),
    logGroups: logs
      .send(new DescribeLogGroupsCommand({}))
      .then(({ logGroups = [] }) => logGroups.map((one) => one.logGroupName)),
  };
}
