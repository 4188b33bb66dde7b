import { InputError } from '../github/errors.ts';
import { type NetworkPlan, type NetworkResult, planNetwork } from '../network/plan.ts';
import type { ProvisionFields } from './inputs.ts';

type NetworkInputs = Pick<
  ProvisionFields,
  'vpc-cidr' | 'availability-zones' | 'multus-networks' | 'subnet-cidrs'
>;

/** How many networks there are when nothing is said. */
export const DEFAULT_NETWORKS = 2;

/** The network that the inputs ask for. */
export function planFor(inputs: NetworkInputs): NetworkResult {
  return planNetwork({
    vpcCidr: inputs['vpc-cidr'],
    zones: inputs['availability-zones'] ?? [],
    multusNetworks: inputs['multus-networks'] ?? DEFAULT_NETWORKS,
    subnetCidrs: inputs['subnet-cidrs'],
  });
}

/**
 * The same for a run that cannot go on without.
 *
 * @throws InputError that says why there is none; reading the inputs has found that before.
 */
export function requiredPlan(inputs: NetworkInputs): NetworkPlan {
  const result = planFor(inputs);
  if ('problems' in result) throw new InputError(result.problems);
  return result.plan;
}
