import {
  ADMIN_ROLE,
  type Attack,
  arn,
  attack,
  deployer,
  SERVICE_ROLE,
  STACK,
  service,
  TEMPLATE,
} from './attack.ts';

const BILLING = arn('cloudformation', 'stack/billing/1');
const WITH_SERVICE_ROLE = { 'cloudformation:RoleArn': SERVICE_ROLE };

/** Ways to stacks, functions, groups and clusters of others. */
export const STACK_ATTACKS: readonly Attack[] = [
  {
    name: "change the roles' own stack",
    steps: ({ rolesStack }) => [
      deployer('cloudformation:CreateChangeSet', rolesStack, WITH_SERVICE_ROLE),
      deployer('cloudformation:ExecuteChangeSet', rolesStack),
    ],
  },
  {
    name: "change the roles' own stack, with the role that it has",
    steps: ({ rolesStack }) => [
      deployer('cloudformation:CreateChangeSet', rolesStack),
      deployer('cloudformation:ExecuteChangeSet', rolesStack),
    ],
  },
  {
    name: "delete the roles' own stack",
    steps: ({ rolesStack }) => [
      deployer('cloudformation:UpdateTerminationProtection', rolesStack),
      deployer('cloudformation:DeleteStack', rolesStack),
    ],
  },
  {
    name: "change the roles' own stack by a nested stack",
    steps: ({ rolesStack }) => [...TEMPLATE, service('cloudformation:UpdateStack', rolesStack)],
  },
  attack(
    'change a stack by the role that it has from an administrator',
    deployer('cloudformation:CreateChangeSet', arn('cloudformation', 'stack/eks-multus-admins/1')),
    deployer('cloudformation:ExecuteChangeSet', arn('cloudformation', 'stack/eks-multus-admins/1')),
  ),
  attack(
    'delete a stack with the role of administrators',
    deployer('cloudformation:DeleteStack', STACK, { 'cloudformation:RoleArn': ADMIN_ROLE }),
  ),
  attack(
    "change somebody else's stack",
    deployer('cloudformation:CreateChangeSet', BILLING, WITH_SERVICE_ROLE),
    deployer('cloudformation:ExecuteChangeSet', BILLING),
  ),
  attack("delete somebody else's stack", deployer('cloudformation:DeleteStack', BILLING)),
  attack(
    "read the template of somebody else's stack",
    deployer('cloudformation:GetTemplate', BILLING),
  ),
  attack('make a stack without a change set', deployer('cloudformation:CreateStack', STACK)),
  attack('make a stack set', deployer('cloudformation:CreateStackSet', '*')),
  attack(
    "replace the code of somebody else's function",
    ...TEMPLATE,
    service('lambda:UpdateFunctionCode', arn('lambda', 'function:payments')),
  ),
  attack(
    "send somebody else's events elsewhere",
    ...TEMPLATE,
    service('events:PutTargets', arn('events', 'rule/payments')),
  ),
  attack(
    "shrink somebody else's Auto Scaling group",
    ...TEMPLATE,
    service(
      'autoscaling:UpdateAutoScalingGroup',
      arn('autoscaling', 'autoScalingGroup:1:autoScalingGroupName/payments'),
    ),
  ),
  attack(
    "end an instance of somebody else's Auto Scaling group",
    deployer(
      'autoscaling:TerminateInstanceInAutoScalingGroup',
      arn('autoscaling', 'autoScalingGroup:1:autoScalingGroupName/payments'),
    ),
  ),
  attack(
    'tag the instances of an environment as those of another cluster',
    deployer(
      'autoscaling:CreateOrUpdateTags',
      arn('autoscaling', 'autoScalingGroup:1:autoScalingGroupName/eks-multus-lab-ng1'),
      { 'aws:TagKeys': ['eks-multus-actions/cluster'] },
    ),
  ),
  attack(
    "become administrator of somebody else's cluster",
    ...TEMPLATE,
    service('eks:CreateAccessEntry', arn('eks', 'cluster/payments')),
    service(
      'eks:AssociateAccessPolicy',
      arn('eks', 'access-entry/payments/role/123456789012/evil/1'),
    ),
  ),
  attack(
    "delete somebody else's cluster",
    ...TEMPLATE,
    service('eks:DeleteCluster', arn('eks', 'cluster/payments')),
  ),
  attack(
    "make a cluster in somebody else's name",
    ...TEMPLATE,
    service('eks:CreateCluster', '*', { 'aws:RequestTag/eks-multus:environment': 'team-b-lab' }),
  ),
  attack(
    "look into somebody else's cluster",
    deployer('eks:DescribeCluster', arn('eks', 'cluster/payments')),
  ),
];
