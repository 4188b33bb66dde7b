import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { LEFTOVER_INTERFACES, MAY_PASS, NEXT_STEP, OUTCOME_OF, RELEASE } from '../relied-on.ts';
import { custodian, documented, issue } from '../sources.ts';

const refusal = (code: string, message: string, status = 400) => ({ code, status, message });

/** What EC2 answers about network interfaces and the instances that they are attached to. */
export const INTERFACE_FACTS: readonly Fact[] = [
  {
    id: 'attachment-limit',
    call: 'AttachNetworkInterface',
    when: 'the instance has as many interfaces as its type takes',
    answer: refusal('AttachmentLimitExceeded', 'Interface count … exceeds the limit for …'),
    source: issue('cilium/cilium#15877'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: false, [NEXT_STEP]: /^remove what is not needed/ }),
    standIn: 'same',
  },
  {
    id: 'interface-in-use',
    call: 'AttachNetworkInterface',
    when: 'the interface is attached already',
    answer: refusal('InvalidNetworkInterface.InUse', 'Interface: […] in use.'),
    source: issue('hashicorp/terraform-provider-aws#27513', 'aws/aws-parallelcluster#4063'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: true, [OUTCOME_OF]: 'in use' }),
    standIn: 'same',
  },
  {
    id: 'device-index-taken',
    call: 'AttachNetworkInterface',
    when: 'another interface has this device index',
    answer: refusal(
      'InvalidParameterValue',
      "Instance '…' already has an interface attached at device index '…'.",
    ),
    source: issue('lstoll/k8s-vpcnet#71', 'cilium/cilium#42512'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: true }),
    standIn: 'same',
  },
  {
    id: 'no-room-for-prefix',
    call: 'CreateNetworkInterface',
    when: 'the subnet has free addresses, but no free block of 16',
    answer: refusal(
      'InsufficientCidrBlocks',
      'The specified subnet does not have enough free cidr blocks to satisfy the request.',
    ),
    source: issue('aws/amazon-vpc-cni-k8s#1585'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: false }),
    standIn: 'same',
  },
  {
    id: 'subnet-full-for-prefix',
    call: 'CreateNetworkInterface',
    when: 'the subnet has fewer free addresses than a prefix takes',
    answer: refusal(
      'InvalidParameterValue',
      "There aren't sufficient free Ipv4 addresses or prefixes",
    ),
    source: issue('aws/amazon-vpc-cni-k8s#3105', 'cilium/cilium#31016'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: false }),
    standIn: {
      differs: 'A full subnet answers InsufficientCidrBlocks or InsufficientFreeAddressesInSubnet.',
    },
  },
  {
    id: 'subnet-full',
    call: 'CreateNetworkInterface',
    when: 'the subnet has no free address',
    answer: refusal(
      'InsufficientFreeAddressesInSubnet',
      'The specified subnet does not have enough free addresses to satisfy the request.',
    ),
    source: issue('aws/amazon-vpc-cni-k8s#1773', 'aws/amazon-vpc-cni-k8s#40'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: false }),
    standIn: 'same',
  },
  {
    id: 'addresses-of-type-used-up',
    call: 'AssignPrivateIpAddresses',
    when: 'the interface has as many addresses and prefixes as its instance type takes',
    answer: refusal(
      'PrivateIpAddressLimitExceeded',
      'Number of private addresses will exceed limit…',
    ),
    source: 'aws/amazon-vpc-cni-k8s@b521883 pkg/ipamd/ipamd.go',
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: false }),
    standIn: 'same',
  },
  {
    id: 'instance-pending',
    call: 'AttachNetworkInterface',
    when: 'the instance is pending',
    answer: refusal('IncorrectState', "Instance '…' is not 'running'…."),
    source: issue('ansible-collections/amazon.aws#497'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: true }),
    standIn: {
      absent: 'By default instances run at once. The switch `pendingMs` gives this answer.',
    },
  },
  {
    id: 'instance-pending-by-interface',
    call: 'ModifyNetworkInterfaceAttribute',
    when: 'the interface is attached to an instance that is pending',
    answer: refusal(
      'IncorrectInstanceState',
      "The pending-instance-creation instance to which 'eni' is attached is not in a valid state for this operation",
    ),
    source: issue('PaloAltoNetworks/terraform-aws-vmseries-modules#97'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: true }),
    standIn: { absent: 'The switch `pendingMs` gives the answer of AttachNetworkInterface alone.' },
  },
  {
    id: 'instance-pending-by-id',
    call: 'AttachNetworkInterface',
    when: 'the instance is pending, in older reports',
    answer: refusal(
      'InvalidInstanceID',
      "The pending instance '…' is not in a valid state for this operation.",
    ),
    source: issue('bevacqua/grunt-ec2#15'),
    kind: 'report',
    reliedOnBy: relied({ [MAY_PASS]: true }),
    standIn: { absent: 'The switch `pendingMs` gives the newer words.' },
  },
  {
    id: 'instance-not-known-yet',
    call: 'AttachNetworkInterface',
    when: 'the instance was launched a moment ago',
    answer: refusal('InvalidInstanceID.NotFound', "The instance ID '…' does not exist"),
    source: documented('AWSEC2/latest/APIReference/errors-overview.html'),
    kind: 'documentation',
    reliedOnBy: relied({ [MAY_PASS]: true, [OUTCOME_OF]: 'removed' }),
    standIn: 'same',
  },
  {
    id: 'interface-unknown',
    call: 'DeleteNetworkInterface',
    when: 'there is no such interface (any more)',
    answer: refusal(
      'InvalidNetworkInterfaceID.NotFound',
      "The networkInterface ID '…' does not exist",
    ),
    source: custodian('test_network_interface_delete'),
    kind: 'recording',
    reliedOnBy: relied({ [OUTCOME_OF]: 'removed', [MAY_PASS]: true, [RELEASE]: 'released' }),
    standIn: 'same',
  },
  {
    id: 'interface-held-by-service',
    call: 'DeleteNetworkInterface',
    when: 'the interface is attached',
    answer: refusal('InvalidParameterValue', "Network interface '…' is currently in use."),
    source: issue('gruntwork-io/cloud-nuke#431', 'gruntwork-io/cloud-nuke#1132'),
    kind: 'report',
    reliedOnBy: relied({ [OUTCOME_OF]: 'in use', [RELEASE]: 'not released' }),
    standIn: 'same',
  },
  {
    id: 'interface-unattached',
    call: 'DescribeNetworkInterfaces',
    when: 'an interface is attached to nothing and has no tag',
    answer: {
      output: {
        NetworkInterfaces: [{ Status: 'available', Attachment: undefined, TagSet: [] }],
      },
      wire: { networkInterfaceSet: [{ status: 'available', tagSet: [] }] },
    },
    source: `${custodian('')}: 107 interfaces of several recordings`,
    kind: 'recording',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'interface-of-vpc-cni',
    call: 'DescribeNetworkInterfaces',
    when: 'an older VPC CNI made the interface: it has a description and no tag',
    answer: {
      output: { NetworkInterfaces: [{ Description: 'aws-K8S-i-0123456789abcdef0' }] },
      wire: { networkInterfaceSet: [{ description: 'aws-K8S-i-0123456789abcdef0' }] },
    },
    source: 'aws/amazon-vpc-cni-k8s@b521883 pkg/awsutils/awsutils.go',
    kind: 'report',
    reliedOnBy: relied({ [LEFTOVER_INTERFACES]: true }),
    standIn: { absent: 'No VPC CNI runs on the nodes of the rehearsal.' },
  },
  {
    id: 'interface-of-service',
    call: 'DescribeNetworkInterfaces',
    when: 'a service holds the interface: the attachment names an owner and no instance',
    answer: {
      output: {
        NetworkInterfaces: [
          {
            Status: 'in-use',
            Attachment: { InstanceOwnerId: 'amazon-elb', InstanceId: undefined, DeviceIndex: 1 },
          },
        ],
      },
      wire: {
        networkInterfaceSet: [
          { status: 'in-use', attachment: { instanceOwnerId: 'amazon-elb', deviceIndex: 1 } },
        ],
      },
    },
    source: `${custodian('')}: 107 interfaces of several recordings`,
    kind: 'recording',
    reliedOnBy: [],
    standIn: { absent: 'Load balancers are not simulated.' },
  },
  {
    id: 'prefixes-from-reservation',
    call: 'CreateNetworkInterface',
    when: 'the subnet has a reservation of type prefix: prefixes come from it first',
    answer: {
      output: { NetworkInterface: { Ipv4Prefixes: [{ Ipv4Prefix: '10.9.8.128/28' }] } },
      wire: { networkInterface: { ipv4PrefixSet: [{ ipv4Prefix: '10.9.8.128/28' }] } },
    },
    source: issue('aws/amazon-vpc-cni-k8s#2749'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
];
