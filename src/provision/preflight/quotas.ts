/** A quota of Service Quotas. */
export interface Quota {
  readonly name: string;
  /** In Service Quotas: `vpc`. */
  readonly service: string;
  readonly code: string;
  /**
   * What AWS gives every account. Only above it is the account's own value asked for. Undefined when new accounts get
   * less than the documented default.
   */
  readonly everybody?: number;
}

/** https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html */
export const VPCS: Quota = {
  name: 'VPCs per region',
  service: 'vpc',
  code: 'L-F678F1CE',
  everybody: 5,
};

export const NAT_GATEWAYS: Quota = {
  name: 'NAT gateways per availability zone',
  service: 'vpc',
  code: 'L-FE5A380F',
  everybody: 5,
};

export const ELASTIC_ADDRESSES: Quota = {
  name: 'EC2-VPC Elastic IPs',
  service: 'ec2',
  code: 'L-0263D0A3',
  everybody: 5,
};

/** https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html */
export const CLUSTERS: Quota = {
  name: 'EKS clusters per region',
  service: 'eks',
  code: 'L-1194D53C',
  everybody: 100,
};

/**
 * The quotas of vCPUs that run on demand, by families of instance types. New accounts have fewer than the default, some
 * none at all. https://docs.aws.amazon.com/ec2/latest/instancetypes/ec2-instance-quotas.html
 */
const VCPUS: readonly (readonly [families: RegExp, names: string, code: string])[] = [
  [/^inf/, 'Inf', 'L-1945791B'],
  [/^trn/, 'Trn', 'L-2C3B7624'],
  [/^dl/, 'DL', 'L-6E869C2A'],
  [/^hpc/, 'HPC', 'L-F7808C92'],
  [/^u/, 'High Memory', 'L-43DA4232'],
  [/^(g|vt)/, 'G and VT', 'L-DB2E81BA'],
  [/^p/, 'P', 'L-417A185B'],
  [/^x/, 'X', 'L-7295265B'],
  [/^f/, 'F', 'L-74FC7D96'],
  [/^[acdhimrtz]/, 'Standard (A, C, D, H, I, M, R, T, Z)', 'L-1216C47A'],
];

/** The quotas of vCPUs of spot instances, by the names of the same families. */
const SPOT_VCPUS: Readonly<Record<string, string>> = {
  Inf: 'L-B5D1601B',
  DL: 'L-85EED4F7',
  'G and VT': 'L-3819A6DF',
  P: 'L-7212CCBC',
  X: 'L-E3A00192',
  F: 'L-88CF9481',
  'Standard (A, C, D, H, I, M, R, T, Z)': 'L-34B43A08',
};

/** The quota that an instance type counts against; undefined for a family that is not listed. */
export function vcpuQuota(instanceType: string, isSpot: boolean): Quota | undefined {
  const found = VCPUS.find(([families]) => families.test(instanceType));
  if (found === undefined) return undefined;
  const [, names, code] = found;
  if (isSpot) {
    const spotCode = SPOT_VCPUS[names];
    if (spotCode === undefined) return undefined;
    return { name: `vCPUs of ${names} Spot Instance Requests`, service: 'ec2', code: spotCode };
  }
  return { name: `vCPUs of running On-Demand ${names} instances`, service: 'ec2', code };
}
