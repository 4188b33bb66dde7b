import { describe, expect, it } from 'vitest';
import { type Ec2State, EMPTY_STATE, type NetworkInterface } from './ec2-state.ts';
import { filterOf } from './filter.ts';
import { reachesInternet, reachesService } from './reach.ts';
import type { Rule } from './security-groups.ts';
import { runningInstance } from './testing/running-instance.ts';
import { OPEN_WAYS, type WaysOut, waysOut } from './ways-out.ts';

const subnets = ['public', 'private', 'closed'].map((id) => ({ id, vpcId: 'vpc-1' }));
const table = (id: string, route: object) => ({
  RouteTableId: `rtb-${id}`,
  VpcId: 'vpc-1',
  Associations: [{ SubnetId: id }],
  Routes: [{ DestinationCidrBlock: '10.0.0.0/16', GatewayId: 'local' }, route],
});
const route = (of: object) => ({ DestinationCidrBlock: '0.0.0.0/0', ...of });
const tables = [
  table('public', route({ GatewayId: 'igw-1' })),
  table('private', route({ NatGatewayId: 'nat-1' })),
  table('closed', {}),
];
const natGateways = new Map([['nat-1', 'public']]);
const endpoint = (service: string, of: object) => ({
  State: 'Available' as const,
  VpcId: 'vpc-1',
  ServiceName: `com.amazonaws.ap-northeast-2.${service}`,
  ...of,
});
const INTERFACE = { VpcEndpointType: 'Interface', PrivateDnsEnabled: true } as const;

describe('the ways out of a subnet', () => {
  const of = (id: string, changes: Partial<Parameters<typeof waysOut>[0]> = {}) =>
    waysOut({ tables, natGateways, endpoints: [], ...changes }, subnets).get(id);

  it('lead to the internet by a NAT gateway in a public subnet', () => {
    expect(of('private')?.internet).toBe(true);
  });

  it.each<[what: string, id: string, changes: Partial<Parameters<typeof waysOut>[0]>]>([
    ['without a default route', 'closed', {}],
    ['to an internet gateway, as no instance has a public address', 'public', {}],
    ['when the NAT gateway is gone', 'private', { natGateways: new Map() }],
    [
      'when the NAT gateway is in a closed subnet',
      'private',
      { natGateways: new Map([['nat-1', 'closed']]) },
    ],
    [
      'when the route is a black hole',
      'private',
      {
        tables: [
          ...tables.filter(({ RouteTableId }) => RouteTableId !== 'rtb-private'),
          table('private', route({ NatGatewayId: 'nat-1', State: 'blackhole' })),
        ],
      },
    ],
  ])('do not %s', (_, id, changes) => {
    expect(of(id, changes)?.internet).toBe(false);
  });

  it('lead to services by routes and by names', () => {
    const endpoints = [
      endpoint('s3', { VpcEndpointType: 'Gateway', RouteTableIds: ['rtb-closed'] }),
      endpoint('ecr.api', { ...INTERFACE, Groups: [{ GroupId: 'sg-1' }] }),
      endpoint('ec2', { ...INTERFACE, PrivateDnsEnabled: false }),
      endpoint('sts', { ...INTERFACE, State: 'Pending' }),
      endpoint('ssm', { ...INTERFACE, VpcId: 'vpc-2' }),
    ];
    const named = [{ service: 'ecr.api', groupIds: ['sg-1'] }];
    const closed = { internet: false, byRoute: ['s3'], byName: named };
    expect(of('closed', { endpoints })).toEqual(closed);
    expect(of('private', { endpoints })).toEqual({ internet: true, byRoute: [], byName: named });
  });
});

const ALL: Rule = { protocol: '-1', cidrs: ['0.0.0.0/0'], groups: [] };
const https = (of: Partial<Rule>): Rule => ({
  protocol: 'tcp',
  from: 443,
  to: 443,
  cidrs: [],
  groups: [],
  ...of,
});
const eni: NetworkInterface = {
  id: 'eni-1',
  mac: '',
  subnetId: 'closed',
  addresses: ['10.0.2.10'],
  prefixes: [],
  securityGroups: [{ id: 'sg-node', name: 'node' }],
  sourceDestCheck: true,
  attachment: { instanceId: 'i-1', deviceIndex: 0 },
};

function stateWith(
  ways: Partial<WaysOut>,
  ingress: readonly Rule[] = [],
  egress = [ALL],
): Ec2State {
  const closed = { internet: false, byRoute: [], byName: [], ...ways };
  return {
    ...EMPTY_STATE,
    waysOut: new Map([['closed', closed]]),
    securityGroups: [
      { id: 'sg-node', ingress: [], egress },
      { id: 'sg-endpoint', ingress, egress: [] },
    ],
  };
}

describe('an interface reaches a service', () => {
  const byName = [{ service: 'ec2', groupIds: ['sg-endpoint'] }];

  it.each<[what: string, state: Ec2State, reaches: boolean]>([
    ['by nothing', stateWith({}), false],
    ['by the internet', stateWith(OPEN_WAYS), true],
    ['by a route', stateWith({ byRoute: ['ec2'] }), true],
    ['by an endpoint that is closed', stateWith({ byName }), false],
    [
      'by an endpoint for its range',
      stateWith({ byName }, [https({ cidrs: ['10.0.2.0/24'] })]),
      true,
    ],
    [
      'by an endpoint for another range',
      stateWith({ byName }, [https({ cidrs: ['10.0.3.0/24'] })]),
      false,
    ],
    ['by an endpoint for its group', stateWith({ byName }, [https({ groups: ['sg-node'] })]), true],
    [
      'by an endpoint for another port',
      stateWith({ byName }, [https({ from: 80, to: 80, cidrs: ['0.0.0.0/0'] })]),
      false,
    ],
    [
      'past a closed endpoint by the internet, whose name leads to it',
      stateWith({ ...OPEN_WAYS, byName }),
      false,
    ],
    ['when its own groups let nothing out', stateWith(OPEN_WAYS, [], []), false],
  ])('%s: %#', (_, state, reaches) => {
    expect(reachesService(state, eni, 'ec2')).toBe(reaches);
  });

  it('without the internet', () => {
    expect(reachesInternet(stateWith({ byName, byRoute: ['s3'] }), eni)).toBe(false);
    expect(reachesInternet(stateWith(OPEN_WAYS), eni)).toBe(true);
  });
});

it('the filter drops what would reach EC2, where nothing leads there', () => {
  const dropped = (ways: Partial<WaysOut>) => {
    const state = stateWith(ways);
    const instance = runningInstance('i-1');
    const subnet = {
      id: 'closed',
      cidr: '10.0.2.0/24',
      zone: 'a',
      vpcId: 'v',
      vpcCidr: '10.0.0.0/16',
    };
    const whole = { ...state, instances: [instance], subnets: [subnet], networkInterfaces: [eni] };
    return filterOf(whole).includes('iifname "t1" tcp dport 5010 drop');
  };
  expect([dropped({}), dropped(OPEN_WAYS)]).toEqual([true, false]);
});
