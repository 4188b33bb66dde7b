/** How a node group may ask EC2 to sell its instances: the two capacity types of EKS's managed node groups. */
export const ASKED_CAPACITIES = ['on-demand', 'spot'] as const;

/** How EC2 sells the instances of a group that asked for spot and fell back to on demand. */
export const INSTEAD_OF_SPOT = 'on-demand-instead-of-spot';

/** How EC2 sells the instances of a group: the values of the parameter `Capacity` of `cfn/nodegroup.yaml`. */
export type Capacity = (typeof ASKED_CAPACITIES)[number] | typeof INSTEAD_OF_SPOT;
