import {
  type Attack,
  arn,
  attack,
  deployer,
  MADE_ROLE,
  made,
  service,
  TAGGED,
  TAGGING,
  TEMPLATE,
} from './attack.ts';

/** The tag by which the owner of a VPC opens it to environments. Here, its owner has put it onto everything. */
const OPEN = { 'aws:ResourceTag/eks-multus:open-to': 'eks-multus-' };
const OPENING = { 'aws:RequestTag/eks-multus:open-to': 'eks-multus-' };

const PARTS = {
  vpc: arn('ec2', 'vpc/vpc-given'),
  subnet: arn('ec2', 'subnet/subnet-given'),
  'route table': arn('ec2', 'route-table/rtb-given'),
  'internet gateway': arn('ec2', 'internet-gateway/igw-given'),
  'NAT gateway': arn('ec2', 'natgateway/nat-given'),
  'elastic IP address': arn('ec2', 'elastic-ip/eipalloc-given'),
  'security group': arn('ec2', 'security-group/sg-given'),
  'network ACL': arn('ec2', 'network-acl/acl-given'),
  endpoint: arn('ec2', 'vpc-endpoint/vpce-given'),
  interface: arn('ec2', 'network-interface/eni-given'),
} as const;
const CLOSED_SUBNET = arn('ec2', 'subnet/subnet-databases');
const OWN_TABLE = arn('ec2', 'route-table/rtb-own');

/** What changes or deletes a part of a VPC. */
const CHANGES: readonly (readonly [part: keyof typeof PARTS, actions: string])[] = [
  ['vpc', 'AssociateDhcpOptions AssociateVpcCidrBlock CreateFlowLogs DeleteVpc ModifyVpcAttribute'],
  ['subnet', 'AssociateSubnetCidrBlock CreateSubnetCidrReservation DeleteSubnet'],
  ['subnet', 'ModifySubnetAttribute DisassociateRouteTable'],
  ['route table', 'CreateRoute DeleteRoute DeleteRouteTable ReplaceRoute'],
  ['route table', 'DisassociateRouteTable ReplaceRouteTableAssociation'],
  ['internet gateway', 'DeleteInternetGateway DetachInternetGateway'],
  ['NAT gateway', 'DeleteNatGateway'],
  ['elastic IP address', 'DisassociateAddress ReleaseAddress'],
  ['security group', 'AuthorizeSecurityGroupEgress AuthorizeSecurityGroupIngress'],
  ['security group', 'DeleteSecurityGroup RevokeSecurityGroupEgress RevokeSecurityGroupIngress'],
  ['network ACL', 'CreateNetworkAclEntry DeleteNetworkAcl DeleteNetworkAclEntry'],
  ['endpoint', 'DeleteVpcEndpoints ModifyVpcEndpoint'],
];

const changes = CHANGES.flatMap(([part, actions]) =>
  actions
    .split(' ')
    .map((action) =>
      attack(
        `given VPC: ${action} on its ${part}`,
        ...TEMPLATE,
        service(`ec2:${action}`, PARTS[part], OPEN),
      ),
    ),
);

const tags = Object.entries(PARTS).flatMap(([part, resource]) => [
  attack(
    `given VPC: tag its ${part} as the environment's`,
    ...TEMPLATE,
    service('ec2:CreateTags', resource, { ...OPEN, ...TAGGING }),
  ),
  attack(
    `given VPC: take the tags off its ${part}`,
    ...TEMPLATE,
    service('ec2:DeleteTags', resource, OPEN),
  ),
]);

/** Ways to change or delete what belongs to the owner of a VPC that environments may use. */
export const GIVEN_VPC_ATTACKS: readonly Attack[] = [
  ...changes,
  ...tags,
  attack(
    "given VPC: lead a subnet's traffic by a route table of the environment",
    ...TEMPLATE,
    service('ec2:AssociateRouteTable', OWN_TABLE, TAGGED),
    service('ec2:AssociateRouteTable', PARTS.subnet, OPEN),
  ),
  attack(
    'given VPC: attach an internet gateway of the environment',
    ...TEMPLATE,
    service('ec2:AttachInternetGateway', arn('ec2', 'internet-gateway/igw-own'), TAGGED),
    service('ec2:AttachInternetGateway', PARTS.vpc, OPEN),
  ),
  attack(
    'given VPC: make a NAT gateway in its subnet',
    ...TEMPLATE,
    service('ec2:CreateNatGateway', arn('ec2', 'natgateway/new'), TAGGING),
    service('ec2:CreateNatGateway', PARTS.subnet, OPEN),
  ),
  attack(
    'given VPC: make an endpoint, which its route tables would lead to',
    ...TEMPLATE,
    service('ec2:CreateVpcEndpoint', arn('ec2', 'vpc-endpoint/new'), TAGGING),
    service('ec2:CreateVpcEndpoint', PARTS.vpc, OPEN),
    service('ec2:CreateVpcEndpoint', PARTS['route table'], OPEN),
  ),
  attack(
    'given VPC: open a subnet that its owner keeps closed, then launch an instance in it',
    ...TEMPLATE,
    service('ec2:CreateTags', CLOSED_SUBNET, { ...TAGGING, ...OPENING }),
    service('ec2:RunInstances', CLOSED_SUBNET, OPEN),
  ),
  attack(
    'given VPC: launch an instance in a subnet that its owner keeps closed',
    ...TEMPLATE,
    service('ec2:RunInstances', arn('ec2', 'instance/new'), TAGGING),
    service('ec2:RunInstances', CLOSED_SUBNET, TAGGING),
  ),
  attack(
    'given VPC, node or hook: make an interface in a subnet that its owner keeps closed',
    ...MADE_ROLE,
    made('ec2:CreateNetworkInterface', arn('ec2', 'network-interface/new'), {
      'aws:RequestTag/eks-multus-actions/cluster': 'eks-multus-evil',
    }),
    made('ec2:CreateNetworkInterface', CLOSED_SUBNET),
  ),
  attack(
    'given VPC, node or hook: reserve a range of its subnet',
    ...MADE_ROLE,
    made('ec2:CreateSubnetCidrReservation', PARTS.subnet, OPEN),
  ),
  attack(
    'given VPC, node or hook: take addresses for an interface of others',
    ...MADE_ROLE,
    made('ec2:AssignPrivateIpAddresses', PARTS.interface, OPEN),
  ),
  attack(
    'given VPC, node or hook: delete an interface of others',
    ...MADE_ROLE,
    made('ec2:DeleteNetworkInterface', PARTS.interface, OPEN),
  ),
  attack(
    'given VPC, job: sweep an interface of others',
    deployer('ec2:DeleteNetworkInterface', PARTS.interface, OPEN),
  ),
  attack(
    'given VPC, job: sweep a security group of others',
    deployer('ec2:DeleteSecurityGroup', PARTS['security group'], OPEN),
  ),
  attack(
    "given VPC, job: sweep a security group that has the tag of the environment's cluster",
    deployer('ec2:DeleteSecurityGroup', PARTS['security group'], {
      ...OPEN,
      'aws:ResourceTag/kubernetes.io/cluster/eks-multus-evil': 'owned',
    }),
  ),
];
