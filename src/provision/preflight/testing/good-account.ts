import { LAB_INPUTS } from '../../../../dev/testing/samples/lab-inputs.ts';
import type { Stack } from '../../../cloudformation/stack-api.ts';
import { readProvisionInputs } from '../../inputs.ts';
import type { AccountFacts, Decision, InstanceType, KubernetesVersion, Zone } from '../facts.ts';
import { deployerSimulation, type Simulation, serviceRoleSimulation } from '../permissions.ts';
import { type SetUp, setUpOf } from '../set-up.ts';

type Texts = Readonly<Record<string, string>>;

export const ACCOUNT = '123456789012';
export const DEPLOYER = `arn:aws:iam::${ACCOUNT}:role/eks-multus-deployer`;
export const SERVICE_ROLE = `arn:aws:iam::${ACCOUNT}:role/eks-multus-cloudformation`;

/** The set-up of the lab with changed inputs, in an account with these stacks. */
export function labSetUp(changes: Texts = {}, stacks: readonly Stack[] = []): SetUp {
  const texts: Texts = {
    ...LAB_INPUTS,
    'role-to-assume': DEPLOYER,
    'cloudformation-role-arn': SERVICE_ROLE,
    ...changes,
  };
  const inputs = readProvisionInputs((name) => texts[name] ?? '');
  if (inputs.network === undefined) throw new Error('the inputs give no network');
  const session = `arn:aws:sts::${ACCOUNT}:assumed-role/eks-multus-deployer/run`;
  const account = { accountId: ACCOUNT, arn: session };
  return setUpOf({ inputs, account, bucket: 'eks-multus-bucket' }, inputs.network, stacks);
}

/** A stack that works, as far as the checks look at it. */
export function workingStack(name: string, of: Partial<Stack> = {}): Stack {
  return {
    id: `arn:aws:cloudformation:ap-northeast-2:${ACCOUNT}:stack/${name}/1`,
    name,
    status: 'CREATE_COMPLETE',
    reason: undefined,
    outputs: {},
    parameters: {},
    lookedUp: {},
    tags: { 'eks-multus:environment': 'eks-multus-cluster' },
    roleArn: undefined,
    createdAt: 0,
    terminationProtection: false,
    ...of,
  };
}

const M5: InstanceType = {
  name: 'm5.xlarge',
  architectures: ['x86_64'],
  hypervisor: 'nitro',
  vcpus: 4,
  interfaces: 4,
  addressesPerInterface: 15,
  usage: ['on-demand', 'spot'],
  accelerators: [],
};

export function instanceType(of: Partial<InstanceType>): InstanceType {
  return { ...M5, ...of };
}

export function zone(name: string, of: Partial<Zone> = {}): Zone {
  const id = `apne2-az${name.charCodeAt(name.length - 1) - 96}`;
  return { name, id, kind: 'availability-zone', state: 'available', ...of };
}

export function kubernetesVersion(
  version: string,
  support: KubernetesVersion['support'],
): KubernetesVersion {
  return { version, support, extendedEnds: new Date('2028-01-27') };
}

/** What a deploy of `setUp` finds in an account where nothing is wrong. */
export function goodFacts(setUp: SetUp): AccountFacts {
  const names = ['a', 'b', 'c'].map((letter) => `ap-northeast-2${letter}`);
  return {
    zones: { value: names.map((name) => zone(name)) },
    instanceTypes: { value: [M5] },
    offerings: { value: names.map((name) => ({ type: 'm5.xlarge', zone: name })) },
    versions: {
      value: [
        kubernetesVersion('1.35', 'standard'),
        kubernetesVersion('1.34', 'standard'),
        kubernetesVersion('1.32', 'extended'),
        kubernetesVersion('1.24', 'none'),
      ],
    },
    clusters: { value: [] },
    vpcs: { value: [{ id: 'vpc-0', cidrs: ['172.31.0.0/16'], isDefault: true, tags: {} }] },
    elasticAddresses: { value: 0 },
    natGateways: { value: [] },
    instances: { value: [] },
    quotas: { value: { 'L-1216C47A': 32 } },
    deployer: { value: allowed(deployerSimulation(setUp)) },
    cloudFormation: { value: allowed(serviceRoleSimulation(setUp)) },
    ...(setUp.infra === undefined ? {} : { multusSubnets: { value: [] } }),
  };
}

function allowed(simulation: Simulation | undefined): readonly Decision[] {
  return (simulation?.needed ?? []).map(({ action, resource }) => decision(action, { resource }));
}

export function decision(action: string, of: Partial<Decision> = {}): Decision {
  return { action, resource: '*', allowed: true, deniedBy: 'policy', missingKeys: [], ...of };
}
