import fc from 'fast-check';
import { expect, it } from 'vitest';
import { outputsParameters, sharedJson, sharedValues } from './shared-values.ts';

const ID = fc.stringMatching(/^subnet-[0-9a-f]{17}$/);

/** Zones, and the subnets of networks in them, as the network plan and the infra stack have them. */
const environment = fc
  .record({
    zones: fc.constantFrom(['a', 'b'], ['a', 'b', 'c']),
    networks: fc.integer({ min: 1, max: 4 }),
  })
  .chain(({ zones, networks }) =>
    fc.record({
      zones: fc.constant(zones),
      networks: fc.constant(networks),
      ids: fc.uniqueArray(ID, {
        minLength: zones.length * networks,
        maxLength: zones.length * networks,
      }),
    }),
  )
  .map(({ zones, networks, ids }) => ({
    zones,
    networks,
    ids,
    multusSubnets: Array.from({ length: networks }, (_, index) =>
      zones.map((zone) => ({ network: index + 1, zone, cidr: '', prefixCidr: '', prefixes: 0 })),
    ).flat(),
  }));

const infra = {
  VpcId: 'vpc-1',
  VpcCidr: '10.0.0.0/16',
  ClusterName: 'lab',
  NodeRoleArn: 'arn:aws:iam::123456789012:role/lab-NodeRole-1',
  OidcIssuer: 'https://oidc.example/id/1',
  PrivateSubnetIds: 'subnet-1,subnet-2',
};
const BY_ENTRIES = { authentication: 'access-entries' } as const;

it('has for each network its subnets, in the order of the zones, and each subnet once', () => {
  fc.assert(
    fc.property(environment, ({ zones, networks, ids, multusSubnets }) => {
      const outputs = { ...infra, MultusSubnetIds: ids.join() };
      const values = sharedValues(BY_ENTRIES, { zones, multusSubnets }, outputs);
      const lists = Array.from(
        { length: 4 },
        (_, index) => values[`multus-${index + 1}-subnet-ids`],
      );
      expect(lists.filter((list) => list !== undefined)).toHaveLength(networks);
      expect(lists.slice(0, networks).flat()).toEqual(ids);
      for (const list of lists.slice(0, networks)) expect(list).toHaveLength(zones.length);
    }),
  );
});

it('leaves out what the environment does not have, so that no parameter is empty', () => {
  fc.assert(
    fc.property(fc.subarray(Object.keys(infra)), (present) => {
      const some = Object.fromEntries(
        Object.entries(infra).map(([name, value]) => [name, present.includes(name) ? value : '']),
      );
      const parameters = outputsParameters(
        sharedValues(BY_ENTRIES, { zones: ['a', 'b'], multusSubnets: [] }, some),
      );
      expect(Object.keys(parameters).sort()).toEqual(['AvailabilityZones', ...present].sort());
      expect(Object.values(parameters)).not.toContain('');
    }),
  );
});

it('names no role of all nodes where each node group has its own', () => {
  const network = { zones: ['a', 'b'], multusSubnets: [] };
  expect(sharedValues(BY_ENTRIES, network, infra)).toHaveProperty('node-role-arn');
  for (const authentication of ['aws-auth', 'both'] as const) {
    expect(sharedValues({ authentication }, network, infra)).not.toHaveProperty('node-role-arn');
  }
});

it('has the node groups in the JSON, by their names', () => {
  const outputs = {
    AutoScalingGroupName: 'lab-ng1',
    NodeSecurityGroupId: 'sg-1',
    NodeInstanceRoleArn: infra.NodeRoleArn,
  };
  const deployed = [{ group: { name: 'ng1' }, stack: { outputs } }] as never;
  const json = sharedJson(BY_ENTRIES, { zones: ['a', 'b'], multusSubnets: [] }, infra, deployed);
  expect(json).toMatchObject({
    'vpc-id': 'vpc-1',
    'availability-zones': ['a', 'b'],
    'node-groups': {
      ng1: {
        'auto-scaling-group': 'lab-ng1',
        'security-group-id': 'sg-1',
        'role-arn': infra.NodeRoleArn,
      },
    },
  });
});
