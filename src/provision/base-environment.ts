import { idsOf } from '../cloudformation/outputs.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { deployStep, isBusy } from '../cloudformation/stack-status.ts';
import { CloudError, InputError, type InputProblem } from '../core/errors.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../environment/tags.ts';
import { type NetworkPlan, planNetwork } from '../vpc/plan.ts';
import { isDualStack } from './choices/ip-family.ts';
import { givenNetworkOf, givenVpcId } from './given-vpc/given-parts.ts';
import type { ProvisionInputs } from './inputs.ts';
import {
  interfaceProblems,
  namesOf,
  nodeGroupStackName,
  nodeGroupsIn,
  prefixesNeeded,
  zoneProblems,
} from './node-groups.ts';
import { withTypes } from './price/cheapest-type.ts';
import { TEMPLATE_NETWORKS } from './stack-parameters.ts';

/** The environment whose cluster the node groups of other environments may join. */
export interface Base {
  readonly name: string;
  /** Its infra stack. */
  readonly stack: Stack;
  readonly network: NetworkPlan;
}

/**
 * Finds the base of that name among the stacks of the account. Pure.
 *
 * @param as what its name is called in errors
 * @throws CloudError when there is none, when it has no cluster of its own, or while its infra stack is being changed.
 */
export function baseOf(
  name: string,
  stacks: readonly Stack[],
  as: 'base-environment' | 'environment' = 'base-environment',
): Base {
  const resource = `${as} ${name}`;
  const stack = stacks.find((one) => one.name === name);
  if (stack === undefined) throw hasNoCluster(name, stacks);
  if (stack.tags[ENVIRONMENT_TAG] !== name) {
    throw refusal(resource, `stack ${name} was not made by provision`, 'name an environment');
  }
  if (isBusy(stack.status)) {
    const nextStep = stack.status.startsWith('DELETE')
      ? 'provision it again, or name another base-environment'
      : 'wait until that has ended, then run the action again';
    throw refusal(resource, `its stack is ${stack.status}`, nextStep);
  }
  if (deployStep(stack.status) !== 'update' || stack.outputs['ClusterName'] === undefined) {
    throw refusal(resource, `its stack is ${stack.status}`, `provision ${name} again first`);
  }
  return { name, stack, network: networkOf(resource, stack) };
}

function hasNoCluster(name: string, stacks: readonly Stack[]): CloudError {
  const resource = `base-environment ${name}`;
  const bases = stacks.flatMap(({ tags }) =>
    tags[ENVIRONMENT_TAG] === name ? (tags[BASE_TAG] ?? []) : [],
  );
  return bases[0] === undefined
    ? refusal(resource, 'there is no such environment', 'provision it first, or correct its name')
    : refusal(resource, `it is itself on the cluster of ${bases[0]}`, `name ${bases[0]} instead`);
}

/** The network by the parameters of the infra stack, which may also have been deployed by hand. */
function networkOf(resource: string, stack: Stack): NetworkPlan {
  const { parameters } = stack;
  const vpcId = givenVpcId(stack);
  if (vpcId !== undefined) return givenNetworkOf(stack, vpcId);
  const listOf = (key: string) => (parameters[key] ?? '').split(',').filter((one) => one !== '');
  const multus = TEMPLATE_NETWORKS.map((network) => listOf(`Multus${network}SubnetCidrs`)).filter(
    (cidrs) => cidrs.length > 0,
  );
  const result = planNetwork({
    vpcCidr: parameters['VpcCidr'] ?? '',
    multusCidr: parameters['MultusCidr'] || undefined,
    dualStack: isDualStack(stack),
    zones: listOf('AvailabilityZones'),
    multusNetworks: multus.length,
    subnetCidrs: {
      public: listOf('PublicSubnetCidrs'),
      private: listOf('PrivateSubnetCidrs'),
      multus,
    },
  });
  if ('plan' in result) return result.plan;
  const wrong = result.problems.map(({ value, allowed }) => `${value}, where ${allowed} is needed`);
  throw refusal(resource, `its subnets are ${wrong.join('; ')}`, 'use another base-environment');
}

function refusal(resource: string, reason: string, nextStep: string): CloudError {
  return new CloudError({ resource, reason, nextStep });
}

/** Inputs in which every node group has a zone, and the part of the base's network that they use. */
export interface Fitted {
  readonly inputs: ProvisionInputs;
  readonly network: NetworkPlan;
}

/**
 * Fits an environment into its base: the base's zones, its networks (or the first ones, if fewer are asked for), and
 * its first zone for node groups that name none. Pure.
 *
 * @throws InputError when the base lacks a zone, a network or prefixes that the inputs ask for.
 * @throws CloudError when the environment exists already, and not on this base.
 */
export function fitToBase(inputs: ProvisionInputs, base: Base, stacks: readonly Stack[]): Fitted {
  checkIsOn(base.name, inputs.environment, stacks);
  const { zones } = base.network;
  const most = new Set(base.network.multusSubnets.map(({ network }) => network)).size;
  const networks = inputs.multusNetworks ?? most;
  if (networks > most) {
    const allowed = `at most ${most}: ${base.name} has no more networks`;
    throw new InputError([{ input: 'multus-networks', value: String(networks), allowed }]);
  }
  const nodeGroups = withTypes(nodeGroupsIn(inputs.nodeGroups, zones), inputs.region, networks);
  const fitted = { ...inputs, nodeGroups };
  const multusSubnets = base.network.multusSubnets.filter(({ network }) => network <= networks);
  const network = { ...base.network, multusSubnets };
  const problems = [
    ...zoneProblems(nodeGroups, zones),
    ...interfaceProblems(nodeGroups, networks),
    ...sharedPrefixProblems(fitted, base, network, stacks),
  ];
  if (problems.length === 0) return { inputs: fitted, network };
  throw new InputError(
    problems.map(({ input, value, allowed }) => ({
      input,
      value,
      allowed: `${allowed} (on base-environment ${base.name})`,
    })),
  );
}

/** An environment stays where it is: on a cluster of its own, or on one base. */
function checkIsOn(base: string, environment: string, stacks: readonly Stack[]): void {
  const own = stacks.filter(({ tags }) => tags[ENVIRONMENT_TAG] === environment);
  const elsewhere = own.find(({ tags }) => tags[BASE_TAG] !== base);
  if (elsewhere !== undefined) throw existsElsewhere(environment, elsewhere.tags[BASE_TAG]);
}

/** @throws CloudError when the environment is on the cluster of another one. */
export function checkHasOwnCluster(environment: string, stacks: readonly Stack[]): void {
  const onBase = stacks.find(
    ({ tags }) => tags[ENVIRONMENT_TAG] === environment && tags[BASE_TAG] !== undefined,
  );
  if (onBase !== undefined) throw existsElsewhere(environment, onBase.tags[BASE_TAG]);
}

/** @param base the environment that it is on; undefined when it has a cluster of its own */
function existsElsewhere(environment: string, base: string | undefined): CloudError {
  const [reason, correction] =
    base === undefined
      ? ['it exists already, with a cluster of its own', 'leave base-environment out']
      : [`it exists already, on the cluster of ${base}`, `give base-environment: ${base}`];
  return new CloudError({
    resource: `environment ${environment}`,
    reason,
    nextStep: `${correction}, choose another name, or destroy it first`,
  });
}

/** Each Multus subnet must have enough prefixes for the nodes of all groups on the base, also of other environments. */
function sharedPrefixProblems(
  { environment, nodeGroups }: ProvisionInputs,
  { name, stack }: Base,
  { multusSubnets }: NetworkPlan,
  stacks: readonly Stack[],
): readonly InputProblem[] {
  const ids = idsOf(stack.outputs, 'MultusSubnetIds');
  const own = nodeGroups.map((group) => nodeGroupStackName(environment, group.name));
  const others = stacks.filter((one) => !own.includes(one.name));
  const problems = multusSubnets.flatMap(({ zone, prefixes, cidr }, index) => {
    const needed = prefixesNeeded(nodeGroups, zone);
    const taken = others.map((other) => prefixesTaken(other, ids[index]));
    const left = taken.reduce((rest, some) => rest - some, prefixes);
    if (needed <= left) return [];
    const allowed = `at most ${Math.max(left, 0)} prefixes (max × prefixes-per-interface) in ${zone}, because ${cidr} of ${name} has ${prefixes} and other node groups may use the rest; these need ${needed}`;
    return [{ input: 'node-groups', value: namesOf(nodeGroups), allowed }];
  });
  return problems.slice(0, 1);
}

/** The most prefixes that the nodes of a stack may take from a subnet. */
function prefixesTaken({ parameters }: Stack, subnetId: string | undefined): number {
  const { MultusSubnetIds = '', MaxSize, PrefixesPerInterface } = parameters;
  const uses = subnetId !== undefined && MultusSubnetIds.split(',').includes(subnetId);
  return uses ? Number(MaxSize) * Number(PrefixesPerInterface) : 0;
}
