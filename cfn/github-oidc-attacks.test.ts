import { describe, expect, it } from 'vitest';
import { decide, defaultKeyPolicy } from '../dev/stand-ins/aws/authorization/simulate.ts';
import {
  arn,
  DEPLOYER_ROLE,
  EVERYTHING,
  GUARD_ROLE,
  permissionsOf,
  SERVICE_ROLE,
  stoppedAt,
  type World,
} from '../dev/testing/attacks/attack.ts';
import { DATA_ATTACKS } from '../dev/testing/attacks/data.ts';
import { ENDPOINT_ATTACKS } from '../dev/testing/attacks/endpoints.ts';
import { GIVEN_VPC_ATTACKS } from '../dev/testing/attacks/given-vpc.ts';
import { GUARD_ATTACKS } from '../dev/testing/attacks/guards.ts';
import { NETWORK_ATTACKS } from '../dev/testing/attacks/network.ts';
import old from '../dev/testing/attacks/policies-of-c87c602.json' with { type: 'json' };
import { ROLE_ATTACKS } from '../dev/testing/attacks/roles.ts';
import { STACK_ATTACKS } from '../dev/testing/attacks/stacks.ts';
import { ACCOUNT, rolesWithGuards } from '../dev/testing/samples/account-roles.ts';

const ATTACKS = [
  ...ROLE_ATTACKS,
  ...STACK_ATTACKS,
  ...NETWORK_ATTACKS,
  ...ENDPOINT_ATTACKS,
  ...GIVEN_VPC_ATTACKS,
  ...DATA_ATTACKS,
  ...GUARD_ATTACKS,
];

const NOW: World = {
  ...rolesWithGuards(),
  rolesStack: arn('cloudformation', 'stack/github-for-eks-multus/1'),
  bucketOfOthers: 'team-b-123456789012-ap-northeast-2',
};
/** Somebody gave the roles' stack a name that begins like those of environments. */
const BADLY_NAMED: World = {
  ...NOW,
  ...rolesWithGuards('eks-multus-github'),
  rolesStack: arn('cloudformation', 'stack/eks-multus-github/1'),
};
/** The policies before the boundary, with the names that its documentation gave. */
const BEFORE: World = {
  deployer: { principal: DEPLOYER_ROLE, policies: old.deployer },
  service: { principal: SERVICE_ROLE, policies: old.service },
  guard: { principal: GUARD_ROLE, policies: [] },
  boundary: undefined,
  rolesStack: arn('cloudformation', 'stack/eks-multus-github/1'),
  bucketOfOthers: 'eks-multus-123456789012-ap-northeast-2',
};

it('has at least forty attacks, each by another name', () => {
  expect(new Set(ATTACKS.map(({ name }) => name)).size).toBe(ATTACKS.length);
  expect(ATTACKS.length).toBeGreaterThanOrEqual(40);
});

describe('no attack succeeds', () => {
  it.each(ATTACKS.map((one) => [one.name, one] as const))('%s', async (_, one) => {
    expect(await stoppedAt(NOW, one)).toBeDefined();
    expect(await stoppedAt(BADLY_NAMED, one)).toBeDefined();
  });
});

it('each attack succeeds for somebody who may do everything, so its steps are real requests', async () => {
  const unguarded: World = {
    ...BEFORE,
    deployer: { principal: DEPLOYER_ROLE, policies: [EVERYTHING] },
    service: { principal: SERVICE_ROLE, policies: [EVERYTHING] },
    guard: { principal: GUARD_ROLE, policies: [EVERYTHING] },
  };
  for (const one of ATTACKS) expect(await stoppedAt(unguarded, one), one.name).toBeUndefined();
});

it('the same attacks against the policies of c87c602: these succeeded', async () => {
  const succeeded: string[] = [];
  for (const one of ATTACKS) {
    if ((await stoppedAt(BEFORE, one)) === undefined) succeeded.push(one.name);
  }
  expect(succeeded).toMatchInlineSnapshot(`
    [
      "make a role without a boundary, with every permission",
      "make a role whose boundary allows everything",
      "write the policy of a role that has no boundary yet",
      "let the job take on a role that has no boundary yet",
      "give a node role without a boundary a policy of nodes",
      "run a function with the cluster role",
      "take on a role that a template made",
      "made role: take on another role",
      "made role: make a user",
      "made role: write a policy into the deployer role",
      "made role: hand over the role of administrators",
      "change the roles' own stack",
      "change the roles' own stack, with the role that it has",
      "delete the roles' own stack",
      "change a stack by the role that it has from an administrator",
      "delete a stack with the role of administrators",
      "tag a VPC of others first, then delete it",
      "import a VPC of others, which tags it, then delete it",
      "tag a security group of others first, then open it to the world",
      "tag a route table of others first, then lead its traffic elsewhere",
      "make a subnet in a VPC of others",
      "make a security group in a VPC of others",
      "make a NAT gateway in a subnet of others",
      "make an endpoint with a policy of its own in a VPC of others",
      "launch an instance in a subnet of others",
      "launch an instance with a security group of others",
      "node or hook: take an interface off an instance of others",
      "node or hook: tag an interface of others first, then delete it",
      "node or hook: make an interface in a subnet of others",
      "made role: end an instance of others",
      "made role: delete a load balancer of others",
      "make an interface endpoint in a subnet of others",
      "make an interface endpoint with a security group of others",
      "tag an endpoint of others first, then delete it",
      "given VPC: tag its vpc as the environment's",
      "given VPC: tag its subnet as the environment's",
      "given VPC: tag its route table as the environment's",
      "given VPC: tag its internet gateway as the environment's",
      "given VPC: tag its NAT gateway as the environment's",
      "given VPC: tag its elastic IP address as the environment's",
      "given VPC: tag its security group as the environment's",
      "given VPC: tag its network ACL as the environment's",
      "given VPC: tag its endpoint as the environment's",
      "given VPC: tag its interface as the environment's",
      "given VPC: make a NAT gateway in its subnet",
      "given VPC: make an endpoint, which its route tables would lead to",
      "given VPC: open a subnet that its owner keeps closed, then launch an instance in it",
      "given VPC: launch an instance in a subnet that its owner keeps closed",
      "given VPC, node or hook: make an interface in a subnet that its owner keeps closed",
      "given VPC, node or hook: reserve a range of its subnet",
      "given VPC, node or hook: take addresses for an interface of others",
      "given VPC, node or hook: delete an interface of others",
      "import a key of others, which tags it, then delete it",
      "tag a key of others first, then delete it",
      "tag a key of others first, then write its policy",
      "write the policy of a key without an alias",
      "grant oneself the use of a key",
      "made role: decrypt with a key of others",
      "plant code in another team's part of the staging bucket",
      "read another team's staged objects",
      "delete another team's staged objects",
      "list another team's staged objects",
      "write the policy of another team's staging bucket",
      "make a function of another team's code",
      "plant code for another team's environment in one's own bucket",
      "made role: read a bucket of others",
      "node: read a parameter of others with the credentials from IMDS",
      "made role: run a command on an instance of others",
      "made role: open a session on an instance of others",
      "made role: read a secret",
      "made role: write into a log of others",
      "made role: take on a pod's identity in a cluster of others",
    ]
  `);
});

it('a VPC and subnets that their owner has opened take subnets, groups, instances and interfaces', async () => {
  const open = { 'aws:ResourceTag/eks-multus:open-to': 'eks-multus-' };
  const onVpc = ['CreateRouteTable', 'CreateSecurityGroup', 'CreateSubnet'];
  const request = (action: string, resource: string) => ({
    action: `ec2:${action}`,
    resource: arn('ec2', resource),
    context: open,
  });
  for (const action of onVpc) {
    expect(await decide(NOW.service, request(action, 'vpc/vpc-given')), action).toBe('allowed');
  }
  const subnet = 'subnet/subnet-given';
  expect(await decide(NOW.service, request('RunInstances', subnet))).toBe('allowed');
  const role = permissionsOf(NOW, 'made');
  expect(await decide(role, request('CreateNetworkInterface', subnet))).toBe('allowed');
});

it("an environment's own key takes a new expiry, which is the only tag that such an update sends", async () => {
  const request = {
    action: 'kms:TagResource',
    resource: arn('kms', 'key/11111111-2222-3333-4444-555555555555'),
    resourcePolicy: defaultKeyPolicy(ACCOUNT),
  };
  const sent = { 'aws:RequestTag/eks-multus:expires-at': '2026-12-01T00:00:00Z' };
  const own = { ...sent, 'aws:ResourceTag/eks-multus:environment': 'eks-multus-pr-1' };
  expect(await decide(NOW.service, { ...request, context: own })).toBe('allowed');
  expect(await decide(NOW.service, { ...request, context: sent })).not.toBe('allowed');
});
