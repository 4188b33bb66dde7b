import { labEnvironment } from './lab-environment.ts';

const NETWORKS = `
- { name: ipvlan-conf-1, network: 1, ipam: host-local, range: 10.0.4.70-10.0.4.80 }
- { name: ipvlan-conf-2, network: 2, ipam: host-local, range: 10.0.6.70-10.0.6.80 }
`;
export const environment = labEnvironment();
/** The lab by its environment. */
export const lab = { environment: JSON.stringify(environment), networks: NETWORKS };
/** A cluster by its parts. */
export const direct = {
  'cluster-name': 'c1',
  'cluster-endpoint': 'https://c1.example.com',
  'cluster-certificate-authority': environment.cluster.certificateAuthority,
  'aws-region': 'eu-central-2',
  networks: '- { name: eni-prefix-1, network: 1 }',
};
/** The lab's networks for an environment on its cluster. */
export const onBase = {
  environment: JSON.stringify({
    ...environment,
    name: 'pr-7',
    shared: { base: environment.name, namespace: 'pr-7' },
  }),
  networks: NETWORKS,
};
/** Each bad input: what is given, and the input and the words that the message must have. */
export const badInputs: readonly (readonly [
  name: string,
  inputs: Readonly<Record<string, string>>,
  input: string,
  words: RegExp,
])[] = [
  ['nothing at all', {}, 'networks', /a YAML list of networks/],
  ['no cluster', { networks: NETWORKS }, 'environment', /exactly one of/],
  ['two clusters', { ...lab, kubeconfig: 'k' }, 'environment', /exactly one of/],
  [
    'an environment that is not JSON',
    { ...lab, environment: '{' },
    'environment',
    /provision gives/,
  ],
  [
    'an environment without a cluster',
    { ...lab, environment: '{"schema":1}' },
    'environment',
    /name:/,
  ],
  [
    'an endpoint that is not https',
    { ...direct, 'cluster-endpoint': 'http://x' },
    'cluster-endpoint',
    /https/,
  ],
  [
    'a name without an endpoint',
    { ...direct, 'cluster-endpoint': '' },
    'cluster-endpoint',
    /go together/,
  ],
  [
    'a certificate that is none',
    { ...direct, 'cluster-certificate-authority': 'eHh4' },
    'cluster-certificate-authority',
    /base64 of a PEM/,
  ],
  ['a region that is none', { ...direct, 'aws-region': 'Seoul' }, 'aws-region', /ap-northeast-2/],
  [
    'another region',
    { ...lab, 'aws-region': 'us-east-1' },
    'aws-region',
    /region of the environment/,
  ],
  ['a role that is none', { ...lab, 'role-to-assume': 'deployer' }, 'role-to-assume', /ARN/],
  [
    'a short session',
    { ...lab, 'role-duration-seconds': '60' },
    'role-duration-seconds',
    /900 to 43200/,
  ],
  [
    'an unknown authentication',
    { ...lab, authentication: 'iam' },
    'authentication',
    /access-entries, aws-auth, both/,
  ],
  [
    'a node role that is none',
    { ...lab, 'node-role-arns': 'x' },
    'node-role-arns',
    /ARNs of IAM roles/,
  ],
  [
    'node roles for access entries',
    { ...direct, 'node-role-arns': 'arn:aws:iam::111122223333:role/a' },
    'node-role-arns',
    /to aws-auth only/,
  ],
  [
    'aws-auth without node roles',
    { ...direct, authentication: 'aws-auth' },
    'node-role-arns',
    /needed/,
  ],
  [
    'nodes that are no number',
    { ...lab, 'expected-nodes': 'two' },
    'expected-nodes',
    /whole number/,
  ],
  ['no time', { ...lab, 'timeout-minutes': '0' }, 'timeout-minutes', /1 to 360/],
  ['a namespace that is none', { ...lab, namespace: 'My_Space' }, 'namespace', /lower-case/],
  ['an image that is none', { ...lab, 'multus-image': 'multus' }, 'multus-image', /registry/],
  [
    'no way to know the image',
    { kubeconfig: 'k', networks: direct.networks },
    'multus-image',
    /aws-region/,
  ],
  [
    'networks that are not YAML',
    { ...lab, networks: '- {' },
    'networks',
    /a YAML list of networks \(/,
  ],
  ['networks that are no list', { ...lab, networks: 'name: x' }, 'networks', /a YAML list/],
  ['another state', { ...lab, multus: 'gone' }, 'multus', /present, absent/],
  ['networks to remove', { ...lab, multus: 'absent' }, 'networks', /nothing with multus absent/],
  ['no networks', { ...lab, networks: '[]' }, 'networks', /at least one/],
  [
    'a network without a name',
    { ...lab, networks: '- { network: 1 }' },
    'networks',
    /0\.name: a DNS label/,
  ],
  [
    'an unknown field',
    { ...lab, networks: '- { name: eni-prefix-1, network: 1, vlan: 3 }' },
    'networks',
    /vlan/,
  ],
  [
    'another type',
    { ...lab, networks: '- { name: a, network: 1, type: vlan }' },
    'networks',
    /0\.type: one of ipvlan, macvlan, host-device, bridge, sriov/,
  ],
  [
    'a network that is not there',
    { ...lab, networks: '- { name: a, network: 7, ipam: static }' },
    'networks',
    /a\.network: .*eth1/,
  ],
  [
    'a range in reserved addresses',
    { ...lab, networks: NETWORKS.replace('4.70', '4.1') },
    'networks',
    /ipvlan-conf-1\.range: .*10\.0\.4\.4-10\.0\.4\.254/,
  ],
  [
    'ranges that overlap',
    {
      ...lab,
      networks: NETWORKS.replace('network: 2', 'network: 1').replaceAll('10.0.6', '10.0.4'),
    },
    'networks',
    /ipvlan-conf-2\.range: .*clear of/,
  ],
  [
    'a network outside of the own namespace',
    { ...onBase, networks: '- { name: a, network: 1, namespace: default }' },
    'networks',
    /a\.namespace: pr-7, the environment's own namespace on the cluster of eks-multus-cluster/,
  ],
  [
    "to remove the base's Multus",
    { ...onBase, networks: '', multus: 'absent' },
    'multus',
    /present: Multus belongs to eks-multus-cluster/,
  ],
];
