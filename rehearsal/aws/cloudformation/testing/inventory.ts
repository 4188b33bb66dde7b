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

/** What exists in the account, by kind: ids or names. Equal before and after means nothing is left. */
export async function inventory(clients: Clients): Promise<Record<string, string[]>> {
  const { ec2, eks, iam, lambda, events, logs, autoscaling } = clients;
  const kinds: Record<string, Promise<(string | undefined)[]>> = {
    vpcs: ec2.send(new DescribeVpcsCommand({})).then((r) => (r.Vpcs ?? []).map((v) => v.VpcId)),
    subnets: ec2
      .send(new DescribeSubnetsCommand({}))
      .then((r) => (r.Subnets ?? []).map((v) => v.SubnetId)),
    groups: ec2
      .send(new DescribeSecurityGroupsCommand({}))
      .then((r) => (r.SecurityGroups ?? []).map((v) => v.GroupId)),
    routeTables: ec2
      .send(new DescribeRouteTablesCommand({}))
      .then((r) => (r.RouteTables ?? []).map((v) => v.RouteTableId)),
    gateways: ec2
      .send(new DescribeInternetGatewaysCommand({}))
      .then((r) => (r.InternetGateways ?? []).map((v) => v.InternetGatewayId)),
    nats: ec2
      .send(new DescribeNatGatewaysCommand({}))
      .then((r) =>
        (r.NatGateways ?? []).filter((v) => v.State !== 'deleted').map((v) => v.NatGatewayId),
      ),
    addresses: ec2
      .send(new DescribeAddressesCommand({}))
      .then((r) => (r.Addresses ?? []).map((v) => v.PublicIp)),
    endpoints: ec2
      .send(new DescribeVpcEndpointsCommand({}))
      .then((r) =>
        (r.VpcEndpoints ?? [])
          .filter((v) => `${v.State}` !== 'deleted')
          .map((v) => v.VpcEndpointId),
      ),
    interfaces: ec2
      .send(new DescribeNetworkInterfacesCommand({}))
      .then((r) => (r.NetworkInterfaces ?? []).map((v) => v.NetworkInterfaceId)),
    instances: ec2.send(new DescribeInstancesCommand({})).then((r) =>
      (r.Reservations ?? [])
        .flatMap((v) => v.Instances ?? [])
        .filter((v) => v.State?.Name !== 'terminated')
        .map((v) => v.InstanceId),
    ),
    launchTemplates: ec2
      .send(new DescribeLaunchTemplatesCommand({}))
      .then((r) => (r.LaunchTemplates ?? []).map((v) => v.LaunchTemplateId)),
    scalingGroups: autoscaling
      .send(new DescribeAutoScalingGroupsCommand({}))
      .then((r) => (r.AutoScalingGroups ?? []).map((v) => v.AutoScalingGroupName)),
    clusters: eks.send(new ListClustersCommand({})).then((r) => r.clusters ?? []),
    roles: iam.send(new ListRolesCommand({})).then((r) => (r.Roles ?? []).map((v) => v.RoleName)),
    profiles: iam
      .send(new ListInstanceProfilesCommand({}))
      .then((r) => (r.InstanceProfiles ?? []).map((v) => v.InstanceProfileName)),
    functions: lambda
      .send(new ListFunctionsCommand({}))
      .then((r) => (r.Functions ?? []).map((v) => v.FunctionName)),
    rules: events.send(new ListRulesCommand({})).then((r) => (r.Rules ?? []).map((v) => v.Name)),
    logGroups: logs
      .send(new DescribeLogGroupsCommand({}))
      .then((r) => (r.logGroups ?? []).map((v) => v.logGroupName)),
  };
  const entries = Object.entries(kinds).map(async ([kind, found]) => [
    kind,
    (await found).map((id) => id ?? '').sort(),
  ]);
  return Object.fromEntries(await Promise.all(entries));
}
