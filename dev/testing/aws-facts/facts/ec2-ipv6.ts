import type { Fact } from '../fact.ts';
import { botocore, documented, issue } from '../sources.ts';

const refusal = (code: string, message: string) => ({ code, status: 400, message });
const sure = { kind: 'report', reliedOnBy: [], standIn: 'same' } as const;
/** No source has the answer; the stand-in gives the nearest that one has. */
const unsure = { kind: 'doubt', reliedOnBy: [], standIn: 'same' } as const;
const IPV6_BLOCKS = documented('vpc/latest/userguide/subnet-sizing.html');
const PREFIXES = documented('AWSEC2/latest/UserGuide/ec2-prefix-eni.html');

/** What EC2 answers about IPv6: blocks of VPCs and subnets, addresses and prefixes of interfaces. */
export const IPV6_FACTS: readonly Fact[] = [
  {
    id: 'ipv6-block-of-amazon',
    call: 'AssociateVpcCidrBlock',
    when: 'the VPC gets a block of Amazon',
    answer: {
      output: {
        Ipv6CidrBlockAssociation: {
          Ipv6CidrBlock: '…::/56',
          Ipv6CidrBlockState: { State: 'associating' },
          Ipv6Pool: 'Amazon',
        },
      },
      wire: {
        ipv6CidrBlockAssociation: {
          ipv6CidrBlock: '2001:db8:1234:1a00::/56',
          ipv6CidrBlockState: { state: 'associating' },
          ipv6Pool: 'Amazon',
        },
      },
    },
    source: documented('AWSEC2/latest/APIReference/API_AssociateVpcCidrBlock.html'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'ipv6-block-outside',
    call: 'AssociateSubnetCidrBlock',
    when: 'the IPv6 block is not in that of the VPC',
    answer: refusal('InvalidSubnet.Range', "The IPv6 CIDR '…' is invalid."),
    source: issue('hashicorp/terraform-provider-aws#31913'),
    ...sure,
  },
  {
    id: 'ipv6-block-of-another-size',
    call: 'AssociateSubnetCidrBlock',
    when: 'the IPv6 block has a size that no subnet may have',
    answer: refusal('InvalidParameterValue', 'invalid value for parameter ipv6-cidr-block: …'),
    source: issue('hashicorp/terraform-provider-aws#28775'),
    ...sure,
  },
  {
    id: 'ipv6-block-of-another-subnet',
    call: 'AssociateSubnetCidrBlock',
    when: 'another subnet has the IPv6 block, or a part of it',
    answer: refusal('InvalidSubnet.Conflict', "The IPv6 CIDR '…' conflicts with another subnet"),
    source: issue('telia-oss/terraform-aws-vpc#33'),
    ...sure,
  },
  {
    id: 'second-ipv6-block',
    call: 'AssociateSubnetCidrBlock',
    when: 'the subnet has an IPv6 block already',
    answer: refusal('InvalidParameterValue', '…'),
    source: documented('AWSEC2/latest/APIReference/API_AssociateSubnetCidrBlock.html'),
    ...unsure,
  },
  {
    id: 'ipv6-block-of-vpc-in-use',
    call: 'DisassociateVpcCidrBlock',
    when: 'the VPC has a subnet in the IPv6 block',
    answer: refusal(
      'InvalidCidrBlock.InUse',
      'The vpc … currently has a subnet within CIDR block …',
    ),
    source: issue(
      'hashicorp/terraform-provider-aws#29077',
      'hashicorp/terraform-provider-aws#39854',
    ),
    ...sure,
  },
  {
    id: 'ipv6-block-gives-addresses',
    call: 'DisassociateSubnetCidrBlock',
    when: 'the subnet gives each new interface an IPv6 address',
    answer: refusal(
      'InvalidCidrBlock.InUse',
      'The subnet IPv6 CIDR block with association ID … may not be disassociated, because its subnet has assign-ipv6-address-on-creation set to true.',
    ),
    source: issue('hashicorp/terraform-provider-aws#46017'),
    ...sure,
  },
  {
    id: 'ipv6-block-of-subnet-in-use',
    call: 'DisassociateSubnetCidrBlock',
    when: 'an interface has an address or a prefix of the IPv6 block',
    answer: refusal('InvalidCidrBlock.InUse', '…'),
    source: documented('AWSEC2/latest/APIReference/API_DisassociateSubnetCidrBlock.html'),
    ...unsure,
  },
  {
    id: 'ipv6-prefix-of-interface',
    call: 'CreateNetworkInterface',
    when: 'the interface gets an IPv6 prefix',
    answer: {
      output: { NetworkInterface: { Ipv6Prefixes: [{ Ipv6Prefix: '…/80' }] } },
      wire: { networkInterface: { ipv6PrefixSet: [{ ipv6Prefix: '2001:db8:0:0:1::/80' }] } },
    },
    source: botocore('ec2/2016-11-15/service-2.json.gz'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'ipv6-prefixes-assigned',
    call: 'AssignIpv6Addresses',
    when: 'the interface gets an IPv6 prefix later: the answer has the new one only',
    answer: {
      output: { AssignedIpv6Prefixes: ['…/80'] },
      wire: { assignedIpv6PrefixSet: ['2001:db8:0:0:1::/80'] },
    },
    source: botocore('ec2/2016-11-15/service-2.json.gz'),
    kind: 'documentation',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'ipv6-addresses-and-prefixes',
    call: 'CreateNetworkInterface',
    when: 'the call asks for IPv6 addresses and for prefixes',
    answer: refusal(
      'InvalidParameterValue',
      'You can and can only specify one of ipv6-addresses or ipv6-addresses-count  ipv6-prefix and ipv6-prefix-count.',
    ),
    source: issue('aws/karpenter-provider-aws#2187'),
    ...sure,
  },
  {
    id: 'subnet-without-ipv6',
    call: 'CreateNetworkInterface',
    when: 'the call asks for IPv6 in a subnet that has none',
    answer: refusal('InvalidParameterValue', '…'),
    source: IPV6_BLOCKS,
    ...unsure,
  },
  {
    id: 'ipv6-addresses-of-type-used-up',
    call: 'AssignIpv6Addresses',
    when: 'the interface has as many IPv6 addresses and prefixes as its instance type takes',
    answer: refusal('PrivateIpAddressLimitExceeded', '…'),
    source: PREFIXES,
    ...unsure,
  },
  {
    id: 'type-without-ipv6',
    call: 'AttachNetworkInterface',
    when: 'the interface has IPv6, and the instance type knows none',
    answer: refusal('InvalidParameterCombination', '…'),
    source: documented('AWSEC2/latest/UserGuide/using-instance-addressing.html'),
    ...unsure,
  },
  {
    id: 'type-without-prefixes',
    call: 'AttachNetworkInterface',
    when: 'the interface has an IPv6 prefix, and the instance type is not of the Nitro system',
    answer: refusal('Unsupported', '…'),
    source: PREFIXES,
    ...unsure,
  },
];
