import type { Stack } from '../cloudformation/stack-api.ts';
import { deployStep, isBusy } from '../cloudformation/stack-status.ts';
import { CloudError, InputError } from '../core/errors.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../environment/tags.ts';
import { type NetworkPlan, planNetwork } from '../vpc/plan.ts';

import { type Conflict, groupInterfaces, groupZones } from './check-inputs.ts';
import type { ProvisionInputs } from './inputs.ts';
import { idsOf, nodeGroupStackName } from './stack-parameters.ts';

/** Inputs that leave nothing open any more, and the part of the base's network that they use. */
export interface Settled {
  readonly inputs: ProvisionInputs;
  readonly network: NetworkPlan;
}

/**
 * What the inputs come to on a base: its zones, its networks (or the first of them, as many as are asked for), and
 * node groups, which are in its first zone where they name none. Pure.
 *
 * @throws InputError when the base lacks a zone, a network or prefixes that the inputs ask for.
 * @throws CloudError when the environment stands already, and not on this base.
 */
export function settleOnBase(
  inputs: ProvisionInputs,
  base: Base,
  stacks: readonly Stack[],
): Settled {
  checkStandsHere(inputs.environment, base.name, stacks);
  const { zones } = base.network;
  const most = new Set(base.network.multusSubnets.map(({ network }) => network)).size;
  const networks = inputs['multus-networks'] ?? most;
  if (networks > most) {
    const allowed = `at most ${most}: ${base.name} has no more networks`;
    throw new InputError([{ input: 'multus-networks', value: String(networks), allowed }]);
  }
  const settled = {
    ...inputs,
    'availability-zones': [...zones],
    'multus-networks': networks,
    'node-groups': inputs['node-groups'].map((group) => ({
      ...group,
      zone: group.zone === '' ? (zones[0] ?? '') : group.zone,
    })),
  };
  const multusSubnets = base.network.multusSubnets.filter(({ network }) => network <= networks);
  const network = { ...base.network, multusSubnets };
  const conflicts = [
    ...groupZones(settled),
    ...groupInterfaces(settled),
    ...prefixesLeft(settled, base, network, stacks),
  ];
  if (conflicts.length === 0) return { inputs: settled, network };
  throw new InputError(conflicts.map((conflict) => problem(conflict, settled, base)));
}

/** An environment has one place: a cluster of its own, or one base. */
function checkStandsHere(environment: string, base: string, stacks: readonly Stack[]): void {
  const own = stacks.filter(({ tags }) => tags[ENVIRONMENT_TAG] === environment);
  const other = own.find(({ tags }) => tags[BASE_TAG] !== base);
  if (other !== undefined) throw standsElsewhere(environment, other.tags[BASE_TAG]);
}

/** @param base the environment that it is on; undefined when it has a cluster of its own */
export function standsElsewhere(environment: string, base: string | undefined): CloudError {
  return new CloudError({
    resource: `environment ${environment}`,
    reason:
      base === undefined
        ? 'it stands already, with a cluster of its own'
        : `it stands already, on the cluster of ${base}`,
    nextStep: `${base === undefined ? 'leave base-environment out' : `give base-environment: ${base}`}, choose another name, or destroy it first`,
  });
}

/** In each subnet, the nodes of all groups on the base, whosever they are, must find their prefixes. */
function prefixesLeft(
  inputs: ProvisionInputs,
  { name, stack }: Base,
  network: NetworkPlan,
  stacks: readonly Stack[],
): readonly Conflict[] {
  const ids = idsOf(stack.outputs, 'MultusSubnetIds');
  const groups = inputs['node-groups'];
  const own = groups.map((group) => nodeGroupStackName(inputs.environment, group.name));
  const others = stacks.filter((one) => !own.includes(one.name));
  const conflicts = network.multusSubnets.flatMap(({ zone, prefixes, cidr }, index) => {
    const inZone = groups.filter((group) => group.zone === zone);
    const needed = sum(inZone.map((group) => group.max * group['prefixes-per-interface']));
    const left = prefixes - sum(others.map((other) => prefixesOf(other, ids[index])));
    if (needed <= left) return [];
    const message = `at most ${Math.max(left, 0)} prefixes (max × prefixes-per-interface) in ${zone}, as ${cidr} of ${name} has ${prefixes} and other node groups may take the rest; these need ${needed}`;
    return [{ path: ['node-groups'], message }];
  });
  return conflicts.slice(0, 1);
}

/** The prefixes that a node group's stack may take from a subnet. */
function prefixesOf({ parameters }: Stack, subnetId: string | undefined): number {
  const { MultusSubnetIds = '', MaxSize, PrefixesPerInterface } = parameters;
  const uses = subnetId !== undefined && MultusSubnetIds.split(',').includes(subnetId);
  return uses ? Number(MaxSize) * Number(PrefixesPerInterface) : 0;
}

function problem({ path, message }: Conflict, inputs: ProvisionInputs, { name }: Base) {
  const [, index, key] = path;
  const group = typeof index === 'number' ? inputs['node-groups'][index] : undefined;
  const value = group?.[key as keyof typeof group];
  const place = path.slice(1).join('.');
  return {
    input: String(path[0]),
    value: value === undefined ? inputs['node-groups'].map((one) => one.name).join() : `${value}`,
    allowed: `${place === '' ? '' : `${place}: `}${message} (on base-environment ${name})`,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** The environment on whose cluster another one's node groups are. */
export interface Base {
  readonly name: string;
  /** Its infra stack. */
  readonly stack: Stack;
  readonly network: NetworkPlan;
}

/**
 * The base of that name, from the account's stacks. Pure.
 *
 * @throws CloudError when there is none, when it is no environment with a cluster of its own, or when its infra
 *   stack is not at rest.
 */
export function baseOf(name: string, stacks: readonly Stack[]): Base {
  const stack = stacks.find((one) => one.name === name);
  if (stack === undefined) throw noCluster(name, stacks);
  if (stack.tags[ENVIRONMENT_TAG] !== name) {
    throw refusal(name, `stack ${name} was not made by provision`, 'name an environment');
  }
  if (isBusy(stack.status)) {
    const nextStep = stack.status.startsWith('DELETE')
      ? 'provision it again, or name another base-environment'
      : 'wait until that has come to its end, then run the action again';
    throw refusal(name, `its stack is ${stack.status}`, nextStep);
  }
  if (deployStep(stack.status) !== 'update' || stack.outputs['ClusterName'] === undefined) {
    throw refusal(name, `its stack is ${stack.status}`, `provision ${name} again first`);
  }
  return { name, stack, network: networkOf(name, stack) };
}

function noCluster(name: string, stacks: readonly Stack[]): CloudError {
  const bases = stacks.flatMap(({ tags }) =>
    tags[ENVIRONMENT_TAG] === name ? (tags[BASE_TAG] ?? []) : [],
  );
  return bases[0] === undefined
    ? refusal(name, 'there is no such environment', 'provision it first, or correct its name')
    : refusal(name, `it is itself on the cluster of ${bases[0]}`, `name ${bases[0]} instead`);
}

/** The network as the stack's parameters have it: the same plan that it was made by, or what was given by hand. */
function networkOf(name: string, { parameters }: Stack): NetworkPlan {
  const listOf = (key: string) => (parameters[key] ?? '').split(',').filter((one) => one !== '');
  const multus = [1, 2, 3, 4]
    .map((network) => listOf(`Multus${network}SubnetCidrs`))
    .filter((cidrs) => cidrs.length > 0);
  const planned = planNetwork({
    vpcCidr: parameters['VpcCidr'] ?? '',
    zones: listOf('AvailabilityZones'),
    multusNetworks: multus.length,
    subnetCidrs: {
      public: listOf('PublicSubnetCidrs'),
      private: listOf('PrivateSubnetCidrs'),
      multus,
    },
  });
  if ('plan' in planned) return planned.plan;
  const wrong = planned.problems.map(
    ({ value, allowed }) => `${value}, where ${allowed} is needed`,
  );
  throw refusal(name, `its subnets are ${wrong.join('; ')}`, 'use another base-environment');
}

function refusal(name: string, reason: string, nextStep: string): CloudError {
  return new CloudError({ resource: `base-environment ${name}`, reason, nextStep });
}
