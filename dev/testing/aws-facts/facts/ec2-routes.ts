import type { Fact } from '../fact.ts';
import { documented, issue, quoted } from '../sources.ts';

/** What EC2 answers about the ranges of a VPC, and about routes to what is beyond it. */
export const ROUTE_FACTS: readonly Fact[] = [
  {
    id: 'transit-gateway-not-attached',
    call: 'CreateRoute',
    when: 'the VPC of the route table is not attached to the transit gateway',
    answer: {
      code: 'InvalidTransitGatewayID.NotFound',
      status: 400,
      message: "The transitGateway ID '…' does not exist.",
    },
    source: issue('hashicorp/terraform-provider-aws#9222'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'range-restricted',
    call: 'AssociateVpcCidrBlock',
    when: 'the range is of another private range than the first one of the VPC',
    answer: {
      code: 'InvalidVpc.Range',
      status: 400,
      message:
        "The CIDR '…' is restricted. Use a CIDR from the same private address range as the current VPC CIDR, or use a publicly-routable CIDR. For additional restrictions, see https://…",
    },
    source: quoted('is restricted. Use a CIDR from the same private'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'range-in-use',
    call: 'DisassociateVpcCidrBlock',
    when: 'the VPC has a subnet in the range',
    answer: {
      code: 'InvalidCidrBlock.InUse',
      status: 400,
      message: 'The vpc CIDR block … is in use.',
    },
    source: documented('AWSEC2/latest/APIReference/API_DisassociateVpcCidrBlock.html'),
    kind: 'doubt',
    reliedOnBy: [],
    standIn: 'same',
  },
];
