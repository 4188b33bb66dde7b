import { describe, expect, it } from 'vitest';
import { type Connections, subnetRoutes } from './route-tables.ts';

const connections: Connections = {
  vpcs: [
    { id: 'vpc-own', cidrs: ['10.0.0.0/16', '100.64.0.0/16'] },
    { id: 'vpc-peer', cidrs: ['10.20.0.0/16'] },
    { id: 'vpc-far', cidrs: ['10.30.0.0/16'] },
  ],
  peerings: [
    { id: 'pcx-1', isActive: true, vpcIds: ['vpc-own', 'vpc-peer'] },
    { id: 'pcx-2', isActive: false, vpcIds: ['vpc-own', 'vpc-far'] },
    { id: 'pcx-3', isActive: true, vpcIds: ['vpc-peer', 'vpc-far'] },
  ],
  attachments: [
    { gatewayId: 'tgw-1', vpcId: 'vpc-own', zones: ['a'] },
    { gatewayId: 'tgw-1', vpcId: 'vpc-far', zones: ['a', 'b'] },
  ],
};

function waysOf(zone: string, Routes: readonly object[]) {
  const table = { VpcId: 'vpc-own', Associations: [{ Main: true }], Routes: [...Routes] };
  const subnet = { id: 'subnet-1', vpcId: 'vpc-own', zone };
  return subnetRoutes([table], [subnet], connections).get('subnet-1');
}

const to = (DestinationCidrBlock: string, target: object) => ({ DestinationCidrBlock, ...target });

describe('a route beyond the VPC', () => {
  it('leads by a peering connection to the other VPC only', () => {
    const ways = waysOf('a', [to('10.0.0.0/8', { VpcPeeringConnectionId: 'pcx-1' })]);
    expect(ways).toEqual([{ destination: '10.0.0.0/8', reaches: ['10.20.0.0/16'] }]);
  });

  it.each([
    ['that is not active', 'pcx-2'],
    ['between other VPCs', 'pcx-3'],
    ['that there is not', 'pcx-9'],
  ])('leads nowhere by a peering connection %s', (_, VpcPeeringConnectionId) => {
    const ways = waysOf('a', [to('10.30.0.0/16', { VpcPeeringConnectionId })]);
    expect(ways).toEqual([{ destination: '10.30.0.0/16', reaches: [] }]);
  });

  it('leads by a transit gateway to the VPCs that are attached to it, from the zones of the attachment', () => {
    const everywhere = [to('0.0.0.0/0', { TransitGatewayId: 'tgw-1' })];
    expect(waysOf('a', everywhere)).toEqual([
      { destination: '0.0.0.0/0', reaches: ['10.30.0.0/16'] },
    ]);
    expect(waysOf('b', everywhere)).toEqual([{ destination: '0.0.0.0/0', reaches: [] }]);
  });

  it.each([{ GatewayId: 'igw-1' }, { GatewayId: 'vgw-1' }, { NatGatewayId: 'nat-1' }])(
    'leads nowhere here by %j',
    (target) => {
      expect(waysOf('a', [to('0.0.0.0/0', target)])).toEqual([
        { destination: '0.0.0.0/0', reaches: [] },
      ]);
    },
  );

  it('leads nowhere by IPv6, which is there within a VPC only', () => {
    const ipv6 = (DestinationIpv6CidrBlock: string, target: object) => ({
      DestinationIpv6CidrBlock,
      ...target,
    });
    const ways = waysOf('a', [
      ipv6('::/0', { VpcPeeringConnectionId: 'pcx-1' }),
      ipv6('2400:6500::/56', { GatewayId: 'local' }),
    ]);
    expect(ways).toEqual([
      { destination: '2400:6500::/56', reaches: ['2400:6500::/56'] },
      { destination: '::/0', reaches: [] },
    ]);
  });

  it('comes after those that are more specific', () => {
    const ways = waysOf('a', [
      to('0.0.0.0/0', { TransitGatewayId: 'tgw-1' }),
      to('100.64.0.0/16', { GatewayId: 'local' }),
      to('10.20.7.0/24', { VpcPeeringConnectionId: 'pcx-2' }),
      to('10.20.0.0/16', { VpcPeeringConnectionId: 'pcx-1' }),
    ]);
    expect(ways?.map(({ destination }) => destination)).toEqual([
      '10.20.7.0/24',
      '100.64.0.0/16',
      '10.20.0.0/16',
      '0.0.0.0/0',
    ]);
  });
});
