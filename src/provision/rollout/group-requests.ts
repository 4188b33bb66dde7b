import type { Stack } from '../../cloudformation/stack-api.ts';
import type { GroupRequest } from '../../rollout/read-group.ts';
import { imageOfStack } from '../node-extras/extra-parameters.ts';

export type Outputs = Stack['outputs'];

/** The groups of these stacks, without stacks that have none yet. Pure. */
export function groupRequests(
  stacks: readonly (Stack | undefined)[],
  infra: Outputs,
): readonly GroupRequest[] {
  return stacks.flatMap((stack) => {
    const request = stack === undefined ? undefined : groupRequest(stack, infra);
    return request === undefined ? [] : [request];
  });
}

/**
 * What a rollout needs to know of a node group: its Auto Scaling group, and what its template makes new nodes. Pure.
 *
 * @param infra outputs of the stack with the cluster
 * @returns undefined for a stack without a group: one that is being made, or has failed.
 */
function groupRequest(
  { lookedUp, outputs, parameters }: Stack,
  infra: Outputs,
): GroupRequest | undefined {
  const name = outputs['AutoScalingGroupName'];
  if (name === undefined) return undefined;
  const prefixes = parameters['PrefixesPerInterface'];
  return {
    name,
    cluster: infra['ClusterName'] ?? '',
    declared: Number(parameters['DesiredSize']),
    wanted: {
      imageId: imageOfStack({ lookedUp, parameters }),
      instanceType: parameters['InstanceType'],
      prefixes: prefixes === undefined ? undefined : Number(prefixes),
      kubernetesVersion: infra['KubernetesVersion'],
    },
  };
}
