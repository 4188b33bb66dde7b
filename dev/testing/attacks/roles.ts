import {
  ADMIN_ROLE,
  type Attack,
  arn,
  attack,
  BOUNDARY,
  BOUNDED,
  DEPLOYER_ROLE,
  deployer,
  HOOK_ROLE,
  MADE_ROLE,
  made,
  SERVICE_ROLE,
  STACK,
  service,
  TEMPLATE,
} from './attack.ts';

const NODE_ROLE = arn('iam', 'role/eks-multus-evil-NodeRole-1');
const CLUSTER_ROLE = arn('iam', 'role/eks-multus-evil-ClusterRole-1');
const OLD_ROLE = arn('iam', 'role/eks-multus-old-HookRole-1');
const ADMINISTRATOR = 'arn:aws:iam::aws:policy/AdministratorAccess';
const UNBOUNDED = { 'iam:PermissionsBoundary': ADMINISTRATOR };
/** The trust policy of a role that the attacker wrote. */
const TRUSTS_JOBS = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: DEPLOYER_ROLE }, Action: 'sts:AssumeRole' }],
};

const passTo = (role: string, to: string) =>
  service('iam:PassRole', role, { 'iam:PassedToService': to });

/** Ways to more rights by making, changing, handing over or taking on roles. */
export const ROLE_ATTACKS: readonly Attack[] = [
  attack(
    'make a role without a boundary, with every permission',
    ...TEMPLATE,
    service('iam:CreateRole', HOOK_ROLE),
    service('iam:PutRolePolicy', HOOK_ROLE),
  ),
  attack(
    'make a role whose boundary allows everything',
    ...TEMPLATE,
    service('iam:CreateRole', HOOK_ROLE, UNBOUNDED),
    service('iam:PutRolePolicy', HOOK_ROLE, UNBOUNDED),
  ),
  attack(
    'take the boundary off a role',
    ...MADE_ROLE,
    service('iam:DeleteRolePermissionsBoundary', HOOK_ROLE, BOUNDED),
  ),
  attack(
    'give a role a wider boundary',
    ...MADE_ROLE,
    service('iam:PutRolePermissionsBoundary', HOOK_ROLE, UNBOUNDED),
  ),
  attack(
    'widen the boundary by a new version',
    ...TEMPLATE,
    service('iam:CreatePolicyVersion', BOUNDARY),
  ),
  attack(
    'make an older version of the boundary the current one',
    ...TEMPLATE,
    service('iam:SetDefaultPolicyVersion', BOUNDARY),
  ),
  attack(
    'delete the boundary and make another policy of its name',
    ...TEMPLATE,
    service('iam:DeletePolicy', BOUNDARY),
    service('iam:CreatePolicy', BOUNDARY),
  ),
  attack(
    'write the policy of a role that has no boundary yet',
    ...TEMPLATE,
    service('iam:PutRolePolicy', OLD_ROLE),
  ),
  attack(
    'let the job take on a role that has no boundary yet',
    ...TEMPLATE,
    service('iam:UpdateAssumeRolePolicy', OLD_ROLE),
  ),
  attack(
    'give a node role the policy of administrators',
    ...TEMPLATE,
    service('iam:CreateRole', NODE_ROLE, BOUNDED),
    service('iam:AttachRolePolicy', NODE_ROLE, { ...BOUNDED, 'iam:PolicyARN': ADMINISTRATOR }),
  ),
  attack(
    'give a node role without a boundary a policy of nodes',
    ...TEMPLATE,
    service('iam:CreateRole', NODE_ROLE),
    service('iam:AttachRolePolicy', NODE_ROLE, {
      'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
    }),
  ),
  attack(
    'write a policy into the service role',
    ...TEMPLATE,
    service('iam:PutRolePolicy', SERVICE_ROLE),
  ),
  attack(
    'let everybody take on the deployer role',
    ...TEMPLATE,
    service('iam:UpdateAssumeRolePolicy', DEPLOYER_ROLE),
  ),
  attack(
    'make a user with an access key',
    ...TEMPLATE,
    service('iam:CreateUser', arn('iam', 'user/eks-multus-evil')),
    service('iam:CreateAccessKey', arn('iam', 'user/eks-multus-evil')),
  ),
  attack(
    'run a function with the cluster role',
    ...TEMPLATE,
    service('iam:CreateRole', CLUSTER_ROLE, BOUNDED),
    service('lambda:CreateFunction', arn('lambda', 'function:eks-multus-evil')),
    passTo(CLUSTER_ROLE, 'lambda.amazonaws.com'),
  ),
  attack(
    'run a function with the role of administrators',
    ...TEMPLATE,
    service('lambda:CreateFunction', arn('lambda', 'function:eks-multus-evil')),
    passTo(ADMIN_ROLE, 'lambda.amazonaws.com'),
  ),
  attack(
    'run an instance with the role of administrators',
    ...TEMPLATE,
    service('iam:CreateInstanceProfile', arn('iam', 'instance-profile/eks-multus-evil')),
    service('iam:AddRoleToInstanceProfile', arn('iam', 'instance-profile/eks-multus-evil')),
    passTo(ADMIN_ROLE, 'ec2.amazonaws.com'),
  ),
  attack(
    "change somebody else's instance profile",
    ...TEMPLATE,
    service('iam:RemoveRoleFromInstanceProfile', arn('iam', 'instance-profile/payments')),
  ),
  attack(
    'give CloudFormation the role of administrators',
    deployer('cloudformation:CreateChangeSet', STACK, { 'cloudformation:RoleArn': ADMIN_ROLE }),
    deployer('iam:PassRole', ADMIN_ROLE, { 'iam:PassedToService': 'cloudformation.amazonaws.com' }),
  ),
  attack(
    'give a function the service role',
    deployer('iam:PassRole', SERVICE_ROLE, { 'iam:PassedToService': 'lambda.amazonaws.com' }),
  ),
  attack('take on a role that a template made', ...MADE_ROLE, {
    ...deployer('sts:AssumeRole', HOOK_ROLE),
    resourcePolicy: TRUSTS_JOBS,
  }),
  attack('made role: take on another role', ...MADE_ROLE, made('sts:AssumeRole', ADMIN_ROLE)),
  attack('made role: make a user', ...MADE_ROLE, made('iam:CreateUser', arn('iam', 'user/evil'))),
  attack(
    'made role: write a policy into the deployer role',
    ...MADE_ROLE,
    made('iam:PutRolePolicy', DEPLOYER_ROLE),
  ),
  attack(
    'made role: hand over the role of administrators',
    ...MADE_ROLE,
    made('iam:PassRole', ADMIN_ROLE, { 'iam:PassedToService': 'ec2.amazonaws.com' }),
  ),
];
