/** The roles of `cfn/github-oidc.yaml`, by their logical ids. */
export type Role = 'DeployerRole' | 'ServiceRole';

type Reasons = Readonly<Record<string, string>>;

const WITH_ANOTHER = 'no call of its own: it goes with the call that makes something';
const BY_CLOUDFORMATION = 'asked for by CloudFormation or EKS with the permissions of the role';
const ON_UPDATE = 'only when the template, its tags or another parameter change';
const OF_NODES =
  'asked for by CloudFormation, and by a plan of nodes that exist: how old are their AMIs?';
const WHEN_STUCK = 'only after something went wrong, or was left behind';
const READ_BY_HANDLER =
  'in the permissions of the schema of a resource type: CloudFormation reads what it has made';

/** The permissions that a rehearsal of the lab does not use, each with its reason. */
export const UNCALLED: Readonly<Record<Role, Reasons>> = {
  DeployerRole: {
    ...each(['s3:ListBucket'], 'no call of its own: with it, S3 says when an object is missing'),
    ...each(['ec2:DescribeSubnets', 'ec2:DescribeVpcs'], BY_CLOUDFORMATION),
    ...each(['ec2:DescribeImages', 'ssm:GetParameters'], OF_NODES),
    ...each(
      [
        'autoscaling:CreateOrUpdateTags',
        'autoscaling:DeleteTags',
        'autoscaling:SetDesiredCapacity',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
        'cloudformation:UntagResource',
        'cloudformation:UpdateTerminationProtection',
      ],
      ON_UPDATE,
    ),
    ...each(
      ['ec2:DescribeKeyPairs', 'ec2:GetSubnetCidrReservations', 'iam:GetRole', 'iam:GetUser'],
      'only with a key pair, with administrators, or before a group in subnets that exist',
    ),
    ...each(
      ['ec2:DescribeTransitGatewayVpcAttachments', 'ec2:DescribeVpcPeeringConnections'],
      'only with routes beyond the VPC',
    ),
    ...each(['ec2:DescribeSpotPriceHistory'], 'only for node groups of spot instances'),
    ...each(
      [
        'ec2:DescribeNetworkAcls',
        'ec2:DescribeRouteTables',
        'ec2:DescribeVpcAttribute',
        'ec2:DescribeVpcEndpoints',
      ],
      'only in a VPC that is given',
    ),
    ...each(['ecr:DescribeImages'], 'only with image-registry'),
    ...each(
      [
        'eks:DescribeAddon',
        'eks:DescribeAddonVersions',
        'eks:DescribeInsight',
        'eks:ListAddons',
        'eks:ListInsights',
      ],
      'only for an upgrade of Kubernetes',
    ),
    ...each(
      [
        'autoscaling:DescribeScalingActivities',
        'cloudformation:ContinueUpdateRollback',
        'cloudformation:DescribeEvents',
        'cloudformation:RollbackStack',
        'ec2:DeleteNetworkInterface',
        'ec2:DeleteSecurityGroup',
        'ec2:DescribeSecurityGroups',
        'logs:FilterLogEvents',
      ],
      WHEN_STUCK,
    ),
  },
  ServiceRole: {
    ...each(['ec2:RunInstances', 'eks:TagResource', 'iam:CreateServiceLinkedRole'], WITH_ANOTHER),
    ...each(['ec2:DescribeAvailabilityZones', 'ssm:GetParameters'], BY_CLOUDFORMATION),
    ...each(['s3:GetObject'], 'only for code whose version nobody gives'),
    ...each(
      [
        'ssm:AddTagsToResource',
        'ssm:DeleteParameter',
        'ssm:DescribeParameters',
        'ssm:ListTagsForResource',
        'ssm:PutParameter',
        'ssm:RemoveTagsFromResource',
      ],
      'only with outputs-parameter-prefix',
    ),
    ...each(
      [
        'autoscaling:DescribeInstanceRefreshes',
        'autoscaling:DescribeLifecycleHooks',
        'autoscaling:DescribeLoadBalancerTargetGroups',
        'autoscaling:DescribeLoadBalancers',
        'autoscaling:DescribeNotificationConfigurations',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:DescribeTags',
        'autoscaling:DescribeTrafficSources',
        'autoscaling:DescribeWarmPool',
        'ec2:DescribeAddresses',
        'ec2:DescribeImages',
        'ec2:DescribeInstances',
        'ec2:DescribeInternetGateways',
        'ec2:DescribeLaunchTemplateVersions',
        'ec2:DescribeLaunchTemplates',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeRouteTables',
        'ec2:DescribeSecurityGroupRules',
        'ec2:DescribeSubnets',
        'ec2:DescribeTags',
        'ec2:DescribeVpcAttribute',
        'ec2:DescribeVpcEncryptionControls',
        'ec2:DescribeVpcs',
        'ec2:DescribeVpnGateways',
        'eks:DescribeAccessEntry',
        'eks:DescribePodIdentityAssociation',
        'eks:DescribeUpdate',
        'eks:ListAssociatedAccessPolicies',
        'eks:ListPodIdentityAssociations',
        'events:DescribeRule',
        'events:ListTagsForResource',
        'events:ListTargetsByRule',
        'iam:GetInstanceProfile',
        'iam:GetRole',
        'iam:GetRolePolicy',
        'iam:ListAttachedRolePolicies',
        'iam:ListRolePolicies',
        'iam:ListRoleTags',
        'kms:GetKeyPolicy',
        'kms:GetKeyRotationStatus',
        'kms:ListResourceTags',
        'lambda:GetFunction',
        'lambda:GetFunctionCodeSigningConfig',
        'lambda:GetFunctionRecursionConfig',
        'lambda:GetFunctionScalingConfig',
        'lambda:GetPolicy',
        'lambda:GetRuntimeManagementConfig',
        'lambda:ListTags',
        'logs:DescribeIndexPolicies',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetDataProtectionPolicy',
        'logs:ListTagsForResource',
      ],
      READ_BY_HANDLER,
    ),
    ...each(
      [
        'autoscaling:DeleteLifecycleHook',
        'autoscaling:DeleteTags',
        'ec2:AssociateSubnetCidrBlock',
        'ec2:AssociateVpcCidrBlock',
        'ec2:CreateLaunchTemplateVersion',
        'ec2:DeleteTags',
        'ec2:DisassociateAddress',
        'ec2:DisassociateSubnetCidrBlock',
        'ec2:DisassociateVpcCidrBlock',
        'ec2:ModifySubnetAttribute',
        'ec2:ModifyVpcEndpoint',
        'ec2:ReplaceRoute',
        'ec2:RevokeSecurityGroupIngress',
        'eks:DeletePodIdentityAssociation',
        'eks:DisassociateAccessPolicy',
        'eks:UntagResource',
        'eks:UpdateAccessEntry',
        'eks:UpdateAddon',
        'eks:UpdateClusterConfig',
        'eks:UpdateClusterVersion',
        'eks:UpdatePodIdentityAssociation',
        'events:UntagResource',
        'iam:UntagRole',
        'iam:UpdateAssumeRolePolicy',
        'iam:UpdateRole',
        'kms:DisableKeyRotation',
        'kms:UntagResource',
        'kms:UpdateKeyDescription',
        'lambda:UntagResource',
        'lambda:UpdateFunctionCode',
        'lambda:UpdateFunctionConfiguration',
        'logs:UntagResource',
      ],
      ON_UPDATE,
    ),
  },
};

function each(actions: readonly string[], reason: string): Reasons {
  return Object.fromEntries(actions.map((action) => [action, reason]));
}
