import type { Stack } from '../../../cloudformation/stack-api.ts';
import type { AccountFacts, NodeImage } from '../facts.ts';
import { decision, instanceType, SERVICE_ROLE, workingStack, zone } from './good-account.ts';

/** A set-up that cannot work: what differs from the good one, and a part of the problem that must be reported. */
export interface WrongSetUp {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly stacks?: readonly Stack[];
  readonly facts?: AccountFacts;
  readonly says: string;
}

const group = (text: string) => ({
  'node-groups': `- { name: ng1, zone: ap-northeast-2a, ${text} }`,
});
const type = (name: string) => group(`instance-type: ${name}`);
const types = (...of: Parameters<typeof instanceType>) => ({
  instanceTypes: { value: [instanceType(...of)] },
  offerings: { value: [{ type: of[0].name ?? 'm5.xlarge', zone: 'ap-northeast-2a' }] },
});
const existing = (kubernetes: string, more: Readonly<Record<string, string>> = {}) => [
  workingStack('eks-multus-cluster', {
    parameters: { KubernetesVersion: kubernetes, NatGateways: 'one', ...more },
    outputs: { MultusSubnetIds: 'subnet-11,subnet-12,subnet-21,subnet-22' },
  }),
];
const someNat = (count: number) => ({
  value: Array.from({ length: count }, () => 'ap-northeast-2a'),
});
const someVpcs = (count: number) => ({
  value: Array.from({ length: count }, (_, index) => ({
    id: `vpc-${index}`,
    cidrs: ['172.30.0.0/16'],
    isDefault: false,
    tags: {},
  })),
});
const running = (vcpus: number, name = 'm5.large', isSpot = false) => ({
  value: [{ type: name, vcpus, isSpot }],
});
const quota = (code: string, value: number) => ({
  value: { 'L-1216C47A': 1000, [code]: value },
});
const zonesWith = (of: Parameters<typeof zone>[1]) => ({
  zones: { value: [zone('ap-northeast-2a', of), zone('ap-northeast-2b'), zone('ap-northeast-2c')] },
});

const AMI = 'ami-0123456789abcdef0';
const image = (of: Partial<NonNullable<NodeImage['found']>>) => ({
  nodeImages: {
    value: [
      {
        ami: AMI,
        id: AMI,
        found: {
          state: 'available',
          architecture: 'x86_64',
          rootDevice: '/dev/xvda',
          rootSize: 20,
          ...of,
        },
      },
    ],
  },
});
const NODE_IMAGES: readonly WrongSetUp[] = [
  {
    inputs: group('ami: /golden/nodes'),
    facts: { nodeImages: { value: [{ ami: '/golden/nodes', id: undefined }] } },
    says: 'ng1.ami: there is no SSM parameter /golden/nodes',
  },
  {
    inputs: group('ami: /golden/nodes'),
    facts: { nodeImages: { value: [{ ami: '/golden/nodes', id: AMI }] } },
    says: `EC2 in ap-northeast-2 shows this account no AMI ${AMI} of /golden/nodes`,
  },
  { inputs: group(`ami: ${AMI}`), facts: image({ state: 'pending' }), says: `${AMI} is pending` },
  {
    inputs: group(`ami: ${AMI}`),
    facts: image({ architecture: 'arm64' }),
    says: `${AMI} is for arm64, and the instance type is x86_64`,
  },
  {
    inputs: group(`ami: ${AMI}`),
    facts: image({ rootDevice: '/dev/sda1' }),
    says: `the root volume of ${AMI} is /dev/sda1`,
  },
  {
    inputs: group(`ami: ${AMI}`),
    facts: image({ rootSize: 60 }),
    says: `${AMI} needs 60 GiB, and volume-size is 50`,
  },
];

const IDENTITY: readonly WrongSetUp[] = [
  {
    inputs: { 'cloudformation-role-arn': 'arn:aws:iam::999999999999:role/other' },
    says: 'cloudformation-role-arn: arn:aws:iam::999999999999:role/other is not a role of account 123456789012',
  },
  {
    inputs: { 'admin-role-arns': 'arn:aws:iam::123456789012:role/typo' },
    facts: {
      missingPrincipals: {
        value: [{ arn: 'arn:aws:iam::123456789012:role/typo', actual: undefined }],
      },
    },
    says: 'admin-role-arns: IAM has no role arn:aws:iam::123456789012:role/typo',
  },
  {
    inputs: { 'admin-role-arns': 'arn:aws:iam::123456789012:user/ann' },
    facts: {
      missingPrincipals: {
        value: [
          {
            arn: 'arn:aws:iam::123456789012:user/ann',
            actual: 'arn:aws:iam::123456789012:user/people/ann',
          },
        ],
      },
    },
    says: 'give arn:aws:iam::123456789012:user/people/ann, with the path',
  },
  {
    inputs: { 'key-name': 'mine' },
    facts: { keyPair: { value: false } },
    says: 'key-name: EC2 in ap-northeast-2 has no key pair mine',
  },
];

const PERMISSIONS: readonly WrongSetUp[] = [
  {
    facts: {
      deployer: { value: [decision('cloudformation:CreateChangeSet', { allowed: false })] },
    },
    says: 'role/eks-multus-deployer may not cloudformation:CreateChangeSet on *: no policy of the role allows it',
  },
  {
    facts: {
      deployer: { value: [decision('iam:PassRole', { allowed: false, resource: SERVICE_ROLE })] },
    },
    says: `may not iam:PassRole on ${SERVICE_ROLE}`,
  },
  {
    facts: { cloudFormation: { value: [decision('ec2:CreateVpc', { allowed: false })] } },
    says: 'role/eks-multus-cloudformation may not ec2:CreateVpc on *',
  },
  {
    facts: {
      cloudFormation: {
        value: [decision('eks:CreateCluster', { allowed: false, deniedBy: 'organization' })],
      },
    },
    says: 'may not eks:CreateCluster on *: a policy of the organization (SCP) denies it',
  },
  {
    facts: {
      cloudFormation: {
        value: [decision('iam:CreateRole', { allowed: false, deniedBy: 'boundary' })],
      },
    },
    says: 'may not iam:CreateRole on *: the permissions boundary of the role denies it',
  },
];

const ZONES: readonly WrongSetUp[] = [
  {
    inputs: { 'availability-zones': 'ap-northeast-2a,ap-northeast-2e' },
    says: 'availability-zones: ap-northeast-2e is not a zone of ap-northeast-2 in this account',
  },
  ...['use1-az3', 'usw1-az2', 'cac1-az3'].map((id) => ({
    facts: zonesWith({ id }),
    says: `ap-northeast-2a is ${id}, in which EKS makes no cluster`,
  })),
  { facts: zonesWith({ kind: 'local-zone' }), says: 'ap-northeast-2a is a local zone' },
  { facts: zonesWith({ kind: 'wavelength-zone' }), says: 'ap-northeast-2a is a wavelength zone' },
  { facts: zonesWith({ state: 'impaired' }), says: 'ap-northeast-2a is impaired' },
];

const VERSIONS: readonly WrongSetUp[] = [
  ...['1.40', '1.99'].map((version) => ({
    inputs: { 'kubernetes-version': version },
    says: `EKS in ap-northeast-2 does not offer ${version}. Fix: give one of 1.35, 1.34, 1.32`,
  })),
  {
    inputs: { 'kubernetes-version': '1.24' },
    says: 'does not offer 1.24; its support ended on 2028-01-27',
  },
  {
    facts: { versions: { value: [] } },
    says: 'kubernetes-version: EKS in ap-northeast-2 does not offer 1.35',
  },
  {
    inputs: { 'kubernetes-version': '1.34' },
    stacks: existing('1.32'),
    says: 'the cluster is 1.32, not 1.34: EKS upgrades one minor version at a time. Fix: give 1.33 first',
  },
  {
    inputs: { 'kubernetes-version': '1.34' },
    stacks: existing('1.35'),
    says: 'the cluster is 1.35, not 1.34: this action does not go back to an older version',
  },
];

const INSIGHT = {
  id: '123e4567-e89b-42d3-a456-579642341238',
  name: 'Deprecated APIs removed in Kubernetes v1.35',
  status: 'ERROR',
  reason: 'Deprecated API usage detected within last 30 days.',
  recommendation: 'Migrate to the newer API.',
  concerns: ['/apis/a/v1beta1/b, used by tool/1.0 (7 requests in 30 days)'],
};
const FROM_1_34 = { inputs: { 'kubernetes-version': '1.35' }, stacks: existing('1.34') };

const UPGRADES: readonly WrongSetUp[] = [
  {
    ...FROM_1_34,
    facts: { insights: { value: [INSIGHT] } },
    says: 'EKS insight "Deprecated APIs removed in Kubernetes v1.35" is ERROR: Deprecated API usage detected within last 30 days.; /apis/a/v1beta1/b, used by tool/1.0 (7 requests in 30 days). Fix: Migrate to the newer API.',
  },
  {
    ...FROM_1_34,
    facts: { insights: { value: [INSIGHT] } },
    says: `give accept-insights: ${INSIGHT.id}`,
  },
  {
    ...FROM_1_34,
    facts: {
      kubelets: {
        value: [
          { node: 'old', version: 'v1.31.9' },
          { node: 'good', version: 'v1.32.0' },
        ],
      },
    },
    says: 'with 1.35, these nodes are more than 3 minor versions older than the control plane: old (v1.31.9). Fix: replace them first',
  },
  {
    ...FROM_1_34,
    facts: {
      addons: { value: [{ name: 'kube-proxy', version: 'v1.34.0-eksbuild.2', offered: [] }] },
    },
    says: 'add-on kube-proxy is v1.34.0-eksbuild.2, which EKS does not offer for 1.35. Fix: wait until EKS offers it',
  },
];

const TYPES: readonly WrongSetUp[] = [
  { inputs: type('m9z.xlarge'), says: 'EC2 in ap-northeast-2 has no instance type m9z.xlarge' },
  {
    inputs: type('m7i.xlarge'),
    facts: {
      ...types({ name: 'm7i.xlarge' }),
      offerings: { value: [{ type: 'm7i.xlarge', zone: 'ap-northeast-2c' }] },
    },
    says: 'EC2 does not offer m7i.xlarge in ap-northeast-2a. Fix: use another zone or another type; EC2 offers it in ap-northeast-2c',
  },
  {
    inputs: type('m7i.xlarge'),
    facts: { ...types({ name: 'm7i.xlarge' }), offerings: { value: [] } },
    says: 'EC2 offers it in no zone of this region',
  },
  {
    inputs: type('m9.xlarge'),
    facts: types({ name: 'm9.xlarge', architectures: ['riscv64'] }),
    says: 'm9.xlarge is for riscv64, for which EKS has no image',
  },
  {
    inputs: type('z9.xlarge'),
    facts: types({ name: 'z9.xlarge', hypervisor: 'xen' }),
    says: 'z9.xlarge does not run on the Nitro system',
  },
  {
    inputs: type('p6-b200.48xlarge'),
    facts: types({ name: 'p6-b200.48xlarge', usage: ['capacity-block'], accelerators: ['NVIDIA'] }),
    says: 'p6-b200.48xlarge cannot be started on demand, only as capacity-block',
  },
  {
    inputs: type('p5.48xlarge'),
    facts: types({ name: 'p5.48xlarge', interfaces: 2, accelerators: ['NVIDIA'] }),
    says: 'p5.48xlarge of group ng1 has 2 interfaces on its first network card, and 2 networks need 3',
  },
  {
    inputs: group('instance-type: x9.large, prefixes-per-interface: 4, max: 1, desired: 1'),
    facts: types({ name: 'x9.large', addressesPerInterface: 4 }),
    says: 'an interface of x9.large of group ng1 has room for 4 addresses, and prefixes-per-interface needs 5',
  },
  {
    inputs: type('p6e-gb200.36xlarge'),
    facts: types({
      name: 'p6e-gb200.36xlarge',
      architectures: ['arm64'],
      accelerators: ['NVIDIA'],
    }),
    says: 'p6e-gb200.36xlarge is arm64, and the pack would give it the x86_64 image',
  },
  {
    inputs: type('v9.xlarge'),
    facts: types({ name: 'v9.xlarge', accelerators: ['NVIDIA'] }),
    says: "v9.xlarge needs EKS's nvidia image, and the pack would give it the standard one",
  },
  {
    inputs: type('v9.xlarge'),
    facts: types({ name: 'v9.xlarge', accelerators: ['Neuron'] }),
    says: "v9.xlarge needs EKS's neuron image, and the pack would give it the standard one",
  },
  {
    inputs: type('g9.xlarge'),
    facts: types({ name: 'g9.xlarge', accelerators: ['AMD'] }),
    says: "g9.xlarge needs EKS's standard image, and the pack would give it the nvidia one",
  },
];

const QUOTAS: readonly WrongSetUp[] = [
  {
    facts: { vpcs: someVpcs(5), quotas: quota('L-F678F1CE', 5) },
    says: 'quota VPCs per region (L-F678F1CE): 5 of 5 used, and this needs 1 more',
  },
  {
    facts: { elasticAddresses: { value: 5 }, quotas: quota('L-0263D0A3', 5) },
    says: 'quota EC2-VPC Elastic IPs (L-0263D0A3): 5 of 5 used',
  },
  {
    inputs: { 'nat-gateways': 'per-az' },
    facts: { elasticAddresses: { value: 4 }, quotas: quota('L-0263D0A3', 5) },
    says: '4 of 5 used, and this needs 2 more',
  },
  {
    facts: { natGateways: someNat(5), quotas: quota('L-FE5A380F', 5) },
    says: 'quota NAT gateways per availability zone (L-FE5A380F): 5 of 5 used in ap-northeast-2a',
  },
  {
    facts: {
      clusters: { value: Array.from({ length: 100 }, (_, index) => `c${index}`) },
      quotas: quota('L-1194D53C', 100),
    },
    says: 'quota EKS clusters per region (L-1194D53C): 100 of 100 used',
  },
  {
    facts: { quotas: quota('L-1216C47A', 5) },
    says: 'Standard (A, C, D, H, I, M, R, T, Z) instances (L-1216C47A): 0 of 5 used, and this needs 8 more',
  },
  {
    facts: { instances: running(28), quotas: quota('L-1216C47A', 32) },
    says: '28 of 32 used, and this needs 8 more',
  },
  {
    inputs: group('capacity: spot'),
    facts: types({ usage: ['on-demand'] }),
    says: 'EC2 has no spot instances of m5.xlarge of group ng1',
  },
  {
    inputs: type('g6.xlarge'),
    facts: {
      ...types({ name: 'g6.xlarge', accelerators: ['NVIDIA'] }),
      quotas: quota('L-DB2E81BA', 0),
    },
    says: 'quota vCPUs of running On-Demand G and VT instances (L-DB2E81BA): 0 of 0 used, and this needs 8 more',
  },
  {
    inputs: type('trn1.2xlarge'),
    facts: {
      ...types({ name: 'trn1.2xlarge', vcpus: 8, accelerators: ['Neuron'] }),
      quotas: quota('L-2C3B7624', 8),
    },
    says: '(L-2C3B7624): 0 of 8 used, and this needs 16 more',
  },
  {
    inputs: { 'nat-gateways': 'per-az' },
    stacks: existing('1.35'),
    facts: { elasticAddresses: { value: 5 }, quotas: quota('L-0263D0A3', 5) },
    says: '5 of 5 used, and this needs 1 more',
  },
];

const NAMES: readonly WrongSetUp[] = [
  {
    facts: { clusters: { value: ['eks-multus-cluster'] } },
    says: 'environment: EKS has a cluster eks-multus-cluster already, which this pack did not make',
  },
  {
    stacks: [
      workingStack('eks-multus-cluster-ng1', { tags: { 'eks-multus:environment': 'eks-multus' } }),
    ],
    says: 'the stack eks-multus-cluster-ng1 belongs to environment eks-multus',
  },
  {
    stacks: [workingStack('eks-multus-cluster', { tags: {} })],
    says: 'the stack eks-multus-cluster was not made by this pack',
  },
];

const use = (of: { taken?: readonly string[]; explicitReservations?: readonly string[] }) => ({
  multusSubnets: {
    value: [{ subnetId: 'subnet-11', taken: [], explicitReservations: [], ...of }],
  },
});
const SUBNETS: readonly WrongSetUp[] = [
  {
    inputs: group('max: 7'),
    stacks: existing('1.35'),
    facts: use({ taken: ['10.0.4.129'] }),
    says: 'the groups in ap-northeast-2a may need 7 prefixes in subnet-11 (10.0.4.128/25), which has 6 without those that something else takes (10.0.4.129)',
  },
  {
    inputs: group('max: 6'),
    stacks: existing('1.35'),
    facts: use({ explicitReservations: ['10.0.4.128/27'] }),
    says: 'which has 5 without those that something else takes (10.0.4.128/27)',
  },
  {
    inputs: group('max: 7'),
    stacks: existing('1.35'),
    facts: use({ taken: ['10.0.4.144/28'] }),
    says: 'which has 6 without those',
  },
];

/** What only AWS can know. What the inputs alone can know is in `bad-inputs.ts`. */
export const WRONG_SET_UPS: readonly WrongSetUp[] = [
  ...NODE_IMAGES,
  ...IDENTITY,
  ...PERMISSIONS,
  ...ZONES,
  ...VERSIONS,
  ...UPGRADES,
  ...TYPES,
  ...QUOTAS,
  ...NAMES,
  ...SUBNETS,
];
