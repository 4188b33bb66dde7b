import { type NetworkResult, planNetwork } from '../network/plan.ts';
import type { ProvisionFields } from './inputs.ts';

type NetworkInputs = Pick<
  ProvisionFields,
  'vpc-cidr' | 'availability-zones' | 'multus-networks' | 'subnet-cidrs'
>;

/** The network that the inputs ask for. */
export function planFor(inputs: NetworkInputs): NetworkResult {
  return planNetwork({
    vpcCidr: inputs['vpc-cidr'],
    zones: inputs['availability-zones'] ?? [],
    multusNetworks: inputs['multus-networks'],
    subnetCidrs: inputs['subnet-cidrs'],
  });
}
