import { describe, expect, it } from 'vitest';
import {
  conditionValues,
  selectLive,
} from '../dev/stand-ins/aws/cloudformation/language/conditions.ts';
import { evaluate } from '../dev/stand-ins/aws/cloudformation/language/evaluate.ts';
import { readTemplate } from '../dev/stand-ins/aws/cloudformation/language/template.ts';
import { stackScope } from '../dev/stand-ins/aws/cloudformation/scope.ts';
import { allowsWebIdentity } from '../dev/stand-ins/aws/identity/trust-policy.ts';
import { readTemplate as readRoles, templateText } from '../dev/testing/samples/read-template.ts';

const HOST = 'token.actions.githubusercontent.com';
const PROVIDER = `arn:aws:iam::123456789012:oidc-provider/${HOST}`;
/** IAM's limit for all inline policies of a role, white space not counted. */
const POLICY_LIMIT = 10_240;

type Values = Readonly<Record<string, string | readonly string[]>>;
const template = readTemplate(templateText('github-oidc'));
const defaults = Object.entries(template.parameters).map(([name, { type, default: value }]) => {
  const text = String(value ?? '');
  return [name, type === 'CommaDelimitedList' ? text.split(',') : text] as const;
});

function roleWith(role: string, values: Values = {}): Readonly<Record<string, unknown>> {
  const scope = stackScope(
    {
      stackId: 'id',
      stackName: 'eks-multus-github',
      accountId: '123456789012',
      region: 'ap-northeast-2',
      values: {
        ...Object.fromEntries(defaults),
        Repository: 'acme/lab',
        ...values,
      },
      mappings: {},
      zones: [],
      notificationArns: [],
      exports: new Map(),
    },
    {
      ref: (id) => (id === 'Provider' ? PROVIDER : undefined),
      attribute: (id) => `arn:aws:iam::123456789012:role/${id}`,
    },
  );
  const live = selectLive(template, conditionValues(template, scope));
  const properties = evaluate(live.resources[role]?.properties ?? {}, scope);
  return properties as Readonly<Record<string, unknown>>;
}

function trusts(values: Values, claims: Readonly<Record<string, string>>): boolean {
  const policy = roleWith('DeployerRole', values)['AssumeRolePolicyDocument'];
  const all = { aud: 'sts.amazonaws.com', ...claims };
  return allowsWebIdentity(policy, { providerArn: PROVIDER, host: HOST, claims: all });
}

it('takes the names of organizations, users and enterprise managed users', () => {
  const { AllowedPattern = '' } = readRoles('github-oidc').Parameters['Repository'] ?? {};
  for (const name of ['acme/lab', 'a-user/my.lab', 'octocat_acme/lab_2']) {
    expect(name).toMatch(new RegExp(AllowedPattern));
  }
  expect('acme/lab:environment').not.toMatch(new RegExp(AllowedPattern));
});

describe('whom the deployer role trusts', () => {
  const four = { Subjects: ['environment:prod', 'environment:pr-*', 'pull_request', 'ref:refs/x'] };
  const ids = { OwnerId: '1', RepositoryId: '22' };
  const job = 'acme/lab/.github/workflows/provision.yml@refs/heads/main';
  const workflow = { JobWorkflowRef: ['acme/lab/.github/workflows/destroy.yml@refs/tags/v1', job] };

  it.each<[string, Values, Record<string, string>, boolean]>([
    ['its environment', {}, { sub: 'repo:acme/lab:environment:eks-multus' }, true],
    ['another environment', {}, { sub: 'repo:acme/lab:environment:other' }, false],
    [
      'its environment, by a provider that was there',
      { ExistingProvider: 'true' },
      { sub: 'repo:acme/lab:environment:eks-multus' },
      true,
    ],
    ['a branch', {}, { sub: 'repo:acme/lab:ref:refs/heads/main' }, false],
    ['another repository', {}, { sub: 'repo:acme/lab2:environment:eks-multus' }, false],
    ['another audience', {}, { sub: 'repo:acme/lab:environment:eks-multus', aud: 'x' }, false],
    ['any of four', four, { sub: 'repo:acme/lab:environment:pr-17' }, true],
    ['the last of four', four, { sub: 'repo:acme/lab:ref:refs/x' }, true],
    ['none of four', four, { sub: 'repo:acme/lab:environment:prod2' }, false],
    ['ids that are not given', {}, { sub: 'repo:acme@1/lab@22:environment:eks-multus' }, false],
    ['the given ids', ids, { sub: 'repo:acme@1/lab@22:environment:eks-multus' }, true],
    ['names, beside ids', ids, { sub: 'repo:acme/lab:environment:eks-multus' }, true],
    ['ids of others', ids, { sub: 'repo:acme@1/lab@23:environment:eks-multus' }, false],
    ['ids, any of four', { ...ids, ...four }, { sub: 'repo:acme@1/lab@22:pull_request' }, true],
    [
      'the workflow',
      workflow,
      { sub: 'repo:acme/lab:environment:eks-multus', job_workflow_ref: job },
      true,
    ],
    [
      'another workflow',
      workflow,
      { sub: 'repo:acme/lab:environment:eks-multus', job_workflow_ref: `evil/${job}` },
      false,
    ],
    [
      'the workflow at a branch whose name ends like it',
      workflow,
      {
        sub: 'repo:acme/lab:environment:eks-multus',
        job_workflow_ref: job.replace('@', '@refs/heads/x@'),
      },
      false,
    ],
    ['no workflow', workflow, { sub: 'repo:acme/lab:environment:eks-multus' }, false],
  ])('%s', (_, values, claims, expected) => {
    expect(trusts(values, claims)).toBe(expected);
  });
});

describe.each(['DeployerRole', 'ServiceRole'])('%s', (role) => {
  const policies = () => roleWith(role, { NamePrefix: 'n'.repeat(16) })['Policies'];

  it('has policies that IAM takes', () => {
    expect(JSON.stringify(policies()).length).toBeLessThan(POLICY_LIMIT);
  });

  it('allows no action by a wildcard', () => {
    const actions = [...JSON.stringify(policies()).matchAll(/"([a-z0-9]+:[A-Z]\w*\*?|\*)"/g)];
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter(([, action]) => action?.endsWith('*') && action !== '*')).toEqual([]);
  });
});

/** The actions that a role's statements of one resource, or of any, allow. */
function actionsOf(role: string, resource?: string): readonly string[] {
  const policies = roleWith(role)['Policies'] as readonly Policy[];
  const statements = policies.flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  return statements
    .filter(({ Resource }) => resource === undefined || Resource === resource)
    .flatMap(({ Action }) => Action);
}

interface Policy {
  readonly PolicyDocument: { readonly Statement: readonly Statement[] };
}

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

// https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
it('lets a job list all stacks, which describing stacks without a name requires', () => {
  const everywhere = actionsOf('DeployerRole', '*');
  expect(everywhere).toEqual(
    expect.arrayContaining(['cloudformation:DescribeStacks', 'cloudformation:ListStacks']),
  );
});

// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
it('names no resource for calls of CloudWatch Logs that have no resource type', () => {
  const untyped = ['DescribeIndexPolicies', 'DescribeLogGroups', 'DescribeResourcePolicies'];
  const wanted = untyped.map((action) => `logs:${action}`);
  expect(actionsOf('ServiceRole', '*')).toEqual(expect.arrayContaining(wanted));
});

it('lets both roles look at what the types of the parameters of a node group name', () => {
  const looks = ['Images', 'SecurityGroups', 'Subnets', 'Vpcs'].map((one) => `ec2:Describe${one}`);
  for (const role of ['DeployerRole', 'ServiceRole']) {
    expect(actionsOf(role, '*')).toEqual(expect.arrayContaining(looks));
  }
});

it('lets a job find out why nodes do not come', () => {
  const wanted = ['autoscaling:DescribeAutoScalingGroups', 'logs:FilterLogEvents'];
  expect(actionsOf('DeployerRole')).toEqual(expect.arrayContaining(wanted));
});

// The permissions of `tagging` in the schemas of the resource types: a stack's tags go onto all that takes tags.
it.each([
  ['iam', ['TagRole', 'UntagRole', 'ListRoleTags']],
  ['kms', ['TagResource', 'UntagResource', 'ListResourceTags']],
  ['lambda', ['TagResource', 'UntagResource', 'ListTags']],
  ['logs', ['TagResource', 'UntagResource', 'ListTagsForResource']],
  ['ec2', ['CreateTags', 'DeleteTags', 'DescribeTags']],
])('lets CloudFormation read and write the tags of %s', (service, actions) => {
  const wanted = actions.map((action) => `${service}:${action}`);
  expect(actionsOf('ServiceRole')).toEqual(expect.arrayContaining(wanted));
});

it('neither role can change the other, or itself', () => {
  const statements = JSON.stringify(roleWith('ServiceRole')['Policies']);
  const roles = [...statements.matchAll(/:role\/([^"]+)"/g)].map(([, name = '']) => name);
  expect(roles.length).toBeGreaterThan(5);
  for (const name of roles) {
    const pattern = new RegExp(`^${name.replaceAll('*', '.*')}$`);
    expect('eks-multus-deployer').not.toMatch(pattern);
    expect('eks-multus-cloudformation').not.toMatch(pattern);
  }
});
