import type { Stack } from '../../cloudformation/stack-api.ts';
import { findOutdated } from '../../rollout/find-outdated.ts';
import type { GroupRequest } from '../../rollout/read-group.ts';
import { lookAtImages } from '../renew/look-at-images.ts';
import { addNote } from '../report.ts';
import type { Session } from '../session.ts';
import { clusterOf } from './cluster-address.ts';
import { groupRequests, type Outputs } from './group-requests.ts';
import { notAllowed } from './not-allowed.ts';

const AFTERWARDS = {
  auto: 'The deploy then replaces them one after another.',
  now: 'The deploy then replaces them one after another.',
  never: 'They stay, because rollout is never.',
};

/**
 * Shows which nodes are outdated, and which ones the planned changes would make so. Call it when all plans are in the
 * report.
 *
 * @param stacks the stacks of the node groups, as they are
 * @param infra outputs of the stack with the cluster
 */
export async function planRollout(
  session: Session,
  stacks: readonly Stack[],
  infra: Outputs,
): Promise<void> {
  const { inputs, log, report } = session;
  const groups = groupRequests(stacks, infra);
  const { rows, unfinished } = await findOutdatedNodes(session, groups, infra).catch(
    (error: unknown) => notAllowed(session, error),
  );
  if (rows.length > 0) report.rollout = { rows };
  for (const { group, instanceId, node, why } of rows) {
    log.info(`${group}: ${node || instanceId} is outdated: ${why.join(', ')}`);
  }
  await lookAtImages(session, stacks);
  const later = AFTERWARDS[inputs.rollout.mode];
  for (const name of stacksWithNewTemplate(session, stacks)) {
    addNote(session, `The changes of stack ${name} make all of its nodes outdated. ${later}`);
  }
  if (unfinished.length > 0) {
    addNote(session, `The rollout of ${unfinished.join(', ')} has not ended. ${later}`);
  }
}

/** Asks the API server for the names of nodes, when it answers. */
async function findOutdatedNodes(
  { cleanUp, clock, rollout }: Session,
  groups: readonly GroupRequest[],
  infra: Outputs,
) {
  const withoutNames = await findOutdated({ ...rollout, api: undefined }, groups, clock.now());
  const cluster = clusterOf(infra);
  if (withoutNames.rows.length === 0 || cluster === undefined) return withoutNames;
  try {
    const api = cleanUp.kubernetes(cluster);
    return await findOutdated({ ...rollout, api }, groups, clock.now());
  } catch {
    return withoutNames;
  }
}

/** The names of existing stacks whose planned changes make a new version of the launch template. */
function stacksWithNewTemplate({ report }: Session, stacks: readonly Stack[]): readonly string[] {
  const existing = new Set(stacks.map(({ name }) => name));
  return report.plans
    .filter(({ action, name }) => action === 'update' && existing.has(name))
    .filter(({ changes }) => changes.some(({ logicalId }) => logicalId === 'LaunchTemplate'))
    .map(({ name }) => name);
}
