import {
  AssociateRouteTableCommand,
  CreateRouteCommand,
  CreateRouteTableCommand,
  DeleteRouteCommand,
  DeleteRouteTableCommand,
  DisassociateRouteTableCommand,
  ReplaceRouteCommand,
} from '@aws-sdk/client-ec2';
import { handler } from '../handler.ts';
import { ec2Tags, retagEc2, type TagPair } from '../tags.ts';

interface RouteTable {
  readonly VpcId: string;
  readonly Tags?: readonly TagPair[];
}

const routeTable = handler<RouteTable>({
  properties: ['VpcId', 'Tags'],
  async create({ VpcId }, { clients, tags }) {
    const made = await clients.ec2.send(
      new CreateRouteTableCommand({ VpcId, TagSpecifications: ec2Tags('route-table', tags) }),
    );
    const id = made.RouteTable?.RouteTableId ?? '';
    return { id, attributes: { RouteTableId: id } };
  },
  async update({ id, tags, attributes }, _properties, context) {
    await retagEc2(id, tags, context);
    return attributes;
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DeleteRouteTableCommand({ RouteTableId: id }));
  },
});

interface Route {
  readonly RouteTableId: string;
  readonly DestinationCidrBlock: string;
  readonly GatewayId?: string;
  readonly NatGatewayId?: string;
  readonly TransitGatewayId?: string;
  readonly VpcPeeringConnectionId?: string;
}

const route = handler<Route>({
  properties: [
    'RouteTableId',
    'DestinationCidrBlock',
    'GatewayId',
    'NatGatewayId',
    'TransitGatewayId',
    'VpcPeeringConnectionId',
  ],
  async create(properties, { clients }) {
    await clients.ec2.send(new CreateRouteCommand({ ...properties }));
    const { RouteTableId, DestinationCidrBlock } = properties;
    return {
      id: `${RouteTableId}|${DestinationCidrBlock}`,
      attributes: { CidrBlock: DestinationCidrBlock },
    };
  },
  async update({ attributes }, properties, { clients }) {
    await clients.ec2.send(new ReplaceRouteCommand({ ...properties }));
    return attributes;
  },
  async delete({ properties: { RouteTableId, DestinationCidrBlock } }, { clients }) {
    await clients.ec2.send(new DeleteRouteCommand({ RouteTableId, DestinationCidrBlock }));
  },
});

interface Association {
  readonly SubnetId: string;
  readonly RouteTableId: string;
}

const subnetRouteTableAssociation = handler<Association>({
  properties: ['SubnetId', 'RouteTableId'],
  async create({ SubnetId, RouteTableId }, { clients }) {
    const { AssociationId: id = '' } = await clients.ec2.send(
      new AssociateRouteTableCommand({ SubnetId, RouteTableId }),
    );
    return { id, attributes: { Id: id } };
  },
  async delete({ id }, { clients }) {
    await clients.ec2.send(new DisassociateRouteTableCommand({ AssociationId: id }));
  },
});

export const routeHandlers = {
  'AWS::EC2::RouteTable': routeTable,
  'AWS::EC2::Route': route,
  'AWS::EC2::SubnetRouteTableAssociation': subnetRouteTableAssociation,
};
