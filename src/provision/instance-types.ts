/**
 * Network interfaces per instance type, and IPv4 addresses of each, for the types that nodes usually have. A prefix takes the place of an
 * address. From the table "IP addresses per network interface per instance type" of the EC2 User Guide:
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/AvailableIpPerENI.html
 */
const LIMITS: readonly (readonly [types: RegExp, interfaces: number, addresses: number])[] = [
  [/^t[34][a-z]*\.(nano|micro)$/, 2, 2],
  [/^t[34][a-z]*\.small$/, 3, 4],
  [/^t[34][a-z]*\.medium$/, 3, 6],
  [/^t[34][a-z]*\.large$/, 3, 12],
  [/^t[34][a-z]*\.2?xlarge$/, 4, 15],
  [/^[cmr][5-8][a-z]*\.medium$/, 2, 4],
  [/^[cmr][5-8][a-z]*\.large$/, 3, 10],
  [/^[cmr][5-8][a-z]*\.2?xlarge$/, 4, 15],
  [/^[cmr][5-8][a-z]*\.(4|8|9|12)xlarge$/, 8, 30],
  [/^[cmr][5-8][a-z]*\.(16|18|24)xlarge$/, 15, 50],
];

/** Types without the Nitro system. They have no address prefixes, and AL2023 does not boot on them. */
const BEFORE_NITRO = /^(t[12]|m[1-4]|c[134]|r[34]|i[23]|d2|g[23]|p[23]|x1e?|h1|f1)\./;

/** How many network interfaces an instance of this type can have; undefined for types that the table does not list. */
export function interfaceLimit(instanceType: string): number | undefined {
  return LIMITS.find(([types]) => types.test(instanceType))?.[1];
}

/** How many IPv4 addresses each of its network interfaces can have; undefined for types that the table does not list. */
export function addressLimit(instanceType: string): number | undefined {
  return LIMITS.find(([types]) => types.test(instanceType))?.[2];
}

/** Whether an interface of this type can hold address prefixes. */
export function hasPrefixes(instanceType: string): boolean {
  return !BEFORE_NITRO.test(instanceType);
}

/** `arm64` for Graviton types (`m7g`, `c6gn`, `x2gd`, `t4g`, …), which need their own image. */
export function architecture(instanceType: string): 'x86_64' | 'arm64' {
  return /^(a1|[a-z]+\d+g[a-z]*|[a-z]+4gen?)\./.test(instanceType) ? 'arm64' : 'x86_64';
}

/**
 * Which of EKS's images has the drivers of a type: `nvidia` for NVIDIA's GPUs (`p5`, `g6`, …; `g4ad` has AMD's), `neuron`
 * for AWS's own devices. https://docs.aws.amazon.com/eks/latest/userguide/retrieve-ami-id.html
 */
export function imageVariant(instanceType: string): 'standard' | 'nvidia' | 'neuron' {
  if (/^(inf|trn)\d/.test(instanceType)) return 'neuron';
  return /^(p\d|gr?\d)/.test(instanceType) && !instanceType.startsWith('g4ad')
    ? 'nvidia'
    : 'standard';
}
