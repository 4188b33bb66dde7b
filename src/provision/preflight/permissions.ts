import { partitionOf } from '../../aws/partition.ts';
import { ENVIRONMENT_TAG } from '../../environment/tags.ts';
import type { PresentCluster } from '../given-cluster/present-cluster.ts';
import { guardRoleBeside } from '../guard/guard-role.ts';
import { deployerArn, type SetUp } from './set-up.ts';

/** A role and the permissions that it needs, as IAM's simulator takes them. */
export interface Simulation {
  readonly roleArn: string;
  readonly needed: readonly Needed[];
  /** The keys that conditions of policies read, with the values that the calls of a deploy have. */
  readonly context: Readonly<Record<string, string>>;
}

export interface Needed {
  readonly action: string;
  readonly resource: string;
}

/**
 * What the deploying role must be allowed: to work with stacks, to stage the launch hook's code, and to hand
 * CloudFormation its role or, without such a role, all that CloudFormation does. Undefined for callers that IAM does not
 * simulate. Pure.
 */
export function deployerSimulation(setUp: SetUp): Simulation | undefined {
  const roleArn = deployerArn(setUp);
  if (roleArn === undefined) return undefined;
  const serviceRole = setUp.inputs.stackOptions.roleArn;
  const own = [...stackCalls(setUp), ...stagingCalls(setUp)];
  const context = contextOf(setUp);
  if (serviceRole === undefined) {
    const needed = [...own, ...resourceCalls(setUp)];
    return { roleArn, needed, context: { ...context, ...passedTo(serviceOf(setUp)) } };
  }
  const needed = [...own, { action: 'iam:PassRole', resource: serviceRole }];
  const passed = {
    ...passedTo('cloudformation.amazonaws.com'),
    'cloudformation:RoleArn': serviceRole,
  };
  return { roleArn, needed, context: { ...context, ...passed } };
}

/** What the role that CloudFormation works with must be allowed; undefined without such a role. Pure. */
export function serviceRoleSimulation(setUp: SetUp): Simulation | undefined {
  const { roleArn } = setUp.inputs.stackOptions;
  if (roleArn === undefined) return undefined;
  const context = { ...contextOf(setUp), ...passedTo(serviceOf(setUp)) };
  const needed = [...resourceCalls(setUp), ...guardCalls(setUp, roleArn)];
  return { roleArn, needed, context };
}

/** Who gets the first role of the infra stack: EKS that of its cluster, or EC2 that of nodes on a cluster of others. */
function serviceOf({ inputs }: SetUp): string {
  return inputs.cluster.given === undefined ? 'eks.amazonaws.com' : 'ec2.amazonaws.com';
}

function passedTo(service: string) {
  return { 'iam:PassedToService': service };
}

function contextOf(setUp: SetUp): Readonly<Record<string, string>> {
  const { environment, region, stackOptions } = setUp.inputs;
  const { boundaryArn } = stackOptions;
  const onGiven = setUp.inputs.cluster.given !== undefined;
  const policy = onGiven ? 'AmazonEKSWorkerNodePolicy' : 'AmazonEKSClusterPolicy';
  return {
    ...(boundaryArn === undefined ? {} : { 'iam:PermissionsBoundary': boundaryArn }),
    [`aws:RequestTag/${ENVIRONMENT_TAG}`]: environment,
    [`aws:ResourceTag/${ENVIRONMENT_TAG}`]: environment,
    'aws:RequestedRegion': region,
    'eks:accessEntryType': 'EC2_LINUX',
    'eks:principalArn': roleOf(setUp, 'NodeRole'),
    'iam:PolicyARN': `arn:${partitionOf(region)}:iam::aws:policy/${policy}`,
  };
}

const STACK_ACTIONS = [
  'CreateChangeSet',
  'DeleteChangeSet',
  'DeleteStack',
  'DescribeChangeSet',
  'DescribeStackEvents',
  'DescribeStacks',
  'ExecuteChangeSet',
  'GetTemplate',
  'TagResource',
];

function stackCalls(setUp: SetUp): readonly Needed[] {
  const resource = arnOf(setUp, 'cloudformation', `stack/${setUp.inputs.environment}/*`);
  return STACK_ACTIONS.map((action) => ({ action: `cloudformation:${action}`, resource }));
}

function stagingCalls(setUp: SetUp): readonly Needed[] {
  // A bucket that exists may allow the role by its own policy, which the simulator does not read.
  if (setUp.inputs.stagingBucket !== undefined) return [];
  const arn = `arn:${partitionOf(setUp.inputs.region)}:s3:::${setUp.bucket}`;
  return [
    { action: 's3:ListBucket', resource: arn },
    { action: 's3:CreateBucket', resource: arn },
    { action: 's3:GetObject', resource: `${arn}/${setUp.inputs.environment}/hook.zip` },
    { action: 's3:PutObject', resource: `${arn}/${setUp.inputs.environment}/hook.zip` },
  ];
}

/** The calls that make what the templates declare, with names as CloudFormation gives them. */
function resourceCalls(setUp: SetUp): readonly Needed[] {
  const infra = setUp.infra === undefined ? infraCalls(setUp) : [];
  return [...infra, ...groupCalls(setUp), ...parameterCalls(setUp)];
}

/** The call that makes a guard, which `cfn/github-guards.yaml` allows. */
function guardCalls(setUp: SetUp, serviceRole: string): readonly Needed[] {
  const { environment, expiryGuard } = setUp.inputs;
  if (!expiryGuard) return [];
  const resource = `schedule/${guardRoleBeside(serviceRole).group}/${environment}`;
  return [{ action: 'scheduler:CreateSchedule', resource: arnOf(setUp, 'scheduler', resource) }];
}

/** The call that makes the SSM parameters for the stacks of others. */
function parameterCalls(setUp: SetUp): readonly Needed[] {
  const { environment, outputsPrefix } = setUp.inputs;
  if (outputsPrefix === undefined) return [];
  const resource = arnOf(setUp, 'ssm', `parameter${outputsPrefix}/${environment}/vpc-id`);
  return [{ action: 'ssm:PutParameter', resource }];
}

function infraCalls(setUp: SetUp): readonly Needed[] {
  const { inputs } = setUp;
  const made = (kind: string) => arnOf(setUp, 'ec2', `${kind}/*`);
  const { given } = inputs.cluster;
  const role = roleOf(setUp, given === undefined ? 'ClusterRole' : 'NodeRole');
  const nat = inputs.cluster.natGateways !== 'none';
  const internet = inputs.cluster.internet === 'any';
  const ownVpc = setUp.network.givenVpc === undefined;
  const ownSubnets = setUp.network.multusSubnets.some(({ givenId }) => givenId === undefined);
  return [
    ...(ownVpc
      ? [
          { action: 'ec2:CreateVpc', resource: made('vpc') },
          internet
            ? { action: 'ec2:CreateInternetGateway', resource: made('internet-gateway') }
            : { action: 'ec2:CreateVpcEndpoint', resource: made('vpc-endpoint') },
        ]
      : []),
    ...(ownSubnets
      ? [
          { action: 'ec2:CreateSubnet', resource: made('subnet') },
          { action: 'ec2:CreateRouteTable', resource: made('route-table') },
        ]
      : []),
    ...(nat
      ? [
          { action: 'ec2:AllocateAddress', resource: made('elastic-ip') },
          { action: 'ec2:CreateNatGateway', resource: made('natgateway') },
        ]
      : []),
    { action: 'iam:CreateRole', resource: role },
    { action: 'iam:AttachRolePolicy', resource: role },
    { action: 'iam:PassRole', resource: role },
    ...(given === undefined ? clusterCalls(setUp) : entryCalls(setUp, given)),
  ];
}

function clusterCalls(setUp: SetUp): readonly Needed[] {
  const { cluster, environment: name } = setUp.inputs;
  return [
    // Before they exist, clusters and keys are no resources of a policy.
    { action: 'eks:CreateCluster', resource: '*' },
    { action: 'eks:CreateAddon', resource: arnOf(setUp, 'eks', `cluster/${name}`) },
    {
      action: 'logs:CreateLogGroup',
      resource: arnOf(setUp, 'logs', `log-group:/aws/eks/${name}/cluster`),
    },
    ...(cluster.secretsEncryption ? [{ action: 'kms:CreateKey', resource: '*' }] : []),
  ];
}

/** On a cluster that others made, a deploy makes no more than the access entry of its nodes. */
function entryCalls(setUp: SetUp, { authenticationMode, name }: PresentCluster): readonly Needed[] {
  if (authenticationMode === 'CONFIG_MAP') return [];
  return [{ action: 'eks:CreateAccessEntry', resource: arnOf(setUp, 'eks', `cluster/${name}`) }];
}

function groupCalls(setUp: SetUp): readonly Needed[] {
  const [first] = setUp.groups.filter(({ stack }) => stack === undefined);
  if (first === undefined) return [];
  const name = first.stackName;
  const made = (kind: string) => arnOf(setUp, 'ec2', `${kind}/*`);
  return [
    { action: 'ec2:CreateSecurityGroup', resource: made('security-group') },
    { action: 'ec2:CreateLaunchTemplate', resource: made('launch-template') },
    { action: 'ec2:RunInstances', resource: made('instance') },
    { action: 'lambda:CreateFunction', resource: arnOf(setUp, 'lambda', `function:${name}-Hook`) },
    { action: 'events:PutRule', resource: arnOf(setUp, 'events', `rule/${name}-HookRule`) },
    {
      action: 'autoscaling:CreateAutoScalingGroup',
      resource: arnOf(setUp, 'autoscaling', `autoScalingGroup:*:autoScalingGroupName/${name}`),
    },
  ];
}

function roleOf(setUp: SetUp, logicalId: string): string {
  const { account, inputs } = setUp;
  const name = `${inputs.environment}-${logicalId}-1A2B3C4D5E6F`;
  return `arn:${partitionOf(setUp.inputs.region)}:iam::${account.accountId}:role/${name}`;
}

function arnOf(setUp: SetUp, service: string, resource: string): string {
  const { account, inputs } = setUp;
  return `arn:${partitionOf(setUp.inputs.region)}:${service}:${inputs.region}:${account.accountId}:${resource}`;
}
