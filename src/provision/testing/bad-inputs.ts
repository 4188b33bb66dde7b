/** The input `node-groups`. */
export const groups = (text: string) => ({ 'node-groups': text });
/** A zone that the lab has, as a node group names it. */
export const IN_ZONE = 'zone: ap-northeast-2a';

const IN_BOTH = 'zones: [ap-northeast-2a, ap-northeast-2b]';
const DIFFERENT = 'at most 3 different availability zones of one region, such as';
/** Entries of node groups that cannot be in several zones. */
const OF_ZONES: readonly (readonly [string, string])[] = [
  [`{ name: a, ${IN_ZONE}, ${IN_BOTH} }`, '0.zones: nothing beside zone, or zones without it'],
  [`{ name: ${'a'.repeat(19)}, ${IN_BOTH} }`, '0.name: at most 18 characters with zones'],
  ...[
    '[]',
    'ap-northeast-2a',
    'all',
    '[1]',
    '[2a]',
    '[ap-northeast-2]',
    '[ap-northeast-2-lax-1a]',
  ].map((zones) => [`{ name: a, zones: ${zones} }`, DIFFERENT] as const),
  ['{ name: a, zones: [ap-northeast-2a, ap-northeast-2a] }', DIFFERENT],
  ['{ name: a, zones: [ap-northeast-2a, eu-central-1b] }', DIFFERENT],
  [
    `{ name: a, zones: [${['a', 'b', 'c', 'd'].map((one) => `ap-northeast-2${one}`).join()}] }`,
    DIFFERENT,
  ],
  [
    '{ name: a, zones: [ap-northeast-2a, ap-northeast-2c] }',
    '0.zones: some of ap-northeast-2a, ap-northeast-2b, which have the subnets of the Multus networks (not ap-northeast-2c)',
  ],
  [
    `{ name: a, ${IN_BOTH} }, { name: a-b, ${IN_ZONE} }`,
    '1.name: a name other than a-b, which is that of the group of a in ap-northeast-2b',
  ],
  [
    `{ name: a-b, ${IN_ZONE} }, { name: a, ${IN_BOTH} }`,
    '1.name: a name other than a, whose group in ap-northeast-2b would be called a-b',
  ],
  [`{ name: a, ${IN_BOTH} }, { name: a, ${IN_ZONE} }`, '1.name: a name other than a, which is'],
  [`{ name: a, ${IN_BOTH} }, { name: a, ${IN_BOTH} }`, '1.name: a name other than a, which is'],
  [
    `{ name: b, ${IN_ZONE} }, { name: a, ${IN_BOTH}, instance-type: t3.micro }`,
    '1.instance-type: a type with 3 network interfaces or more; t3.micro has 2',
  ],
  [
    `{ name: b, ${IN_ZONE}, max: 4 }, { name: a, ${IN_BOTH}, max: 4 }`,
    'at most 7 prefixes (max × prefixes-per-interface, all groups) in ap-northeast-2a',
  ],
];

const VPC = {
  'vpc-id': 'vpc-0123456789abcdef0',
  'vpc-cidr': '',
  'private-subnets': 'tag:tier=nodes',
  'multus-subnets': '[[tag:network=1], [tag:network=2]]',
};
const RANGES = 'multus: [[10.0.6.0/24, 10.0.7.0/24], []]';
const ROUTE = (destination: string, target: string) =>
  `[{ destination: ${destination}, target: ${target} }]`;
/** Impossible mixtures with a VPC that others made, and with what is beyond a VPC. */
const OF_VPC: readonly (readonly [Record<string, string>, string, string])[] = [
  [{ ...VPC, 'vpc-id': 'vpc-1' }, 'vpc-id', 'the id of a VPC, such as'],
  [{ ...VPC, 'vpc-cidr': '10.0.0.0/16' }, 'vpc-cidr', 'nothing with vpc-id'],
  [{ ...VPC, 'nat-gateways': 'one' }, 'nat-gateways', 'none, or nothing, with vpc-id'],
  [{ ...VPC, 'private-subnets': 'nodes-a' }, 'private-subnets', 'the id of a subnet'],
  [{ ...VPC, 'multus-subnets': '[a]' }, 'multus-subnets', 'YAML such as [[net1 in a'],
  [{ ...VPC, 'multus-subnets': '[[a], [tag:b=c]]' }, 'multus-subnets', '0.0: the id of a subnet'],
  [{ ...VPC, 'multus-networks': '1' }, 'multus-subnets', 'at most 1 lists'],
  [{ ...VPC, 'multus-networks': '3' }, 'multus-subnets', 'subnets of Multus network 3'],
  [{ ...VPC, 'subnet-cidrs': RANGES }, 'multus-subnets', 'not both'],
  [{ 'private-subnets': 'tag:a=b' }, 'private-subnets', 'nothing without vpc-id'],
  [{ 'multus-subnets': '[[tag:a=b]]' }, 'multus-subnets', 'nothing without vpc-id'],
  [{ ...VPC, 'multus-cidr': '100.64.0.0/16' }, 'multus-cidr', 'its owner adds ranges'],
  [{ 'multus-cidr': '192.168.0.0/16' }, 'multus-cidr', 'of the private range that vpc-cidr is in'],
  [{ 'multus-cidr': '10.0.0.0/16' }, 'multus-cidr', 'does not overlap vpc-cidr'],
  [{ 'multus-ip-family': 'ipv6' }, 'multus-ip-family', 'ipv4, dual-stack'],
  [
    { 'base-environment': 'base', 'multus-ip-family': 'dual-stack' },
    'multus-ip-family',
    'nothing with base-environment',
  ],
  [{ 'multus-routes': '10.20.0.0/16' }, 'multus-routes', 'YAML such as [{ destination'],
  [
    { 'multus-routes': ROUTE('10.0.4.0/24', 'pcx-01234567') },
    'multus-routes',
    'outside of 10.0.0.0/16',
  ],
  [
    { 'multus-routes': ROUTE('10.20.0.0/16', 'igw-01234567') },
    'multus-routes',
    'a VPC peering connection (pcx-…)',
  ],
  [
    { 'base-environment': 'base', 'multus-routes': ROUTE('10.20.0.0/16', 'pcx-01234567') },
    'multus-routes',
    'nothing with base-environment',
  ],
  [
    { ...VPC, 'subnet-cidrs': 'private: [10.0.0.0/24, 10.0.1.0/24]' },
    'subnet-cidrs',
    'only multus with vpc-id',
  ],
  [{ ...VPC, 'base-environment': 'eks-multus-lab' }, 'vpc-id', 'nothing with base-environment'],
];

const CLOSED = { internet: 'none', 'nat-gateways': '', 'subnet-cidrs': '' };
/** What an environment without internet does not have. */
const WITHOUT_INTERNET: typeof OF_VPC = [
  [{ internet: 'no' }, 'internet', 'one of any, none'],
  [{ ...CLOSED, 'nat-gateways': 'one' }, 'nat-gateways', 'none, or nothing, with internet none'],
  [
    { ...CLOSED, 'base-environment': 'eks-multus-lab' },
    'internet',
    'nothing with base-environment',
  ],
  [
    { ...CLOSED, 'subnet-cidrs': 'public: [10.0.100.0/24, 10.0.101.0/24]' },
    'subnet-cidrs',
    'no public subnets with internet none',
  ],
];

const CLUSTER = {
  'existing-cluster': 'platform',
  'vpc-cidr': '',
  'multus-subnets': '[[tag:network=1], [tag:network=2]]',
};
const OWNERS = 'nothing with existing-cluster: the owner of the cluster decides it';
/** Impossible mixtures with a cluster that others made. */
const OF_CLUSTER: readonly (readonly [Record<string, string>, string, string])[] = [
  [
    { ...CLUSTER, 'existing-cluster': 'our cluster' },
    'existing-cluster',
    'the name of an EKS cluster',
  ],
  [
    { ...CLUSTER, 'existing-cluster': 'eks-multus-cluster' },
    'existing-cluster',
    'another name than that of the environment',
  ],
  [
    { ...CLUSTER, 'base-environment': 'eks-multus-lab' },
    'existing-cluster',
    'nothing with base-environment',
  ],
  [{ ...CLUSTER, 'vpc-id': 'vpc-0123456789abcdef0' }, 'vpc-id', 'nothing with existing-cluster'],
  [{ ...CLUSTER, 'vpc-cidr': '10.0.0.0/16' }, 'vpc-cidr', 'nothing with existing-cluster'],
  [{ ...CLUSTER, 'nat-gateways': 'one' }, 'nat-gateways', 'nothing, with existing-cluster'],
  [{ ...CLUSTER, 'multus-networks': '1' }, 'multus-subnets', 'at most 1 lists'],
  [{ ...CLUSTER, 'kubernetes-version': '1.35' }, 'kubernetes-version', OWNERS],
  [{ ...CLUSTER, 'secrets-encryption': 'false' }, 'secrets-encryption', OWNERS],
  [{ ...CLUSTER, 'control-plane-logs': 'none' }, 'control-plane-logs', OWNERS],
  [{ ...CLUSTER, 'endpoint-public-access-cidrs': 'none' }, 'endpoint-public-access-cidrs', OWNERS],
  [
    { ...CLUSTER, 'admin-role-arns': 'arn:aws:iam::111122223333:role/ann' },
    'admin-role-arns',
    OWNERS,
  ],
  [{ ...CLUSTER, 'vpc-cni-rights': 'node-role' }, 'vpc-cni-rights', OWNERS],
];

/** Changes to the lab's inputs, the input that the error must name, and a part of what it must say is allowed. */
export const BAD_INPUTS: readonly (readonly [Record<string, string>, string, string])[] = [
  ...['platform', '/', '/a//b', '/a/', '/aws/multus', '/SSM/multus', `/${'a/'.repeat(10)}a`].map(
    (prefix) =>
      [
        { 'outputs-parameter-prefix': prefix },
        'outputs-parameter-prefix',
        'what names of SSM parameters begin with',
      ] as const,
  ),
  [
    { 'outputs-parameter-prefix': '/multus', 'base-environment': 'eks-multus-lab' },
    'outputs-parameter-prefix',
    'nothing with base-environment',
  ],
  ...OF_ZONES.map(
    ([entries, allowed]) => [groups(`[${entries}]`), 'node-groups', allowed] as const,
  ),
  ...OF_VPC,
  ...WITHOUT_INTERNET,
  ...OF_CLUSTER,
  [
    { command: 'apply' },
    'command',
    'one of check, plan, deploy, destroy, renew, extend, sleep, wake',
  ],
  [{ 'expiry-guard': 'true' }, 'expiry-guard', 'false where cloudformation-role-arn is empty'],
  [{ 'expires-at': '2026-11-30 12:00' }, 'expires-at', 'such as 2026-11-30T12:00:00Z'],
  [{ 'expires-at': '2026-13-30T12:00:00Z' }, 'expires-at', 'a time in UTC'],
  [{ command: 'extend', 'expires-at': '' }, 'expires-at', 'the command extend requires it'],
  [{ environment: '' }, 'environment', 'lower-case letters'],
  [{ environment: 'My_Env' }, 'environment', 'lower-case letters'],
  [{ environment: 'e'.repeat(40) }, 'environment', '39 characters'],
  [{ 'aws-region': 'seoul' }, 'aws-region', 'an AWS region'],
  [{ 'role-to-assume': 'deployer' }, 'role-to-assume', 'the ARN of an IAM role'],
  [{ 'role-to-assume': 'arn:aws:iam::1:role/x' }, 'role-to-assume', 'the ARN of an IAM role'],
  [{ 'chained-role': 'workload' }, 'chained-role', 'the ARN of an IAM role'],
  [{ 'allowed-account-ids': '1111' }, 'allowed-account-ids', 'AWS account ids of 12 digits'],
  [{ 'role-duration-seconds': '60' }, 'role-duration-seconds', 'from 900 to 43200'],
  [{ 'availability-zones': 'ap-northeast-2a' }, 'availability-zones', '2 or 3 different'],
  [{ 'availability-zones': 'ap-northeast-2a,ap-northeast-2a' }, 'availability-zones', 'different'],
  [{ 'availability-zones': 'ap-northeast-2a,us-east-1b' }, 'availability-zones', 'ap-northeast-2b'],
  [{ 'vpc-cidr': '10.0.0.0' }, 'vpc-cidr', 'an IPv4 network from /16 to /28'],
  [{ 'vpc-cidr': '10.0.0.1/16' }, 'vpc-cidr', 'no host bits'],
  [{ 'vpc-cidr': '10.0.0.0/8' }, 'vpc-cidr', 'from /16 to /28'],
  [{ 'vpc-cidr': '10.0.0.0/25' }, 'vpc-cidr', 'room for 8 subnets'],
  [{ 'multus-networks': '0' }, 'multus-networks', 'from 1 to 4'],
  [{ 'subnet-cidrs': 'public: [10.0.0.0/24' }, 'subnet-cidrs', 'YAML such as'],
  [{ 'subnet-cidrs': 'private: [10.9.0.0/24, 10.0.1.0/24]' }, 'subnet-cidrs', 'inside the VPC'],
  [{ 'subnet-cidrs': 'public: [10.0.0.0/24, 10.0.0.0/25]' }, 'subnet-cidrs', 'not overlap'],
  [{ 'subnet-cidrs': 'multis: []' }, 'subnet-cidrs', 'YAML such as'],
  [{ 'kubernetes-version': '2.0' }, 'kubernetes-version', 'such as 1.34'],
  [groups('{'), 'node-groups', 'a YAML list'],
  [groups('ng1'), 'node-groups', 'a YAML list'],
  [groups('[]'), 'node-groups', 'a YAML list'],
  [
    groups('[{ name: a, zone: ap-northeast-2c }]'),
    'node-groups',
    'one of ap-northeast-2a, ap-northeast-2b',
  ],
  [groups(`[{ name: a, ${IN_ZONE}, min: 3, desired: 2 }]`), 'node-groups', 'min ≤ desired ≤ max'],
  [groups(`[{ name: a, ${IN_ZONE}, min: many }]`), 'node-groups', '0.min: a whole number'],
  [groups(`[{ name: A, ${IN_ZONE} }]`), 'node-groups', '0.name: lower-case letters'],
  // It is the value of a label, which ends with a letter or a digit.
  [groups(`[{ name: a-, ${IN_ZONE} }]`), 'node-groups', '- (not first, not last)'],
  [groups(`[{ name: a, ${IN_ZONE}, size: 3 }]`), 'node-groups', 'only the keys name, zone'],
  [
    groups(`[{ name: a, ${IN_ZONE} }, { name: a, ${IN_ZONE} }]`),
    'node-groups',
    '1.name: a name other than a',
  ],
  [groups(`[{ name: a, ${IN_ZONE}, instance-type: t3.micro }]`), 'node-groups', 't3.micro has 2'],
  [groups(`[{ name: a, ${IN_ZONE}, instance-type: t2.large }]`), 'node-groups', 'a Nitro type'],
  [groups(`[{ name: a, ${IN_ZONE}, max: 8 }]`), 'node-groups', 'at most 7 prefixes'],
  ...[
    'Sun 02:00-05:00',
    'Sunday 02:00-05:00 UTC',
    '02:00-02:00 UTC',
    '24:00-01:00 UTC',
    'Sun,Sat',
  ].map((window) => [{ window }, 'window', 'such as Sun 02:00-05:00 UTC'] as const),
  [{ 'key-name': 'my key' }, 'key-name', 'EC2 key pair'],
  [{ authentication: 'iam' }, 'authentication', 'one of access-entries, aws-auth, both'],
  [{ 'admin-role-arns': 'admin' }, 'admin-role-arns', 'the ARN of an IAM role or user'],
  [
    { 'admin-role-arns': 'arn:aws:sts::111122223333:assumed-role/AWSReservedSSO_Admin_1a2b/ann' },
    'admin-role-arns',
    'for a session (assumed-role), `aws iam get-role` says',
  ],
  [
    {
      'admin-role-arns': [1, 2, 3, 4, 5, 6]
        .map((n) => `arn:aws:iam::1${'0'.repeat(11)}:role/${n}`)
        .join(),
    },
    'admin-role-arns',
    'at most 5 roles and users',
  ],
  [{ 'staging-bucket': 'My.Bucket' }, 'staging-bucket', 'a bucket name'],
  [{ 'staging-bucket': 'b' }, 'staging-bucket', '3 to 63'],
  [{ 'timeout-minutes': '0' }, 'timeout-minutes', 'from 1 to 1440'],
  [{ 'role-duration-seconds': '1h' }, 'role-duration-seconds', 'from 900 to 43200'],
  [{ audience: 'two words' }, 'audience', 'without spaces'],
  [
    { 'availability-zones': 'ap-northeast-2a,ap-northeast-2b,ap-northeast-2c,ap-northeast-2d' },
    'availability-zones',
    '2 or 3 different zones',
  ],
  [{ 'vpc-cidr': '10.0.0.0/29' }, 'vpc-cidr', 'from /16 to /28'],
  [{ 'vpc-cidr': 'fd00::/56' }, 'vpc-cidr', 'an IPv4 network'],
  [{ 'vpc-cidr': '010.0.0.0/16' }, 'vpc-cidr', 'an IPv4 network'],
  [{ 'vpc-cidr': '10.0.0.0/25', 'multus-networks': '1' }, 'vpc-cidr', 'room for 6 subnets'],
  [{ 'multus-networks': '5' }, 'multus-networks', 'from 1 to 4'],
  [{ 'multus-networks': 'two' }, 'multus-networks', 'from 1 to 4'],
  [
    { 'multus-networks': '4', ...groups(`[{ name: a, ${IN_ZONE} }]`) },
    'node-groups',
    '5 network interfaces or more; m5.xlarge has 4',
  ],
  [{ 'subnet-cidrs': 'private: 10.0.0.0/24' }, 'subnet-cidrs', 'YAML such as'],
  [{ 'subnet-cidrs': 'private: [10.0.0.0/24]' }, 'subnet-cidrs', '2 subnets, one per zone'],
  [{ 'subnet-cidrs': 'public: [10.0.0.0/29, 10.0.1.0/24]' }, 'subnet-cidrs', 'from /16 to /28'],
  [
    { 'subnet-cidrs': 'multus: [[10.0.4.0/24, 10.0.5.0/24]]' },
    'subnet-cidrs',
    '2 lists, one per Multus network',
  ],
  [
    { 'subnet-cidrs': 'multus: [[10.0.4.0/27, 10.0.5.0/24], [10.0.6.0/24, 10.0.7.0/24]]' },
    'subnet-cidrs',
    'multus network 1 in ap-northeast-2a: a network from /16 to /26',
  ],
  [{ 'kubernetes-version': '1.34.1' }, 'kubernetes-version', 'such as 1.34'],
  [
    groups(`[{ name: a, ${IN_ZONE}, min: 0, desired: 0, max: 0 }]`),
    'node-groups',
    '0.max: a whole number',
  ],
  [groups(`[{ name: a, ${IN_ZONE}, volume-size: 5 }]`), 'node-groups', 'from 20 to 16384'],
  [groups(`[{ name: a, ${IN_ZONE}, prefixes-per-interface: 50 }]`), 'node-groups', 'from 0 to 49'],
  [
    groups(`[{ name: a, ${IN_ZONE}, pods-wait-for-multus: maybe }]`),
    'node-groups',
    '0.pods-wait-for-multus: true or false',
  ],
  [{ 'nat-gateways': '2' }, 'nat-gateways', 'one of one, per-az, none'],
  [{ 'secrets-encryption': 'yes' }, 'secrets-encryption', 'true or false'],
  [{ 'endpoint-public-access-cidrs': 'anyone' }, 'endpoint-public-access-cidrs', 'IPv4 networks'],
  [
    { 'endpoint-public-access-cidrs': 'none,203.0.113.0/24' },
    'endpoint-public-access-cidrs',
    'none, or at most 40',
  ],
  [{ 'endpoint-public-access-cidrs': '203.0.113.1/24' }, 'endpoint-public-access-cidrs', 'such as'],
  [{ 'control-plane-logs': 'api,kubelet' }, 'control-plane-logs', 'none, or some of api'],
  [{ 'control-plane-logs': 'api,api' }, 'control-plane-logs', 'each once'],
  [{ 'timeout-minutes': 'soon' }, 'timeout-minutes', 'from 1 to 1440'],
  ...['127.0.0.0/16', '169.254.0.0/16', '224.1.0.0/16', '0.0.0.0/16', '255.255.0.0/16'].map(
    (cidr) => [{ 'vpc-cidr': cidr }, 'vpc-cidr', 'overlaps none of 0.0.0.0/8'] as const,
  ),
  [
    groups(`[{ name: a, ${IN_ZONE}, instance-type: m5.superlarge }]`),
    'node-groups',
    'with a size that EC2 has',
  ],
  [
    groups(`[{ name: a, ${IN_ZONE}, instance-type: m5.large, architecture: arm64 }]`),
    'node-groups',
    'that of the instance type, or instance-type: auto',
  ],
  [
    groups(`[{ name: a, ${IN_ZONE}, architecture: sparc }]`),
    'node-groups',
    '0.architecture: x86_64 or arm64',
  ],
  ...['0', 'cheap', '0.0000001', '99999'].map(
    (most) =>
      [{ 'max-price-per-hour': most }, 'max-price-per-hour', 'US dollars such as 0.5'] as const,
  ),
  [groups(`[{ name: a, ${IN_ZONE}, instance-type: mac1.metal }]`), 'node-groups', 'runs Linux'],
  [groups(`[{ name: a, ${IN_ZONE}, max: 1 }]`), 'node-groups', 'not 1 ≤ 2 ≤ 1 (the defaults are'],
  ...['role-to-assume', 'chained-role', 'cloudformation-role-arn', 'admin-role-arns'].map(
    (input) =>
      [
        { [input]: 'arn:aws-cn:iam::111122223333:role/deployer' },
        input,
        'roles of partition aws, which has the region ap-northeast-2',
      ] as const,
  ),
];
