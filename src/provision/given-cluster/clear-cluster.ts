import type { KubernetesObject } from '@kubernetes/client-node';
import type { Stack } from '../../cloudformation/stack-api.ts';
import { messageOf } from '../../core/errors.ts';
import { ENVIRONMENT_TAG } from '../../environment/tags.ts';
import type { KubernetesApi } from '../../kubernetes/api.ts';
import { isOurs, nameOf, removeIfOurs } from '../../kubernetes/apply.ts';
import { isKind, labelsFor } from '../../multus/cluster-of-others.ts';
import { readMultus } from '../../multus/install.ts';
import { whereaboutsObjects } from '../../multus/whereabouts.ts';
import { listDefinitions, usesWhereabouts } from '../../networks/definition-store.ts';
import { removeMappings } from '../destroy-on-base.ts';
import type { Look } from '../end-state.ts';
import { known } from '../preflight/facts.ts';
import { addNote } from '../report.ts';
import { clusterOf } from '../rollout/cluster-address.ts';
import type { Session } from '../session.ts';
import { givenClusterName } from './cluster-parameters.ts';

/**
 * Takes from a cluster of others what the environment has put there: its networks, its Multus, and the rows of its node
 * roles in aws-auth. Everything else stays, also when it looks like the pack's: only what has the labels of the environment
 * goes. The node groups must be gone, so that no node is left without the CNI configuration that its pods started with.
 *
 * @param infra the environment's infra stack
 * @param nodeGroups the stacks of the node groups that were deleted
 * @returns where to look for leftovers at the end
 */
export async function clearGivenCluster(
  session: Session,
  infra: Stack,
  nodeGroups: readonly Stack[],
): Promise<readonly Look[]> {
  const { cleanUp, log } = session;
  const name = givenClusterName(infra) ?? '';
  const address = clusterOf(infra.outputs);
  if (address === undefined) return [];
  const present = known(await session.givenCluster.present(name));
  if (present !== undefined && present.endpoint !== address.endpoint) {
    addNote(session, `The cluster ${name} is another one by now: nothing is removed from it.`);
    return [];
  }
  const api = cleanUp.kubernetes(address);
  if (await sharesMultus(session, name)) {
    addNote(session, `Multus stays on the cluster ${name}, because another environment is on it.`);
  } else {
    await log.group(`Multus and networks on ${name}`, () => removeObjects(session, name, api));
  }
  await removeMappings(session, api, nodeGroups);
  return [clusterLook(session, name, api)];
}

/** Two deploys at the same time may both have come onto the cluster. Both then use one Multus. */
async function sharesMultus({ inputs, stacks }: Session, name: string): Promise<boolean> {
  const all = await stacks.list();
  return all.some(
    (stack) =>
      givenClusterName(stack) === name && stack.tags[ENVIRONMENT_TAG] !== inputs.environment,
  );
}

/** Never throws: the check at the end of destroy reports what is left. */
async function removeObjects(session: Session, name: string, api: KubernetesApi): Promise<void> {
  const { inputs, log } = session;
  const labels = labelsFor(inputs.environment);
  try {
    const removed: string[] = [];
    for (const object of await ownObjects(api, labels)) {
      if (await removeIfOurs({ api }, object, labels)) removed.push(nameOf(object));
    }
    if (removed.length > 0)
      addNote(session, `Removed from the cluster ${name}: ${removed.join(', ')}.`);
  } catch (error) {
    log.warn(`Cannot remove Multus and networks from ${name}: ${messageOf(error)}`);
  }
}

/**
 * What there is of the environment, in the order of its removal: networks, then what serves them, then their kinds. A kind
 * whose objects belong to others stays, and so does what serves their networks.
 */
async function ownObjects(
  api: KubernetesApi,
  labels: Readonly<Record<string, string>>,
): Promise<readonly KubernetesObject[]> {
  const definitions = await listDefinitions({ api });
  const own = definitions.filter((one) => isOurs(one, labels));
  const others = definitions.filter((one) => !own.includes(one));
  const [thick, thin, whereabouts] = await Promise.all([
    readMultus({ mode: 'thick', image: '' }),
    readMultus({ mode: 'thin', image: '' }),
    whereaboutsObjects(),
  ]);
  const kinds = [...thick, ...whereabouts].filter(isKind);
  const serving = [...thick, ...thin, ...(usesWhereabouts(others) ? [] : whereabouts)];
  const all = [
    ...own,
    ...serving.filter((one) => !isKind(one)).toReversed(),
    ...(others.length > 0 ? [] : kinds),
  ];
  const found: KubernetesObject[] = [];
  for (const object of new Map(all.map((one) => [nameOf(one), one])).values()) {
    const present = await api.read<KubernetesObject>(object);
    if (present !== undefined && isOurs(present, labels)) found.push(object);
  }
  return found;
}

/** Looks whether the environment still has something on the cluster. */
function clusterLook({ givenCluster, inputs }: Session, name: string, api: KubernetesApi): Look {
  return {
    what: `Multus and networks of the environment on the cluster ${name}`,
    async find() {
      try {
        const left = await ownObjects(api, labelsFor(inputs.environment));
        return left.map(nameOf);
      } catch (error) {
        const present = await givenCluster.present(name);
        if ('value' in present && present.value === undefined) return [];
        return [`some, perhaps: the cluster does not answer (${messageOf(error)})`];
      }
    },
  };
}
