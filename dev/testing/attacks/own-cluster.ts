import {
  ADMIN_ROLE,
  type Attack,
  arn,
  attack,
  DEPLOYER_ROLE,
  deployer,
  HOOK_ROLE,
  made,
  type Step,
  service,
  TAGGED,
  TAGGING,
  TEMPLATE,
} from './attack.ts';

/** The cluster of another team, for which its owner has deployed `github-own-cluster.yaml`. */
export const CLUSTER_OF_OTHERS = 'platform';
const CLUSTER = arn('eks', `cluster/${CLUSTER_OF_OTHERS}`);
/** Another cluster, for which nobody did. */
const CLOSED = arn('eks', 'cluster/payments');
const NODE_ROLE = arn('iam', 'role/eks-multus-evil-NodeRole-1');
const ENTRY_OF_OTHERS = arn('eks', `access-entry/${CLUSTER_OF_OTHERS}/role/123456789012/admin/1`);
const OWN_ENTRY = arn(
  'eks',
  `access-entry/${CLUSTER_OF_OTHERS}/role/123456789012/eks-multus-evil-NodeRole-1/1`,
);
const ADDON = arn('eks', `addon/${CLUSTER_OF_OTHERS}/vpc-cni/1`);
const ASSOCIATION = arn('eks', `podidentityassociation/${CLUSTER_OF_OTHERS}/a-1`);
const NODE_GROUP = arn('eks', `nodegroup/${CLUSTER_OF_OTHERS}/workers/1`);
const BOUNDARY_ON_CLUSTER = arn('iam', `policy/eks-multus-cloudformation-on-${CLUSTER_OF_OTHERS}`);
const BOUNDED = { 'iam:PermissionsBoundary': BOUNDARY_ON_CLUSTER };

const OF_CLUSTER = { 'aws:ResourceTag/aws:eks:cluster-name': CLUSTER_OF_OTHERS };
const CNI_INTERFACE = { 'aws:ResourceTag/cluster.k8s.amazonaws.com/name': CLUSTER_OF_OTHERS };
const NODE = { 'aws:ResourceTag/kubernetes.io/cluster/platform': 'owned' };

/** A role that a template makes with the boundary of the cluster, and that somebody takes on. */
const MADE_ON_CLUSTER: readonly Step[] = [
  ...TEMPLATE,
  service('iam:CreateRole', HOOK_ROLE, BOUNDED),
  service('iam:PutRolePolicy', HOOK_ROLE, BOUNDED),
];

/** What changes or deletes a part of a cluster. */
const CHANGES: readonly (readonly [what: string, resource: string, actions: string])[] = [
  ['cluster', CLUSTER, 'DeleteCluster UpdateClusterConfig UpdateClusterVersion TagResource'],
  [
    'cluster',
    CLUSTER,
    'CreateAddon CreateNodegroup CreateFargateProfile AssociateEncryptionConfig',
  ],
  [
    'cluster',
    CLUSTER,
    'CreatePodIdentityAssociation AssociateIdentityProviderConfig UntagResource',
  ],
  ['add-on', ADDON, 'DeleteAddon UpdateAddon TagResource'],
  ['access entry', ENTRY_OF_OTHERS, 'DeleteAccessEntry UpdateAccessEntry TagResource'],
  ['access entry', ENTRY_OF_OTHERS, 'AssociateAccessPolicy DisassociateAccessPolicy'],
  ['pod identity', ASSOCIATION, 'DeletePodIdentityAssociation UpdatePodIdentityAssociation'],
  ['node group', NODE_GROUP, 'DeleteNodegroup UpdateNodegroupConfig UpdateNodegroupVersion'],
];

const changes = CHANGES.flatMap(([what, resource, actions]) =>
  actions
    .split(' ')
    .flatMap((action) => [
      attack(
        `cluster of others: ${action} on its ${what}`,
        ...TEMPLATE,
        service(`eks:${action}`, resource, TAGGED),
      ),
      attack(
        `cluster of others, job: ${action} on its ${what}`,
        deployer(`eks:${action}`, resource, TAGGED),
      ),
    ]),
);

function entryFor(principalArn: string, type: string) {
  return { 'eks:principalArn': principalArn, 'eks:accessEntryType': type, ...TAGGING };
}

const entries = [
  ['the role of administrators', ADMIN_ROLE, 'STANDARD'],
  ['the deployer role', DEPLOYER_ROLE, 'STANDARD'],
  ["a role of the template's own, as an administrator", NODE_ROLE, 'STANDARD'],
  ['the hook, as a node', HOOK_ROLE, 'EC2_LINUX'],
  ['a role of others, as a node', arn('iam', 'role/workers'), 'EC2_LINUX'],
  ['a role of a template, as a node of Windows', NODE_ROLE, 'EC2_WINDOWS'],
].map(([whom = '', principal = '', type = '']) =>
  attack(
    `cluster of others: let in ${whom}`,
    ...TEMPLATE,
    service('eks:CreateAccessEntry', CLUSTER, entryFor(principal, type)),
  ),
);

/** Ways to change what belongs to the owner of a cluster that environments may use. */
export const OWN_CLUSTER_ATTACKS: readonly Attack[] = [
  ...changes,
  ...entries,
  attack(
    'cluster of others: make the entry of a node an administrator',
    ...TEMPLATE,
    service('eks:CreateAccessEntry', CLUSTER, entryFor(NODE_ROLE, 'EC2_LINUX')),
    service('eks:AssociateAccessPolicy', OWN_ENTRY, TAGGED),
  ),
  attack(
    'cluster of others: let a node into a cluster whose owner has opened nothing',
    ...TEMPLATE,
    service('eks:CreateAccessEntry', CLOSED, entryFor(NODE_ROLE, 'EC2_LINUX')),
  ),
  attack(
    'cluster of others, job: look at a cluster whose owner has opened nothing',
    deployer('eks:DescribeCluster', CLOSED),
  ),
  attack(
    'cluster of others: launch an instance with the group of a cluster that is closed',
    ...TEMPLATE,
    service('ec2:RunInstances', arn('ec2', 'security-group/sg-payments'), {
      'aws:ResourceTag/aws:eks:cluster-name': 'payments',
    }),
  ),
  ...['AuthorizeSecurityGroupIngress', 'DeleteSecurityGroup', 'RevokeSecurityGroupIngress'].map(
    (action) =>
      attack(
        `cluster of others: ${action} on its group`,
        ...TEMPLATE,
        service(`ec2:${action}`, arn('ec2', 'security-group/sg-platform'), OF_CLUSTER),
      ),
  ),
  attack(
    'cluster of others, job: sweep its group',
    deployer('ec2:DeleteSecurityGroup', arn('ec2', 'security-group/sg-platform'), OF_CLUSTER),
  ),
  attack(
    'cluster of others, job: sweep an interface of its VPC CNI',
    deployer('ec2:DeleteNetworkInterface', arn('ec2', 'network-interface/eni-1'), CNI_INTERFACE),
  ),
  ...[
    'AssignPrivateIpAddresses',
    'DeleteNetworkInterface',
    'DetachNetworkInterface',
    'ModifyNetworkInterfaceAttribute',
    'UnassignPrivateIpAddresses',
  ].map((action) =>
    attack(
      `cluster of others, node or hook: ${action} of its VPC CNI`,
      ...MADE_ON_CLUSTER,
      made(`ec2:${action}`, arn('ec2', 'network-interface/eni-1'), CNI_INTERFACE),
    ),
  ),
  attack(
    'cluster of others, node or hook: attach an interface to a node of others',
    ...MADE_ON_CLUSTER,
    made('ec2:AttachNetworkInterface', arn('ec2', 'network-interface/eni-own'), TAGGED),
    made('ec2:AttachNetworkInterface', arn('ec2', 'instance/i-platform'), NODE),
  ),
  attack(
    'cluster of others, node or hook: end a node of others',
    ...MADE_ON_CLUSTER,
    made('ec2:TerminateInstances', arn('ec2', 'instance/i-platform'), NODE),
  ),
  attack(
    'cluster of others, node or hook: take on a pod identity in another cluster',
    ...MADE_ON_CLUSTER,
    made('eks-auth:AssumeRoleForPodIdentity', CLOSED),
  ),
  attack(
    'cluster of others, node or hook: change the cluster',
    ...MADE_ON_CLUSTER,
    made('eks:UpdateClusterConfig', CLUSTER),
  ),
  attack(
    'cluster of others: give a node more than its boundary',
    ...TEMPLATE,
    service('iam:CreateRole', NODE_ROLE, {
      'iam:PermissionsBoundary': arn('iam', 'policy/team/eks-multus-cloudformation-on-platform'),
    }),
  ),
  attack(
    'cluster of others: give a node the rights of the VPC CNI',
    ...TEMPLATE,
    service('iam:CreateRole', NODE_ROLE, BOUNDED),
    service('iam:AttachRolePolicy', NODE_ROLE, {
      ...BOUNDED,
      'iam:PolicyARN': 'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy',
    }),
  ),
  attack(
    'cluster of others: change the boundary itself',
    ...TEMPLATE,
    service('iam:CreatePolicyVersion', BOUNDARY_ON_CLUSTER),
  ),
  attack(
    'cluster of others: scale its Auto Scaling group',
    ...TEMPLATE,
    service(
      'autoscaling:UpdateAutoScalingGroup',
      arn('autoscaling', 'autoScalingGroup:1:autoScalingGroupName/platform-workers'),
      NODE,
    ),
  ),
  attack(
    'cluster of others, job: end a node of its Auto Scaling group',
    deployer(
      'autoscaling:TerminateInstanceInAutoScalingGroup',
      arn('autoscaling', 'autoScalingGroup:1:autoScalingGroupName/platform-workers'),
      NODE,
    ),
  ),
  attack(
    'cluster of others, job: delete the logs of its control plane',
    deployer('logs:DeleteLogGroup', arn('logs', 'log-group:/aws/eks/platform/cluster')),
  ),
];
