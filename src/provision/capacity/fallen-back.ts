import type { Stack } from '../../cloudformation/stack-api.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { type NodeGroup, nodeGroupStackName } from '../node-groups.ts';
import { INSTEAD_OF_SPOT } from './capacity.ts';

/**
 * The inputs as the groups stand: one that fell back to on demand stays there while it asks for spot. Otherwise each deploy
 * would begin to replace nodes that run by instances that EC2 may not have. Pure.
 */
export function withFallenBack(inputs: ProvisionInputs, stacks: readonly Stack[]): ProvisionInputs {
  const nodeGroups = inputs.nodeGroups.map((group): NodeGroup => {
    const name = nodeGroupStackName(inputs.environment, group.name);
    const present = stacks.find((stack) => stack.name === name)?.parameters['Capacity'];
    const fell = group.capacity === 'spot' && present === INSTEAD_OF_SPOT;
    return fell ? { ...group, capacity: INSTEAD_OF_SPOT } : group;
  });
  return { ...inputs, nodeGroups };
}
