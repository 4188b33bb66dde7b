import { type Attack, arn, attack, service, TAGGED, TAGGING, TEMPLATE } from './attack.ts';

const OWN_VPC = arn('ec2', 'vpc/vpc-own');
const OWN_ENDPOINT = arn('ec2', 'vpc-endpoint/vpce-own');
const FRESH = arn('ec2', 'vpc-endpoint/new');
const OF_OTHERS = {
  endpoint: arn('ec2', 'vpc-endpoint/vpce-payments'),
  subnet: arn('ec2', 'subnet/subnet-payments'),
  group: arn('ec2', 'security-group/sg-payments'),
  table: arn('ec2', 'route-table/rtb-payments'),
};

/** Ways from the endpoints of an environment without internet to what others have. */
export const ENDPOINT_ATTACKS: readonly Attack[] = [
  attack(
    'make an interface endpoint in a subnet of others',
    ...TEMPLATE,
    service('ec2:CreateVpcEndpoint', FRESH, TAGGING),
    service('ec2:CreateVpcEndpoint', OWN_VPC, TAGGED),
    service('ec2:CreateVpcEndpoint', OF_OTHERS.subnet),
  ),
  attack(
    'make an interface endpoint with a security group of others',
    ...TEMPLATE,
    service('ec2:CreateVpcEndpoint', FRESH, TAGGING),
    service('ec2:CreateVpcEndpoint', OWN_VPC, TAGGED),
    service('ec2:CreateVpcEndpoint', OF_OTHERS.group),
  ),
  attack(
    'put the endpoint of an environment into a subnet of others',
    ...TEMPLATE,
    service('ec2:ModifyVpcEndpoint', OWN_ENDPOINT, TAGGED),
    service('ec2:ModifyVpcEndpoint', OF_OTHERS.subnet),
  ),
  attack(
    'lead the routes of others to the gateway endpoint of an environment',
    ...TEMPLATE,
    service('ec2:ModifyVpcEndpoint', OWN_ENDPOINT, TAGGED),
    service('ec2:ModifyVpcEndpoint', OF_OTHERS.table),
  ),
  attack(
    'change the policy of an endpoint of others',
    ...TEMPLATE,
    service('ec2:ModifyVpcEndpoint', OF_OTHERS.endpoint),
  ),
  attack(
    'tag an endpoint of others first, then delete it',
    ...TEMPLATE,
    service('ec2:CreateTags', OF_OTHERS.endpoint, TAGGING),
    service('ec2:DeleteVpcEndpoints', OF_OTHERS.endpoint, TAGGED),
  ),
];
