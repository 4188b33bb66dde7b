import {
  AllocateAddressCommand,
  CreateNatGatewayCommand,
  CreateVpcEndpointCommand,
  DeleteNatGatewayCommand,
  DeleteVpcEndpointsCommand,
  DescribeNatGatewaysCommand,
  DescribeVpcEndpointsCommand,
  ModifyVpcEndpointCommand,
  ReleaseAddressCommand,
  type VpcEndpointType,
} from '@aws-sdk/client-ec2';
import { isMissing } from '../failure.ts';
import { handler } from '../handler.ts';
import { ec2Tags, retagEc2, type TagPair } from '../tags.ts';

interface ElasticIp {
  readonly Domain?: 'vpc';
  readonly Tags?: readonly TagPair[];
}

const elasticIp = handler<ElasticIp>({
  properties: ['Domain', 'Tags'],
  async create(_properties, { clients, tags }) {
    const { PublicIp = '', AllocationId = '' } = await clients.ec2.send(
      new AllocateAddressCommand({
        Domain: 'vpc',
        TagSpecifications: ec2Tags('elastic-ip', tags),
      }),
    );
    return { id: PublicIp, attributes: { PublicIp, AllocationId } };
  },
  async update({ tags, attributes }, _properties, context) {
    await retagEc2(String(attributes['AllocationId']), tags, context);
    return attributes;
  },
  async delete({ attributes }, { clients }) {
    const AllocationId = String(attributes['AllocationId']);
    await clients.ec2.send(new ReleaseAddressCommand({ AllocationId }));
  },
});

interface NatGateway {
  readonly SubnetId: string;
  readonly AllocationId: string;
  readonly ConnectivityType?: 'public';
  readonly Tags?: readonly TagPair[];
}

const natGateway = handler<NatGateway>({
  properties: ['SubnetId', 'AllocationId', 'ConnectivityType', 'Tags'],
  async create({ SubnetId, AllocationId }, { clients, tags, initiated, until }) {
    const { NatGateway: made } = await clients.ec2.send(
      new CreateNatGatewayCommand({
        SubnetId,
        AllocationId,
        TagSpecifications: ec2Tags('natgateway', tags),
      }),
    );
    const id = made?.NatGatewayId ?? '';
    initiated(id);
    await until(`NatGateway ${id}`, async () => {
      const found = await clients.ec2.send(new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }));
      const gateway = found.NatGateways?.[0];
      if (gateway?.State === 'failed') {
        throw new Error(`NatGateway ${id} is in state failed: ${gateway.FailureMessage}`);
      }
      return gateway?.State === 'available' ? gateway : undefined;
    });
    return { id, attributes: { NatGatewayId: id } };
  },
  async update({ id, tags, attributes }, _properties, context) {
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients, until }) {
    await clients.ec2.send(new DeleteNatGatewayCommand({ NatGatewayId: id }));
    // The address and the subnet stay in use until the gateway is really gone.
    await until(`NatGateway ${id}`, () =>
      gone(async () => {
        const found = await clients.ec2.send(
          new DescribeNatGatewaysCommand({ NatGatewayIds: [id] }),
        );
        return (found.NatGateways ?? []).every(({ State }) => State === 'deleted');
      }),
    );
  },
});

interface VpcEndpoint {
  readonly VpcId: string;
  readonly ServiceName: string;
  readonly VpcEndpointType?: VpcEndpointType;
  readonly RouteTableIds?: string[];
  readonly SubnetIds?: string[];
  readonly SecurityGroupIds?: string[];
  readonly PrivateDnsEnabled?: boolean;
  readonly PolicyDocument?: unknown;
  readonly Tags?: readonly TagPair[];
}

const vpcEndpoint = handler<VpcEndpoint>({
  properties: [
    'VpcId',
    'ServiceName',
    'VpcEndpointType',
    'RouteTableIds',
    'SubnetIds',
    'SecurityGroupIds',
    'PrivateDnsEnabled',
    'PolicyDocument',
    'Tags',
  ],
  async create({ Tags: _tags, PolicyDocument, ...endpoint }, { clients, tags, initiated, until }) {
    const { VpcEndpoint: made } = await clients.ec2.send(
      new CreateVpcEndpointCommand({
        ...endpoint,
        ...(PolicyDocument === undefined ? {} : { PolicyDocument: document(PolicyDocument) }),
        TagSpecifications: ec2Tags('vpc-endpoint', tags),
      }),
    );
    const id = made?.VpcEndpointId ?? '';
    initiated(id);
    const ready = await until(`VPCEndpoint ${id}`, async () => {
      const found = await clients.ec2.send(
        new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }),
      );
      const one = found.VpcEndpoints?.[0];
      return String(one?.State).toLowerCase() === 'available' ? one : undefined;
    });
    return { id, attributes: { Id: id, NetworkInterfaceIds: ready.NetworkInterfaceIds ?? [] } };
  },
  async update({ id, tags, properties: before, attributes }, after, context) {
    const change = {
      VpcEndpointId: id,
      AddRouteTableIds: added(before.RouteTableIds, after.RouteTableIds),
      RemoveRouteTableIds: added(after.RouteTableIds, before.RouteTableIds),
      AddSubnetIds: added(before.SubnetIds, after.SubnetIds),
      RemoveSubnetIds: added(after.SubnetIds, before.SubnetIds),
      AddSecurityGroupIds: added(before.SecurityGroupIds, after.SecurityGroupIds),
      RemoveSecurityGroupIds: added(after.SecurityGroupIds, before.SecurityGroupIds),
      ...(after.PolicyDocument === undefined
        ? { ResetPolicy: true }
        : { PolicyDocument: document(after.PolicyDocument) }),
      PrivateDnsEnabled: after.PrivateDnsEnabled,
    };
    await context.clients.ec2.send(new ModifyVpcEndpointCommand(change));
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients, until }) {
    await clients.ec2.send(new DeleteVpcEndpointsCommand({ VpcEndpointIds: [id] }));
    await until(`VPCEndpoint ${id}`, () =>
      gone(async () => {
        const found = await clients.ec2.send(
          new DescribeVpcEndpointsCommand({ VpcEndpointIds: [id] }),
        );
        return (found.VpcEndpoints ?? []).every(({ State }) => /^deleted$/i.test(String(State)));
      }),
    );
  },
});

function added(before: readonly string[] = [], after: readonly string[] = []): string[] {
  return after.filter((item) => !before.includes(item));
}

function document(policy: unknown): string {
  return typeof policy === 'string' ? policy : JSON.stringify(policy);
}

/** True if `isGone` returns true, or if the API no longer knows the resource. */
async function gone(isGone: () => Promise<boolean>): Promise<true | undefined> {
  try {
    return (await isGone()) ? true : undefined;
  } catch (error) {
    if (isMissing(error)) return true;
    throw error;
  }
}

export const gatewayHandlers = {
  'AWS::EC2::EIP': elasticIp,
  'AWS::EC2::NatGateway': natGateway,
  'AWS::EC2::VPCEndpoint': vpcEndpoint,
};
