import { unmapNodeRoles } from '../aws-auth/config-map.ts';
import { checkUnprotected } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { messageOf } from '../core/errors.ts';
import { until } from '../core/retry.ts';
import { ENVIRONMENT_LABEL, namespaceOf } from '../environment/shared-cluster.ts';
import { ENVIRONMENT_TAG } from '../environment/tags.ts';
import { type KubernetesApi, OUR_LABELS } from '../kubernetes/api.ts';
import { reasonOf } from '../kubernetes/api-error.ts';
import { releaseCloudResources } from '../kubernetes/release-cloud-resources.ts';
import type { Look } from './end-state.ts';
import type { EnvironmentStacks } from './environment-stacks.ts';
import { deleteStacks, groupSweeper } from './remove-stack.ts';
import { addNote, addWarning } from './report.ts';
import type { Session } from './session.ts';

/**
 * Removes what an environment has on the cluster of its base: its namespace, its node groups, what their nodes left in
 * the VPC, and their rows in aws-auth. The namespace is first, while nodes can still end its pods. The base and other
 * environments stay as they are. If the cluster does not answer, the nodes are removed all the same: they cost money.
 *
 * @returns where to look for leftovers at the end, beside the places that every environment has
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
    addNote(session, `${baseName} no longer has a cluster: nothing is removed from it.`);
  } else {
    await log.group(`Namespace ${namespaceOf(inputs.environment)}`, () =>
      removeNamespace(session, api),
    );
  }
  const sweep = groupSweeper(session, base?.outputs['VpcId']);
  await deleteStacks(session, 'Node groups', nodeGroups, 'nodegroup.yaml', sweep);
  for (const stack of nodeGroups) await sweep(stack);
  if (api === undefined) return [];
  await removeMappings(session, api, nodeGroups);
  return [namespaceLook(inputs.environment, baseName, api)];
}

/** Undefined when the environment does not exist or has no cluster. */
async function baseStack({ stacks }: Session, name: string): Promise<Stack | undefined> {
  const stack = await stacks.describe(name);
  return stack?.tags[ENVIRONMENT_TAG] === name ? stack : undefined;
}

function clusterOf({ cleanUp }: Session, { outputs }: Stack): KubernetesApi | undefined {
  const { ClusterName: name, ClusterEndpoint: endpoint } = outputs;
  const certificateAuthority = outputs['ClusterCertificateAuthority'];
  if (name === undefined || endpoint === undefined || certificateAuthority === undefined) {
    return undefined;
  }
  return cleanUp.kubernetes({ name, endpoint, certificateAuthority });
}

/** How long the cluster has to end everything in the namespace. */
const NAMESPACE_MS = 5 * 60_000;

interface Namespace {
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> };
}

/**
 * Removes the load balancers and volumes of the environment's workloads, then its namespace with all networks and pods,
 * and waits until the namespace is gone. A namespace without the environment's label belongs to somebody else. Never
 * throws: the check at the end of destroy reports what is left.
 */
async function removeNamespace(session: Session, api: KubernetesApi): Promise<void> {
  const { clock, engine, inputs, log } = session;
  const name = namespaceOf(inputs.environment);
  const deadline = Math.min(clock.now() + NAMESPACE_MS, engine.deadline);
  try {
    const found = await read(api, name);
    if (found === undefined) return;
    if (!isOf(found, inputs.environment)) {
      addNote(session, `Namespace ${name} is not touched: it lacks this environment's label.`);
      return;
    }
    const { removed, left } = await releaseCloudResources(api, {
      log,
      clock,
      deadline,
      namespace: name,
    });
    if (removed.length > 0) addNote(session, `Removed first: ${removed.join(', ')}.`);
    if (left.length > 0) addNote(session, `These may stay in AWS: ${left.join(', ')}`);
    await api.remove(pathOf(name));
    const isGone = async () => ((await read(api, name)) === undefined ? true : undefined);
    const gone = await until(isGone, { clock, deadline });
    if (gone) addNote(session, `Removed the namespace ${name}.`);
  } catch (error) {
    log.warn(`Cannot remove the namespace ${name}: ${reasonOf(error)}`);
  }
}

/**
 * Removes the rows of roles that were deleted with their stacks. The cluster's own role for nodes stays mapped.
 * Never throws.
 */
export async function removeMappings(
  session: Session,
  api: KubernetesApi,
  nodeGroups: readonly Stack[],
): Promise<void> {
  const { log, clock } = session;
  const mapped = nodeGroups.filter(
    ({ parameters: { NodeAccess, NodeProfileArn = '' } }) =>
      NodeAccess !== 'access-entry' && NodeProfileArn === '',
  );
  const arns = mapped.flatMap(({ outputs }) => outputs['NodeInstanceRoleArn'] ?? []);
  if (arns.length === 0) return;
  try {
    const removed = await log.group('Rows in aws-auth', () =>
      unmapNodeRoles(api, arns, log, clock),
    );
    if (removed.length > 0) addNote(session, `Removed from aws-auth: ${removed.join(', ')}.`);
  } catch (error) {
    addWarning(session, `aws-auth may still map ${arns.join(', ')}: ${messageOf(error)}`);
  }
}

/** Looks whether the namespace still exists. */
function namespaceLook(environment: string, base: string, api: KubernetesApi): Look {
  const name = namespaceOf(environment);
  return {
    what: `Namespace in the cluster of ${base}`,
    async find() {
      try {
        const found = await read(api, name);
        return found !== undefined && isOf(found, environment) ? [name] : [];
      } catch (error) {
        return [`${name}, perhaps: the cluster does not answer (${reasonOf(error)})`];
      }
    },
  };
}

function read(api: KubernetesApi, name: string): Promise<Namespace | undefined> {
  return api.read<Namespace>(pathOf(name));
}

function isOf({ metadata: { labels } }: Namespace, environment: string): boolean {
  const wanted = { ...OUR_LABELS, [ENVIRONMENT_LABEL]: environment };
  return Object.entries(wanted).every(([key, value]) => labels?.[key] === value);
}

function pathOf(name: string): string {
  return `/api/v1/namespaces/${name}`;
}
