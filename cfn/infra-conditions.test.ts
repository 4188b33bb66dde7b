import { describe, expect, it } from 'vitest';
import {
  conditionValues,
  selectLive,
} from '../dev/stand-ins/aws/cloudformation/language/conditions.ts';
import { evaluate } from '../dev/stand-ins/aws/cloudformation/language/evaluate.ts';
import { dependenciesOf } from '../dev/stand-ins/aws/cloudformation/language/graph.ts';
import { readTemplate } from '../dev/stand-ins/aws/cloudformation/language/template.ts';
import { NO_RESOURCES, stackScope } from '../dev/stand-ins/aws/cloudformation/scope.ts';
import { templateText } from '../dev/testing/samples/read-template.ts';

/** What there is in `infra.yaml` for which parameters; here lists are given as lists. */
type Values = Readonly<Record<string, string | readonly string[]>>;

const template = readTemplate(templateText('infra'));
const defaults = Object.entries(template.parameters).map(([name, { type, default: value }]) => {
  const text = String(value ?? '');
  return [name, type === 'CommaDelimitedList' ? text.split(',') : text] as const;
});

function scopeOf(values: Values) {
  return stackScope(
    {
      stackId: 'id',
      stackName: 'lab',
      accountId: '123456789012',
      region: 'ap-northeast-2',
      values: { ...Object.fromEntries(defaults), ...values },
      mappings: {},
      zones: [],
      notificationArns: [],
      exports: new Map(),
    },
    NO_RESOURCES,
  );
}

function templateWith(values: Values) {
  return selectLive(template, conditionValues(template, scopeOf(values)));
}

function live(values: Values = {}): readonly string[] {
  return Object.keys(templateWith(values).resources);
}

const matching = (resources: readonly string[], pattern: RegExp) =>
  resources.filter((name) => pattern.test(name)).length;
const three = { AvailabilityZones: ['a', 'b', 'c'] };

it('makes the lab by default', () => {
  const resources = live();
  expect(matching(resources, /^(Public|Private)Subnet\d$/)).toBe(4);
  expect(matching(resources, /^MultusSubnet\dZone\d$/)).toBe(4);
  expect(matching(resources, /^NatGateway/)).toBe(1);
  expect(matching(resources, /^PrivateDefaultRoute/)).toBe(2);
  expect(matching(resources, /^SecretsKey$/)).toBe(1);
  expect(matching(resources, /^Admin/)).toBe(0);
});

it.each([
  [{}, 1],
  [{ Multus2SubnetCidrs: [''] }, 1],
  [three, 1],
  [{ NatGateways: 'per-az' }, 2],
  [{ NatGateways: 'per-az', ...three }, 3],
  [{ NatGateways: 'none' }, 0],
  [{ NatGateways: 'none', ...three }, 0],
])('%j: %i NAT gateways, and a way out of every zone that has one', (values, gateways) => {
  const resources = live(values);
  const zones = 'AvailabilityZones' in values ? 3 : 2;
  expect(matching(resources, /^NatGateway/)).toBe(gateways);
  expect(matching(resources, /^NatAddress/)).toBe(gateways);
  expect(matching(resources, /^PrivateRouteTable/)).toBe(zones);
  expect(matching(resources, /^PrivateDefaultRoute/)).toBe(gateways === 0 ? 0 : zones);
});

it.each([1, 2, 3, 4])('%i Multus networks are a subnet in each zone, with its routes', (count) => {
  const lists = [2, 3, 4].map((n) => [`Multus${n}SubnetCidrs`, n <= count ? ['x'] : ['']]);
  for (const zones of [{}, three]) {
    const resources = live({ ...Object.fromEntries(lists), ...zones });
    const expected = count * ('AvailabilityZones' in zones ? 3 : 2);
    expect(matching(resources, /^MultusSubnet\dZone\d$/)).toBe(expected);
    expect(matching(resources, /^MultusSubnet\dZone\dRoutes$/)).toBe(expected);
  }
});

const CLOSED = { Internet: 'none', NatGateways: 'one' };

it.each<[Values, RegExp]>([
  [CLOSED, /^(Ec2|EcrApi|EcrDkr|EksAuth)Endpoint$/],
  [{ ...CLOSED, ...three }, /^(Ec2|EcrApi|EcrDkr|EksAuth)Endpoint$/],
  [{ ...CLOSED, VpcCniRights: 'node-role' }, /^(Ec2|EcrApi|EcrDkr)Endpoint$/],
  [{ ...CLOSED, SessionManager: 'true' }, /^(Ec2|EcrApi|EcrDkr|EksAuth|Ssm|SsmMessages)Endpoint$/],
])(
  '%j: endpoints for what nodes call, and nothing that leads to the internet',
  (values, wanted) => {
    const resources = live(values);
    const endpoints = resources.filter((name) => /Endpoint$/.test(name) && name !== 'S3Endpoint');
    expect(endpoints.every((name) => wanted.test(name))).toBe(true);
    expect(endpoints).toHaveLength(wanted.source.split('|').length);
    expect(resources).toContain('S3Endpoint');
    expect(matching(resources, /^(Public|Internet|Nat)|DefaultRoute/)).toBe(0);
  },
);

it.each([{}, { VpcId: 'vpc-1', Internet: 'none' }])('%j: no interface endpoint', (values) => {
  expect(matching(live(values), /(?<!S3)Endpoint$|^EndpointSecurityGroup$/)).toBe(0);
});

const GIVEN = { VpcId: 'vpc-1', PrivateSubnetIds: ['subnet-1', 'subnet-2'] };

it.each([{}, { NatGateways: 'per-az' }, three])(
  'makes nothing of a VPC that is given, but for the Multus subnets with their routes: %j',
  (values) => {
    const zones = 'AvailabilityZones' in values ? 3 : 2;
    const types = Object.values(templateWith({ ...GIVEN, ...values }).resources)
      .map(({ type }) => type)
      .filter((type) => type.startsWith('AWS::EC2::'));
    const counts = [...new Set(types)].map((type) => [
      type,
      types.filter((one) => one === type).length,
    ]);
    expect(Object.fromEntries(counts)).toEqual({
      'AWS::EC2::RouteTable': 1,
      'AWS::EC2::SecurityGroup': 1,
      'AWS::EC2::Subnet': 2 * zones,
      'AWS::EC2::SubnetRouteTableAssociation': 2 * zones,
    });
  },
);

it('makes no subnets of a network that has them already, and only a group when all have', () => {
  const second = live({ ...GIVEN, Multus2SubnetIds: ['subnet-3', 'subnet-4'] });
  expect(matching(second, /^MultusSubnet1Zone\d(Routes)?$/)).toBe(4);
  expect(matching(second, /^MultusSubnet2/)).toBe(0);
  const both = live({
    ...GIVEN,
    Multus1SubnetIds: ['subnet-5', 'subnet-6'],
    Multus2SubnetIds: ['subnet-3', 'subnet-4'],
  });
  expect(matching(both, /^Multus/)).toBe(1);
  expect(both).toContain('MultusSecurityGroup');
});

it('has its cluster and its outputs in the given subnets', () => {
  const given = { ...GIVEN, Multus1SubnetIds: ['subnet-5', 'subnet-6'], Multus2SubnetCidrs: [''] };
  const { resources, outputs } = templateWith(given);
  const scope = scopeOf(given);
  const config = evaluate(resources['Cluster']?.properties['ResourcesVpcConfig'] ?? null, scope);
  expect(config).toMatchObject({ SubnetIds: GIVEN.PrivateSubnetIds });
  const value = (name: string) => evaluate(outputs[name]?.value ?? null, scope);
  expect(value('PrivateSubnetIds')).toBe('subnet-1,subnet-2');
  expect(value('MultusSubnetIds')).toBe('subnet-5,subnet-6');
  expect(value('VpcId')).toBe('vpc-1');
  expect(Object.keys(outputs)).not.toContain('PublicSubnetIds');
});

it.each([0, 1, 2, 6])('%i administrators have an entry each; a gap is skipped', (count) => {
  const arns = Array.from({ length: count }, (_, index) => `role-${index}`);
  expect(matching(live({ AdminRoleArns: arns }), /^Admin\d$/)).toBe(count);
  expect(matching(live({ AdminRoleArns: ['a', '', ...arns.slice(2)] }), /^Admin2$/)).toBe(0);
});

it('encrypts secrets with a key unless told not to', () => {
  expect(live({ SecretsEncryption: 'false' })).not.toContain('SecretsKey');
});

it.each([
  [
    ['api', 'audit', 'authenticator'],
    ['api', 'audit', 'authenticator'],
  ],
  [
    ['scheduler', 'controllerManager'],
    ['controllerManager', 'scheduler'],
  ],
  [[''], []],
])('the control plane logs %j', (ControlPlaneLogs, expected) => {
  const properties = templateWith({ ControlPlaneLogs }).resources['Cluster']?.properties;
  const Logging = evaluate(properties?.['Logging'] ?? null, scopeOf({}));
  const EnabledTypes = expected.map((Type) => ({ Type }));
  expect(Logging).toEqual({ ClusterLogging: { EnabledTypes } });
});

it.each([
  [{}, []],
  [{ MultusPeering1: '10.20.0.0/16=pcx-1' }, ['MultusPeering1Route']],
  [{ MultusPeering2: '10.20.0.0/16=pcx-1' }, ['MultusPeering2Route']],
  [
    {
      MultusTransit1: '10.0.0.0/8=tgw-1',
      MultusTransit2: '0.0.0.0/0=tgw-1',
      MultusVpn: '10.9.0.0/16=vgw-1',
    },
    ['MultusTransit1Route', 'MultusTransit2Route', 'MultusVpnRoute'],
  ],
])('routes beyond the VPC: %j', (values, expected) => {
  const { resources } = templateWith(values);
  const routes = Object.keys(resources).filter((name) => /^Multus\w+Route$/.test(name));
  expect(routes).toEqual(expected);
});

it('a route to everything lets pods out, and nobody in', () => {
  const values = { MultusTransit1: '10.0.0.0/8=tgw-1', MultusTransit2: '0.0.0.0/0=tgw-1' };
  const group = templateWith(values).resources['MultusSecurityGroup']?.properties;
  const ranges = (side: string) => {
    const rules = evaluate(group?.[side] ?? [], scopeOf(values));
    return (rules as readonly { readonly CidrIp: string }[]).map(({ CidrIp }) => CidrIp);
  };
  expect(ranges('SecurityGroupIngress')).toEqual(['10.0.0.0/16', '10.0.0.0/8']);
  expect(ranges('SecurityGroupEgress')).toEqual(['10.0.0.0/16', '10.0.0.0/8', '0.0.0.0/0']);
});

it('a second range comes before the Multus subnets', () => {
  const withRange = templateWith({ MultusCidr: '100.64.0.0/16' });
  const { resources } = withRange;
  expect(resources['MultusCidrBlock']?.properties).toMatchObject({
    CidrBlock: { Ref: 'MultusCidr' },
  });
  const needs = dependenciesOf(withRange);
  const subnets = Object.keys(resources).filter((name) => /^MultusSubnet\dZone\d$/.test(name));
  expect(subnets).toHaveLength(4);
  for (const name of subnets) expect(needs.get(name)).toContain('MultusCidrBlock');
  expect(live()).not.toContain('MultusCidrBlock');
});

describe('with IPv6 on the Multus networks', () => {
  const DUAL = { MultusIpFamily: 'dual-stack' };
  const blocks = (values: Values) =>
    live(values).filter((name) => /^MultusSubnet\dZone\dIpv6$/.test(name));

  it('nothing has IPv6 unless it is asked for', () => {
    expect(live().filter((name) => /Ipv6/.test(name))).toEqual([]);
    expect(Object.keys(templateWith({}).outputs)).not.toContain('MultusIpv6Cidrs');
  });

  it.each([1, 2, 3, 4])('%i networks have a range in each zone, from the range of the VPC', (n) => {
    const lists = [2, 3, 4].map((one) => [`Multus${one}SubnetCidrs`, one <= n ? ['x'] : ['']]);
    for (const zones of [{}, three]) {
      const values = { ...DUAL, ...Object.fromEntries(lists), ...zones };
      const subnets = live(values).filter((name) => /^MultusSubnet\dZone\d$/.test(name));
      expect(blocks(values)).toEqual(subnets.map((name) => `${name}Ipv6`));
      const needs = dependenciesOf(templateWith(values));
      for (const name of [...blocks(values), 'MultusSecurityGroup']) {
        expect(needs.get(name)).toContain('MultusIpv6Block');
      }
    }
  });

  it('no two subnets have one place in the range, and a place stays when networks or zones come', () => {
    const places = (values: Values) =>
      Object.entries(templateWith({ ...DUAL, ...values }).resources).flatMap(
        ([name, { properties }]) => {
          const block = JSON.stringify(properties['Ipv6CidrBlock'] ?? '');
          const place = /^\{"Fn::Select":\["?(\d+)"?,\{"Fn::Cidr":/.exec(block)?.[1];
          return place === undefined ? [] : [[name, place] as const];
        },
      );
    const most = places({
      ...three,
      ...Object.fromEntries([2, 3, 4].map((n) => [`Multus${n}SubnetCidrs`, ['x']])),
    });
    expect(most).toHaveLength(12);
    expect(new Set(most.map(([, place]) => place)).size).toBe(12);
    expect(most.every(([, place]) => Number(place) < 12)).toBe(true);
    for (const one of places({})) expect(most).toContainEqual(one);
  });

  it('a given VPC gets no range: those that it has go to the node groups and into the rules', () => {
    const given = {
      ...GIVEN,
      ...DUAL,
      Multus1SubnetIds: ['subnet-5', 'subnet-6'],
      Multus2SubnetCidrs: [''],
      VpcIpv6Cidr: '2600:1f13:1:a00::/56',
      MultusIpv6Cidrs: '2600:1f13:1:a00::/64,2600:1f13:1:a01::/64,',
    };
    const { resources, outputs } = templateWith(given);
    expect(Object.keys(resources).filter((name) => /Ipv6/.test(name))).toEqual([]);
    expect(evaluate(outputs['MultusIpv6Cidrs']?.value ?? null, scopeOf(given))).toBe(
      given.MultusIpv6Cidrs,
    );
    const group = resources['MultusSecurityGroup']?.properties;
    for (const side of ['SecurityGroupIngress', 'SecurityGroupEgress']) {
      expect(evaluate(group?.[side] ?? [], scopeOf(given))).toContainEqual(
        expect.objectContaining({ IpProtocol: '-1', CidrIpv6: given.VpcIpv6Cidr }),
      );
    }
  });
});

const given = {
  VpcId: 'vpc-1',
  GivenClusterName: 'platform',
  GivenClusterEndpoint: 'https://platform',
  AdminRoleArns: ['arn:aws:iam::123456789012:role/admin'],
};

it('makes nothing of a cluster that exists but the access entry of its nodes', () => {
  const resources = live(given);
  expect(resources.filter((name) => !/^Multus/.test(name))).toEqual([
    'NodeRole',
    'NodeProfile',
    'NodeAccessEntry',
    'HookRole',
  ]);
});

it('makes no access entry where the cluster takes none', () => {
  const resources = live({ ...given, GivenClusterAuthentication: 'CONFIG_MAP' });
  expect(resources).not.toContain('NodeAccessEntry');
});

it('gives node groups the cluster that exists, and tags by the name of the environment', () => {
  const values = { ...given, ClusterName: 'eks-multus-guest' };
  const { outputs } = templateWith(values);
  const of = (name: string) => evaluate(outputs[name]?.value ?? '', scopeOf(values));
  expect(Object.keys(templateWith({}).outputs)).not.toContain('ClusterTag');
  expect(of('ClusterName')).toBe('platform');
  expect(of('ClusterTag')).toBe('eks-multus-guest');
  expect(of('ClusterEndpoint')).toBe('https://platform');
});
