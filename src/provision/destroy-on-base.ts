import { checkUnprotected } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { namespaceOf } from '../environment/shared-cluster.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import { messageOf } from '../github/errors.ts';
import type { PlainApi } from '../kubernetes/plain-api.ts';
import { unmapNodeRoles } from '../multus/unmap-node-roles.ts';
import { deleteStacks } from './delete-stacks.ts';
import type { Look } from './end-state.ts';
import type { EnvironmentStacks } from './environment-stacks.ts';
import { namespaceLook, removeNamespace } from './remove-namespace.ts';
import { groupSweeper } from './remove-stack.ts';
import { addNote } from './report.ts';
import type { Session } from './run.ts';

/**
 * Removes what an environment has on the cluster of its base: its namespace while its nodes can still end the pods
 * in it, its node groups, what their nodes left in the VPC, and their rows in aws-auth. Nothing of the base, or of
 * other environments, is touched. A cluster that does not answer does not keep the nodes, which cost money, alive.
 *
 * @returns what to look for in the end, beside what every environment has.
 * @throws CloudError when a stack cannot be removed.
 */
export async function destroyOnBase(
  session: Session,
  { nodeGroups }: EnvironmentStacks,
  baseName: string,
): Promise<readonly Look[]> {
  const { inputs, log } = session;
  for (const stack of nodeGroups) checkUnprotected(stack);
  const base = await baseStack(session, baseName);
  const api = base && clusterOf(session, base);
  if (api === undefined) {
    addNote(session, `There is no cluster of ${baseName} any more: nothing is removed from it.`);
  } else {
    await log.group(`Namespace ${namespaceOf(inputs.environment)}`, () =>
      removeNamespace(session, api),
    );
  }
  const sweep = groupSweeper(session, base?.outputs['VpcId']);
  await deleteStacks(session, 'Node groups', nodeGroups, 'nodegroup.yaml', sweep);
  for (const stack of nodeGroups) await sweep(stack);
  if (api === undefined) return [];
  await unmap(session, api, nodeGroups);
  return [namespaceLook(inputs.environment, baseName, api)];
}

/** Undefined when there is no such environment, or it has no cluster (any more). */
async function baseStack({ stacks }: Session, name: string): Promise<Stack | undefined> {
  const stack = await stacks.describe(name);
  return stack?.tags[ENVIRONMENT_TAG] === name ? stack : undefined;
}

function clusterOf({ cleanUp }: Session, { outputs }: Stack): PlainApi | undefined {
  const { ClusterName: name, ClusterEndpoint: endpoint } = outputs;
  const certificateAuthority = outputs['ClusterCertificateAuthority'];
  if (name === undefined || endpoint === undefined || certificateAuthority === undefined) {
    return undefined;
  }
  return cleanUp.kubernetes({ name, endpoint, certificateAuthority });
}

/** The roles are gone with their stacks, so rows of theirs map nothing any more. */
async function unmap(session: Session, api: PlainApi, nodeGroups: readonly Stack[]): Promise<void> {
  const { log, clock } = session;
  const mapped = nodeGroups.filter(({ parameters }) => parameters['NodeAccess'] !== 'access-entry');
  const arns = mapped.flatMap(({ outputs }) => outputs['NodeInstanceRoleArn'] ?? []);
  if (arns.length === 0) return;
  try {
    const removed = await log.group('Rows in aws-auth', () =>
      unmapNodeRoles(api, arns, log, clock),
    );
    if (removed.length > 0) addNote(session, `Removed from aws-auth: ${removed.join(', ')}.`);
  } catch (error) {
    const text = `aws-auth may still map ${arns.join(', ')}: ${messageOf(error)}`;
    log.warn(text);
    session.report.notes.push(text);
  }
}
