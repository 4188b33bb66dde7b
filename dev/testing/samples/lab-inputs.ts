/** The lab as inputs of provision. */
export const LAB_INPUTS: Readonly<Record<string, string>> = {
  command: 'deploy',
  environment: 'eks-multus-cluster',
  'aws-region': 'ap-northeast-2',
  'availability-zones': 'ap-northeast-2a,ap-northeast-2b',
  'vpc-cidr': '10.0.0.0/16',
  'node-groups': '- { name: ng1, zone: ap-northeast-2a, min: 1, desired: 2, max: 3 }',
};
