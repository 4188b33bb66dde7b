import type { V1Node } from '@kubernetes/client-node';
import { mapNodeRoles } from '../aws-auth/config-map.ts';
import { messageOf } from '../core/errors.ts';
import { guestsOf, isGuest, nodesOf } from '../environment/shared-cluster.ts';
import {
  type Access,
  type Connection,
  type ConnectOptions,
  connect,
} from '../kubernetes/connection.ts';
import { awaitNodes } from '../kubernetes/nodes.ts';
import { awaitRollout } from '../kubernetes/rollout.ts';
import { admitPods } from '../multus/admit-pods.ts';
import { checkNotOfOthers } from '../multus/cluster-of-others.ts';
import { daemonStarted } from '../multus/daemon-started.ts';
import { MULTUS, NOT_STARTED, removeOtherMode } from '../multus/install.ts';
import { removeMultus } from '../multus/remove.ts';
import { updateMultus } from '../multus/update.ts';
import { checkOwners, pruneNetworks } from '../networks/definition-store.ts';
import { checkNamespaces } from './check-namespaces.ts';
import { checkPlugins } from './check-plugins.ts';
import { checkVpc } from './check-vpc.ts';
import { awaitWhereabouts, configureNetworks, type Wait } from './configure-networks.ts';
import { ACCESS_ON_BASE, configureOnBase } from './configure-on-base.ts';
import { explainNodes } from './explain-nodes.ts';
import type { ConfigureInputs } from './inputs.ts';
import type { ConfigureTools, Reached } from './outputs.ts';

/**
 * Maps the node roles, installs Multus (except on a shared cluster), applies the networks, and waits until the nodes are
 * Ready and Multus runs on them. Applies everything before it waits, so that nodes which join meanwhile find it all.
 * Running it again changes nothing.
 *
 * @throws ClusterError, or CloudError for credentials. Calls `report` first.
 */
export async function configure(inputs: ConfigureInputs, tools: ConfigureTools): Promise<void> {
  const reached: Reached = {};
  try {
    await (inputs.remove ? remove : applyAndWait)(inputs, tools, reached);
  } catch (error) {
    // The first error matters more than a failure to report.
    await tools.report(reached).catch((problem) => tools.log.warn(messageOf(problem)));
    throw error;
  }
  await tools.report(reached);
}

async function applyAndWait(
  inputs: ConfigureInputs,
  tools: ConfigureTools,
  reached: Reached,
): Promise<void> {
  const { log, clock, interfaces } = tools;
  const { mapRoleArns, attachments } = inputs;
  const wait = { deadline: clock.now() + inputs.timeoutMs, clock, log };
  for (const warning of inputs.warnings) log.warn(warning);
  await checkVpc(attachments, inputs.target.environment, interfaces, log);
  const { shared } = inputs.target.environment ?? {};
  const needs = accessNeeded(mapRoleArns !== undefined, shared !== undefined);
  await withCluster(inputs, { ...tools, needs, deadline: wait.deadline }, reached, async (to) => {
    await checkPlugins(to.api, attachments, log);
    if (shared === undefined) await checkNamespaces(to.api, attachments);
    await checkOwners(to, attachments);
    await checkFree(to, inputs);
    if (mapRoleArns !== undefined) {
      reached.awsAuth = await log.group('Map node roles in aws-auth', () =>
        mapNodeRoles(to, mapRoleArns, log, clock),
      );
    }
    if (shared === undefined) await configureCluster(to, inputs, tools, reached, wait);
    else await configureOnBase(to, inputs, shared, tools, reached, wait);
  });
}

/** On a cluster of others, no network may have the name of one of theirs. */
async function checkFree(to: Connection, { attachments, multus }: ConfigureInputs): Promise<void> {
  if (multus.onlyFor === undefined) return;
  const definitions = attachments.map(({ definition }) => definition);
  await checkNotOfOthers(to, definitions, multus.onlyFor);
}

/**
 * Installs Multus and applies the networks on a cluster that this environment has to itself, whose base it is, or where it has
 * nodes among those of others.
 */
async function configureCluster(
  connection: Connection,
  inputs: ConfigureInputs,
  tools: ConfigureTools,
  reached: Reached,
  wait: Wait,
): Promise<void> {
  const { log } = wait;
  const { attachments, multus, expectedNodes } = inputs;
  const environment = inputs.target.environment?.name;
  reached.multus = multus;
  // Nodes of previews on this cluster come and go. Each preview waits for its own nodes.
  const leftOut = environment === undefined ? undefined : guestsOf(environment);
  await log.group('Install Multus', () =>
    updateMultus(connection, multus, log, { ...wait, leftOut }),
  );
  await configureNetworks(connection, inputs, wait);
  reached.attachments = attachments;
  const nodes = await log.group('Wait for nodes', () =>
    awaitNodes(connection, {
      ...wait,
      expected: expectedNodes,
      // On a cluster of others, nodes without the label are theirs.
      ...(multus.onlyFor === undefined ? {} : { labelSelector: nodesOf(multus.onlyFor) }),
      leftOut: (node: V1Node) => environment !== undefined && isGuest(node, environment),
      explain: (found) => explainNodes(connection, found, inputs, tools),
    }),
  );
  reached.nodes = nodes;
  const hasStarted = daemonStarted(connection.rest, wait.clock);
  reached.rollout = await log.group('Wait for Multus', () => {
    const set = { ...MULTUS, name: MULTUS.daemonSet, hasStarted, notStarted: NOT_STARTED };
    return awaitRollout(connection, { ...wait, ...set, atLeast: expectedNodes, leftOut });
  });
  await removeOtherMode(connection, multus, log);
  await awaitWhereabouts(connection, inputs, { ...wait, leftOut });
  const own = multus.onlyFor === undefined ? undefined : nodes.map(({ name }) => name);
  await log.group('Let pods onto the nodes', () => admitPods(connection, { log, hasStarted }, own));
}

/** Connects, does the work, and explains what the API server refuses or fails meanwhile. */
async function withCluster(
  { target, role }: ConfigureInputs,
  options: Omit<ConnectOptions, 'roleArn'>,
  reached: Reached,
  work: (connection: Connection) => Promise<void>,
): Promise<void> {
  const roleArn = role.chainedRoleArn ?? role.roleArn;
  const connection = await connect(target.address, { ...options, roleArn });
  reached.cluster = connection.cluster;
  reached.user = connection.user;
  try {
    await work(connection);
  } catch (error) {
    throw connection.explain(error);
  }
}

async function remove(
  inputs: ConfigureInputs,
  tools: ConfigureTools,
  reached: Reached,
): Promise<void> {
  const { log, clock } = tools;
  const wait = { deadline: clock.now() + inputs.timeoutMs, clock };
  const needs = [{ ...DAEMON_SETS, verb: 'delete' }];
  await withCluster(inputs, { ...tools, needs, deadline: wait.deadline }, reached, async (to) => {
    await log.group('Remove Multus', () => removeMultus(to, log, wait, inputs.multus.onlyFor));
    reached.removed = true;
    if (inputs.pruneIn.length === 0) return;
    await log.group('Remove networks', () => pruneNetworks(to, [], inputs.pruneIn, log));
  });
}

const DAEMON_SETS = { group: 'apps', resource: 'daemonsets', namespace: MULTUS.namespace };

/** A sample of the rights that the run needs, so that an identity without rights fails before anything changes. */
function accessNeeded(awsAuth: boolean, onBase: boolean): readonly Access[] {
  const { namespace } = MULTUS;
  const own = onBase ? ACCESS_ON_BASE : [{ ...DAEMON_SETS, verb: 'patch' }];
  const configMaps = { verb: 'patch', resource: 'configmaps', namespace };
  return awsAuth ? [configMaps, ...own] : own;
}
