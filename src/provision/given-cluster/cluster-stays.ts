import type { Stack } from '../../cloudformation/stack-api.ts';
import { CloudError } from '../../core/errors.ts';
import { ENVIRONMENT_TAG } from '../../environment/tags.ts';
import type { ProvisionInputs } from '../inputs.ts';
import { givenClusterName } from './cluster-parameters.ts';
import type { PresentCluster } from './present-cluster.ts';

type Environment = Pick<ProvisionInputs, 'environment' | 'givenCluster'>;

/**
 * An environment stays on its cluster: all of its nodes are there. Pure.
 *
 * @param infra the environment's own infra stack
 * @throws CloudError when the environment exists on another cluster than the inputs name.
 */
export function checkClusterStays(
  { environment, givenCluster }: Environment,
  infra: Stack | undefined,
): void {
  if (infra === undefined) return;
  const present = givenClusterName(infra);
  if (present === givenCluster?.name) return;
  const [reason, correction] =
    present === undefined
      ? ['it exists already, with a cluster of its own', 'leave existing-cluster out']
      : [
          `it exists already, on the cluster ${present} of others`,
          `give existing-cluster: ${present}`,
        ];
  throw new CloudError({
    resource: `environment ${environment}`,
    reason,
    nextStep: `${correction}, choose another name, or destroy it first`,
  });
}

/**
 * Somebody may have deleted the cluster and made another one of the same name, which does not know the environment. Pure.
 *
 * @throws CloudError when the cluster is not the one that the environment is on.
 */
export function checkSameCluster(
  environment: string,
  infra: Stack | undefined,
  cluster: PresentCluster,
): void {
  const before = infra?.parameters['GivenClusterEndpoint'];
  if (before === undefined || before === cluster.endpoint) return;
  throw new CloudError({
    resource: `existing-cluster ${cluster.name}`,
    reason: `it is another cluster than the one that environment ${environment} is on: its endpoint is ${cluster.endpoint}, and was ${before}`,
    nextStep: `destroy ${environment}, whose nodes cannot reach the new cluster, then deploy it again`,
  });
}

/**
 * A cluster of others must not be the pack's: its own environment would lose it, or two environments would share one
 * Multus without knowing of each other. Pure.
 *
 * @param all all stacks of the account and region
 * @throws CloudError when another environment made the cluster, or is on it.
 */
export function checkIsFree(
  environment: string,
  { name, tags }: PresentCluster,
  all: readonly Stack[],
): void {
  const others = all.filter((stack) => stack.tags[ENVIRONMENT_TAG] !== environment);
  const on = (owner: string) => `give base-environment: ${owner} in place of existing-cluster`;
  if (others.some((stack) => stack.name === name && stack.tags[ENVIRONMENT_TAG] === name)) {
    throw taken(name, `environment ${name} made it`, on(name));
  }
  const tag = tags[ENVIRONMENT_TAG];
  if (tag !== undefined) {
    throw taken(
      name,
      `it has the tag ${ENVIRONMENT_TAG}=${tag} of an environment of this pack`,
      `${on(tag)}; or let its owner take the tag off, if the pack did not make it`,
    );
  }
  const guest = others.find((stack) => givenClusterName(stack) === name);
  if (guest === undefined) return;
  const other = guest.tags[ENVIRONMENT_TAG] ?? guest.name;
  throw taken(
    name,
    `environment ${other} is on it already, and has its Multus there`,
    `${on(other)}, or destroy ${other} first`,
  );
}

function taken(name: string, reason: string, nextStep: string): CloudError {
  return new CloudError({ resource: `existing-cluster ${name}`, reason, nextStep });
}
