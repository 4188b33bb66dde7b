import type { Fact } from '../fact.ts';
import { relied } from '../fact.ts';
import { EXISTS, NEXT_STEP } from '../relied-on.ts';
import { custodian, documented, issue } from '../sources.ts';

const refusal = (code: string, message: string, status: number) => ({ code, status, message });

/** What EKS answers about clusters and who may enter them. */
export const EKS_FACTS: readonly Fact[] = [
  {
    id: 'cluster-unknown',
    call: 'DescribeCluster',
    when: 'there is no cluster of this name',
    answer: refusal('ResourceNotFoundException', 'No cluster found for name: ….', 404),
    source: issue('opendatacube/datacube-k8s-eks#70', 'finleap/tf-eks-fargate-tmpl#1'),
    kind: 'report',
    reliedOnBy: relied({ [EXISTS]: false }),
    standIn: 'same',
  },
  {
    id: 'cluster-active',
    call: 'DescribeCluster',
    when: 'the cluster exists',
    answer: {
      output: {
        cluster: { status: 'ACTIVE', endpoint: 'https://…', certificateAuthority: { data: '…' } },
      },
    },
    source: custodian('test_eks_delete'),
    kind: 'recording',
    reliedOnBy: relied({ [EXISTS]: true }),
    standIn: 'same',
  },
  {
    id: 'cluster-name-taken',
    call: 'CreateCluster',
    when: 'there is a cluster of this name',
    answer: refusal('ResourceInUseException', 'Cluster already exists with name: …', 409),
    source: issue('terraform-aws-modules/terraform-aws-eks#1991', 'hashicorp/terraform#30808'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'cluster-with-node-groups',
    call: 'DeleteCluster',
    when: 'the cluster has managed node groups',
    answer: refusal('ResourceInUseException', 'Cluster has nodegroups attached', 409),
    source: issue('gruntwork-io/cloud-nuke#148', 'kubernetes-sigs/cluster-api-provider-aws#2176'),
    kind: 'report',
    reliedOnBy: [],
    standIn: { absent: 'Managed node groups are not simulated, and no template has one.' },
  },
  {
    id: 'zone-not-taken',
    call: 'CreateCluster',
    when: 'EKS has no room for control planes in a zone of the subnets',
    answer: refusal(
      'UnsupportedAvailabilityZoneException',
      "Cannot create cluster '…' because …, the targeted availability zone, does not currently have sufficient capacity to support the cluster. Retry and choose from these availability zones: …",
      400,
    ),
    source: issue('eksctl-io/eksctl#118', 'rancher/rancher#14224'),
    kind: 'report',
    reliedOnBy: relied({ [NEXT_STEP]: /^correct what the reason names/ }),
    standIn: 'same',
  },
  {
    id: 'version-unsupported',
    call: 'CreateCluster',
    when: 'EKS does not offer the version of Kubernetes',
    answer: refusal('InvalidParameterException', 'unsupported Kubernetes version', 400),
    source: 'quoted in several public repositories: "unsupported Kubernetes version (Service: Eks"',
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'principal-not-known-yet',
    call: 'CreateAccessEntry',
    when: 'the role does not exist, or was made a moment ago',
    answer: refusal(
      'InvalidParameterException',
      'The specified principalArn is invalid: invalid principal.',
      400,
    ),
    source: issue(
      'hashicorp/terraform-provider-aws#35535',
      'terraform-aws-modules/terraform-aws-eks#2969',
    ),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'principal-of-session',
    call: 'CreateAccessEntry',
    when: 'the ARN is that of a session and not of its role',
    answer: refusal(
      'InvalidParameterException',
      'The principalArn parameter format is not valid',
      400,
    ),
    source: issue('aws-samples/appmod-blueprints#319'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'access-entry-taken',
    call: 'CreateAccessEntry',
    when: 'the cluster has an entry of this principal',
    answer: refusal(
      'ResourceInUseException',
      'The specified access entry resource is already in use on this cluster.',
      409,
    ),
    source: documented('eks/latest/APIReference/API_CreateAccessEntry.html'),
    kind: 'report',
    reliedOnBy: [],
    standIn: 'same',
  },
  {
    id: 'access-entry-unknown',
    call: 'AssociateAccessPolicy',
    when: 'the cluster has no entry of this principal',
    answer: refusal(
      'ResourceNotFoundException',
      "The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.",
      404,
    ),
    source: issue('terraform-aws-modules/terraform-aws-eks#3024'),
    kind: 'report',
    reliedOnBy: relied({ [EXISTS]: false }),
    standIn: 'same',
  },
  {
    id: 'access-entry-user-name',
    call: 'UpdateAccessEntry',
    when: 'the user name begins with system:',
    answer: refusal('InvalidParameterException', 'The username must not begin with system:…', 400),
    source: issue('aws-ia/terraform-aws-eks-blueprints#1920'),
    kind: 'report',
    reliedOnBy: [],
    standIn: { absent: 'Names of users are kept as they are. No template sets one.' },
  },
];
