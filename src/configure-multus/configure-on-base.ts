import type { Log } from '../core/log.ts';
import type { Patience } from '../core/retry.ts';
import type { SharedCluster } from '../environment/environment.ts';
import { ENVIRONMENT_LABEL, nodesOf } from '../environment/shared-cluster.ts';
import { ownNamespace } from '../kubernetes/apply.ts';
import type { Access, Connection } from '../kubernetes/connection.ts';
import { awaitNodes } from '../kubernetes/nodes.ts';
import { awaitRollout } from '../kubernetes/rollout.ts';
import { admitPods } from '../multus/admit-pods.ts';
import { daemonStarted } from '../multus/daemon-started.ts';
import { findMultus, imageOf, MULTUS, NOT_STARTED } from '../multus/install.ts';
import { WHEREABOUTS } from '../multus/whereabouts.ts';
import { applyNetworks, pruneNetworks } from '../networks/definition-store.ts';
import { needsWhereabouts } from './configure-networks.ts';
import { explainNodes } from './explain-nodes.ts';
import type { ConfigureInputs } from './inputs.ts';
import type { ConfigureTools, Reached } from './outputs.ts';

type Wait = Patience & { readonly log: Log };

/** The right to check before a run on a shared cluster. Such a run needs only part of an administrator's rights. */
export const ACCESS_ON_BASE: readonly Access[] = [{ verb: 'patch', resource: 'namespaces' }];

/**
 * Configures an environment on the cluster of another environment, its base. Applies the networks in the environment's
 * own namespace, and waits for the environment's own nodes and for Multus on them. Multus, whereabouts and all else on
 * the base stay as they are.
 *
 * @throws ClusterError when the base lacks Multus or whereabouts, or when nodes do not become Ready in time.
 */
export async function configureOnBase(
  connection: Connection,
  inputs: ConfigureInputs,
  { base, namespace }: SharedCluster,
  tools: ConfigureTools,
  reached: Reached,
  wait: Wait,
): Promise<void> {
  const { log } = tools;
  const { attachments, expectedNodes } = inputs;
  const name = inputs.target.environment?.name ?? namespace;
  const image = await findMultus(connection, base);
  log.info(`Using the Multus of ${base}: ${image}`);
  reached.multus = { mode: `that of ${base}`, image };
  if (needsWhereabouts(inputs)) await imageOf(connection, { ...WHEREABOUTS, base });
  await log.group(`Namespace ${namespace}`, async () => {
    const labels = { [ENVIRONMENT_LABEL]: name };
    const created = await ownNamespace(connection, namespace, labels);
    log.info(`${created ? 'Created' : 'Unchanged'} namespace ${namespace}`);
  });
  await log.group('Apply networks', () => applyNetworks(connection, attachments, log, wait));
  if (inputs.pruneIn.length > 0) {
    await pruneNetworks(connection, attachments, inputs.pruneIn, log);
  }
  reached.attachments = attachments;
  const nodes = await log.group('Wait for nodes', () =>
    awaitNodes(connection, {
      ...wait,
      expected: expectedNodes,
      labelSelector: nodesOf(name),
      explain: (found) => explainNodes(connection, found, inputs, tools),
    }),
  );
  reached.nodes = nodes;
  const ready = nodes.filter((node) => node.ready).map((node) => node.name);
  const rollout = { ...wait, atLeast: expectedNodes, nodes: ready };
  const hasStarted = daemonStarted(connection.rest, wait.clock);
  const multus = { ...MULTUS, name: MULTUS.daemonSet, hasStarted, notStarted: NOT_STARTED };
  reached.rollout = await log.group('Wait for Multus', () =>
    awaitRollout(connection, { ...rollout, ...multus }),
  );
  if (needsWhereabouts(inputs)) {
    await log.group('Wait for whereabouts', () =>
      awaitRollout(connection, { ...rollout, ...WHEREABOUTS }),
    );
  }
  await log.group('Let pods onto the nodes', () =>
    admitPods(connection, { log, hasStarted }, ready),
  );
}
