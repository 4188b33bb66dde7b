import type { Stack } from '../cloudformation/stack-api.ts';
import { deployStep, isBusy } from '../cloudformation/stack-status.ts';
import { BASE_TAG, ENVIRONMENT_TAG } from '../environment/tags.ts';
import { CloudError } from '../github/errors.ts';
import { type NetworkPlan, planNetwork } from '../network/plan.ts';

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
