import type { Stack } from '../../cloudformation/stack-api.ts';
import { namespaceOf } from '../../environment/shared-cluster.ts';
import type { Connection } from '../../kubernetes/connection.ts';
import { admitPods } from '../../multus/admit-pods.ts';
import { daemonStarted } from '../../multus/daemon-started.ts';
import { findOutdated, type OutdatedNodes } from '../../rollout/find-outdated.ts';
import type { Member, Probe } from '../../rollout/group-state.ts';
import type { GroupRequest } from '../../rollout/read-group.ts';
import { type RolloutResult, roll } from '../../rollout/rollout.ts';
import type { DeployedNodeGroup } from '../environment-of.ts';
import { addNote, addWarning } from '../report.ts';
import type { Session } from '../session.ts';
import { clusterOf } from './cluster-address.ts';
import { groupRequests, type Outputs } from './group-requests.ts';
import { notAllowed } from './not-allowed.ts';

/** What a deploy has made. */
interface Deployment {
  readonly deployed: readonly Pick<DeployedNodeGroup, 'stack'>[];
  /** The stacks as they were before, by name. */
  readonly existing: ReadonlyMap<string, Stack>;
  /** Outputs of the stack with the cluster. */
  readonly infra: Outputs;
}

/**
 * Replaces the nodes that the deploy has left outdated, if the inputs ask for it, and reports them in any case.
 *
 * @throws ClusterError or CloudError when the rollout cannot go on.
 */
export async function rollNodes(session: Session, deployment: Deployment): Promise<void> {
  const { clock, inputs, log, rollout } = session;
  const { infra } = deployment;
  const groups = groupRequests(await stacksWithNodes(session, deployment), infra);
  const { mode } = inputs.rollout;
  // AWS alone says what is outdated, so a deploy without such nodes does not need the API server.
  const outdated = await findOutdated({ ...rollout, api: undefined }, groups, clock.now()).catch(
    (error: unknown) => notAllowed(session, error),
  );
  const count = outdated.rows.length;
  if (mode !== 'now' && count === 0 && outdated.unfinished.length === 0) return;
  if (mode === 'never') {
    session.report.rollout = { rows: outdated.rows };
    addWarning(session, leftAlone(outdated));
    return;
  }
  await log.group('Replace nodes', () => rollGroups(session, groups, infra));
}

/** The stacks that had nodes before this deploy, as they are now. */
function stacksWithNodes(
  { stacks }: Session,
  { deployed, existing }: Deployment,
): Promise<readonly (Stack | undefined)[]> {
  const older = deployed.map(({ stack }) => stack).filter(({ outcome }) => outcome !== 'created');
  return Promise.all(
    older.map(async ({ id, name, outcome }) =>
      outcome === 'unchanged' ? existing.get(name) : stacks.describe(id),
    ),
  );
}

function leftAlone({ rows, unfinished }: OutdatedNodes): string {
  const half =
    unfinished.length === 0 ? '' : ` A rollout of ${unfinished.join(', ')} has not ended.`;
  const names = rows.map(({ instanceId }) => instanceId).join(', ') || 'none';
  return `Outdated nodes that stay, because rollout is never: ${names}.${half} With rollout: auto, the next deploy replaces them.`;
}

async function rollGroups(
  session: Session,
  groups: readonly GroupRequest[],
  infra: Outputs,
): Promise<void> {
  const { clock, engine, inputs, log, report, rollout } = session;
  const cluster = clusterOf(infra);
  if (cluster === undefined) throw new Error('a deployed environment without a cluster');
  const connection = await rollout.connect(cluster, engine.deadline);
  const result: RolloutResult = { rows: [] };
  report.rollout = result;
  const { limits, mode } = inputs.rollout;
  await roll(
    {
      environment: inputs.environment,
      cluster: cluster.name,
      groups,
      limits,
      everyNode: mode === 'now',
    },
    {
      groups: rollout.groups,
      machines: rollout.machines,
      api: connection.api,
      probe: (node, neighbour) => probe(session, connection, node, neighbour),
      clock,
      log,
      deadline: engine.deadline,
    },
    result,
  );
  reportInterfaces(session);
}

/** Probes a new node. When it passes, it takes pods, also where its group has a startup taint. */
async function probe(
  { clock, inputs, log, rollout }: Session,
  connection: Connection,
  { instanceId, node }: Member,
  neighbour: Member | undefined,
): Promise<Probe> {
  const request = {
    node: node?.name ?? '',
    instanceId,
    neighbour: neighbour?.node?.name,
    image: inputs.rollout.probeImage,
    namespace: inputs.base === undefined ? undefined : namespaceOf(inputs.environment),
  };
  const result = await rollout.probe(connection, request, { clock, log });
  if (result.result === 'passed') {
    const hasStarted = daemonStarted(connection.rest, clock);
    await admitPods(connection, { log, hasStarted }, [request.node]);
  }
  return result;
}

function reportInterfaces(session: Session): void {
  const { interfaces } = session.report.rollout ?? {};
  if (interfaces === undefined) return;
  const { attached, doubled, leaked } = interfaces;
  addNote(
    session,
    `Interfaces after the rollout: ${attached} attached, ${leaked.length} left behind, ${doubled.length} addresses on two of them.`,
  );
  if (leaked.length > 0) {
    addWarning(
      session,
      `Ended nodes have left interfaces behind: ${leaked.join(', ')}. destroy removes them.`,
    );
  }
  if (doubled.length > 0) {
    addWarning(session, `Two interfaces have the same address: ${doubled.join(', ')}.`);
  }
}
