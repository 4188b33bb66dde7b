import {
  type Attack,
  arn,
  attack,
  deployer,
  importOf,
  MADE_ROLE,
  made,
  service,
  TAGGED,
  TAGGING,
  TEMPLATE,
} from './attack.ts';

const VPC = arn('ec2', 'vpc/vpc-payments');
const SUBNET = arn('ec2', 'subnet/subnet-payments');
const GROUP = arn('ec2', 'security-group/sg-payments');
const TABLE = arn('ec2', 'route-table/rtb-payments');
const INTERFACE = arn('ec2', 'network-interface/eni-payments');
const INSTANCE = arn('ec2', 'instance/i-payments');
const IMAGE = 'arn:aws:ec2:ap-northeast-2::image/ami-1';
/** What a call makes has no id yet. */
const fresh = (type: string) => arn('ec2', `${type}/new`);

/** Ways to networks, interfaces and instances of others. What EC2 has no name for is guarded by tags. */
export const NETWORK_ATTACKS: readonly Attack[] = [
  attack(
    'tag a VPC of others first, then delete it',
    ...TEMPLATE,
    service('ec2:CreateTags', VPC, TAGGING),
    service('ec2:DeleteVpc', VPC, TAGGED),
  ),
  attack(
    'import a VPC of others, which tags it, then delete it',
    ...importOf('AWS::EC2::VPC'),
    service('ec2:CreateTags', VPC, TAGGING),
    service('ec2:DeleteVpc', VPC, TAGGED),
  ),
  attack(
    'tag a security group of others first, then open it to the world',
    ...TEMPLATE,
    service('ec2:CreateTags', GROUP, TAGGING),
    service('ec2:AuthorizeSecurityGroupIngress', GROUP, TAGGED),
  ),
  attack(
    'tag a route table of others first, then lead its traffic elsewhere',
    ...TEMPLATE,
    service('ec2:CreateTags', TABLE, TAGGING),
    service('ec2:ReplaceRoute', TABLE, TAGGED),
  ),
  attack(
    'open a security group of others',
    ...TEMPLATE,
    service('ec2:AuthorizeSecurityGroupIngress', GROUP),
  ),
  attack(
    'remove the tags of others',
    ...TEMPLATE,
    service('ec2:DeleteTags', GROUP, { 'aws:ResourceTag/eks-multus:environment': 'team-b-lab' }),
  ),
  attack(
    'put a subnet of others under a route table of the environment',
    ...TEMPLATE,
    service('ec2:AssociateRouteTable', arn('ec2', 'route-table/rtb-own'), TAGGED),
    service('ec2:AssociateRouteTable', SUBNET),
  ),
  attack(
    'make a subnet in a VPC of others',
    ...TEMPLATE,
    service('ec2:CreateSubnet', fresh('subnet'), TAGGING),
    service('ec2:CreateSubnet', VPC, TAGGING),
  ),
  attack(
    'make a security group in a VPC of others',
    ...TEMPLATE,
    service('ec2:CreateSecurityGroup', fresh('security-group'), TAGGING),
    service('ec2:CreateSecurityGroup', VPC, TAGGING),
  ),
  attack(
    'make a NAT gateway in a subnet of others',
    ...TEMPLATE,
    service('ec2:CreateNatGateway', fresh('natgateway'), TAGGING),
    service('ec2:CreateNatGateway', SUBNET, TAGGING),
  ),
  attack(
    'make an endpoint with a policy of its own in a VPC of others',
    ...TEMPLATE,
    service('ec2:CreateVpcEndpoint', fresh('vpc-endpoint'), TAGGING),
    service('ec2:CreateVpcEndpoint', VPC, TAGGING),
    service('ec2:CreateVpcEndpoint', TABLE, TAGGING),
  ),
  attack(
    'launch an instance in a subnet of others',
    ...TEMPLATE,
    service('ec2:RunInstances', fresh('instance'), TAGGING),
    service('ec2:RunInstances', IMAGE),
    service('ec2:RunInstances', SUBNET, TAGGING),
  ),
  attack(
    'launch an instance with a security group of others',
    ...TEMPLATE,
    service('ec2:RunInstances', fresh('instance'), TAGGING),
    service('ec2:RunInstances', arn('ec2', 'subnet/subnet-own'), TAGGED),
    service('ec2:RunInstances', GROUP, TAGGING),
  ),
  attack('end an instance of others', ...TEMPLATE, service('ec2:TerminateInstances', INSTANCE)),
  attack('delete an interface of others', deployer('ec2:DeleteNetworkInterface', INTERFACE)),
  attack('delete a security group of others', deployer('ec2:DeleteSecurityGroup', GROUP)),
  attack(
    'node or hook: take an interface off an instance of others',
    ...MADE_ROLE,
    made('ec2:DetachNetworkInterface', INTERFACE),
    made('ec2:DetachNetworkInterface', INSTANCE),
  ),
  attack(
    'node or hook: tag an interface of others first, then delete it',
    ...MADE_ROLE,
    made('ec2:CreateTags', INTERFACE, {
      'aws:RequestTag/eks-multus-actions/cluster': 'eks-multus-evil',
    }),
    made('ec2:DeleteNetworkInterface', INTERFACE, {
      'aws:ResourceTag/eks-multus-actions/cluster': 'eks-multus-evil',
    }),
  ),
  attack(
    'node or hook: make an interface in a subnet of others',
    ...MADE_ROLE,
    made('ec2:CreateNetworkInterface', fresh('network-interface'), {
      'aws:RequestTag/eks-multus-actions/cluster': 'eks-multus-evil',
    }),
    made('ec2:CreateNetworkInterface', SUBNET),
  ),
  attack(
    'made role: end an instance of others',
    ...MADE_ROLE,
    made('ec2:TerminateInstances', INSTANCE),
  ),
  attack(
    'made role: delete a load balancer of others',
    ...MADE_ROLE,
    made(
      'elasticloadbalancing:DeleteLoadBalancer',
      arn('elasticloadbalancing', 'loadbalancer/app/payments/1'),
    ),
  ),
];
