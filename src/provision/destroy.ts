import { checkUnprotected } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { CloudError, PreviewError } from '../core/errors.ts';
import { reasonOf } from '../kubernetes/api-error.ts';
import { releaseCloudResources } from '../kubernetes/release-cloud-resources.ts';
import { destroyOnBase } from './destroy-on-base.ts';
import { checkNothingLeft } from './end-state.ts';
import { type EnvironmentStacks, environmentStacks } from './environment-of.ts';
import { deleteStacks, type Sweeper, vpcSweeper } from './remove-stack.ts';
import { addNote } from './report.ts';
import type { Session } from './session.ts';

/**
 * Removes everything that belongs to the environment, in the order in which it depends on each other: what
 * workloads hold in AWS, node groups, what nodes left behind, the infra stack, the logs of its cluster, staged
 * files. Stacks are found by tag, so that half-built environments and node groups that no input names any more
 * go too. Staged files go last: as long as there are some, a destroy has not come to its end, and the next one
 * goes on. Nothing to remove is a success.
 *
 * @throws CloudError when something cannot be removed, or is left in the end; and, before anything is removed, when
 *   other environments are on this one's cluster.
 * @throws PreviewError when a pull request closes in one repository, and the environment is another one's.
 */
export async function destroy(session: Session): Promise<void> {
  const { inputs, report, cleanUp, stacks } = session;
  const found = await environmentStacks(stacks, cleanUp, inputs.environment);
  const { infra, nodeGroups, foreign, guests } = found;
  if (foreign !== undefined) {
    addNote(session, `Stack ${foreign.name} is not touched: it lacks this environment's tag.`);
  }
  checkOwnPreview(session, found);
  checkNoGuests(inputs.environment, guests);
  // What the stacks say counts; the input is for one whose stacks are gone already.
  const nothing = infra === undefined && nodeGroups.length === 0;
  const base = found.base ?? (nothing ? inputs['base-environment'] : undefined);
  const look =
    base === undefined
      ? await destroyWithCluster(session, found)
      : await destroyOnBase(session, found, base);
  const cleared = await session.staging.clear(session.bucket, inputs.environment);
  if (cleared.objects > 0) addNote(session, `Removed ${cleared.objects} staged objects.`);
  if (cleared.bucketDeleted) {
    addNote(session, `Deleted the staging bucket ${session.bucket.name}.`);
  }
  if (report.stacks.length + report.notes.length === 0) {
    addNote(session, `Nothing to do: there is no environment ${inputs.environment}.`);
  }
  await checkNothingLeft(session, look);
}

/** Nothing but what every environment has is to be looked for in the end. */
async function destroyWithCluster(session: Session, found: EnvironmentStacks) {
  await removeStacks(session, found);
  await removeTraces(session, found);
  return [];
}

/** Pull requests of two repositories may have one number, and so do their previews' names. By hand, any may be destroyed. */
function checkOwnPreview({ inputs, run }: Session, { repository }: EnvironmentStacks): void {
  if (run.pullRequest === undefined || repository === undefined) return;
  if (repository === run.repository) return;
  throw new PreviewError({
    resource: `environment ${inputs.environment}`,
    reason: `it belongs to the repository ${repository}, and is not destroyed for pull request #${run.pullRequest} of ${run.repository}`,
    nextStep:
      'give the previews of this repository another name-prefix; if this repository had that name before, run destroy.yml by hand',
  });
}

/** Their nodes would lose their cluster, and hold up the deletion of its network. */
function checkNoGuests(environment: string, guests: readonly string[]): void {
  if (guests.length === 0) return;
  throw new CloudError({
    resource: `environment ${environment}`,
    reason: `other environments are on its cluster: ${guests.join(', ')}`,
    nextStep:
      'destroy these first (a preview goes when its pull request is closed), then run destroy again',
  });
}

async function removeStacks(session: Session, found: EnvironmentStacks) {
  const { infra, nodeGroups } = found;
  if (infra === undefined && nodeGroups.length === 0) return;
  for (const stack of [...nodeGroups, ...(infra === undefined ? [] : [infra])]) {
    checkUnprotected(stack);
  }
  await session.log.group('Workloads', () => releaseWorkloads(session, infra));
  const sweep = vpcSweeper(session, infra, { groups: true });
  await removeNodeGroups(session, nodeGroups, sweep);
  if (infra === undefined) return;
  await vpcSweeper(session, infra, { groups: false })(infra);
  await deleteStacks(session, `Stack ${infra.name}`, [infra], 'infra.yaml', async (stack) => {
    const late = await nodeGroupsNow(session);
    await removeNodeGroups(session, late, sweep);
    const swept = await sweep(stack);
    return swept && { ...swept, removed: [...late.map(({ name }) => name), ...swept.removed] };
  });
}

/**
 * Removes node groups until there are none: a deploy that began before the infra stack was being deleted may have made
 * one again in the minutes that the others took to go.
 */
async function removeNodeGroups(
  session: Session,
  nodeGroups: readonly Stack[],
  sweep: Sweeper,
): Promise<void> {
  let left = nodeGroups;
  while (left.length > 0) {
    await deleteStacks(session, 'Node groups', left, 'nodegroup.yaml', sweep);
    left = await nodeGroupsNow(session);
    for (const { name } of left) addNote(session, `${name} was made meanwhile: it goes, too.`);
  }
}

/** @throws CloudError when another environment has come onto this one's cluster. */
async function nodeGroupsNow({ inputs, stacks, cleanUp }: Session): Promise<readonly Stack[]> {
  const found = await environmentStacks(stacks, cleanUp, inputs.environment);
  checkNoGuests(inputs.environment, found.guests);
  return found.nodeGroups;
}

/** The cluster's logs are only ours when the environment was, and only to be removed when the cluster is gone. */
async function removeTraces(session: Session, { infra, foreign }: EnvironmentStacks) {
  const { inputs, bucket, staging, cleanUp } = session;
  if (foreign !== undefined) return;
  if (infra === undefined && !(await staging.has(bucket, inputs.environment))) return;
  if (await cleanUp.traces.clusterExists(inputs.environment)) return;
  if (await cleanUp.traces.removeLogGroup(inputs.environment)) {
    addNote(session, `Removed the log group /aws/eks/${inputs.environment}/cluster.`);
  }
}

/** How long the cluster's controllers get to let go of load balancers and volumes. */
const PATIENCE_MS = 5 * 60_000;

/**
 * Has the cluster give back the load balancers and volumes of its workloads, while it still has nodes that can.
 * A cluster that does not answer or does not let us in is no reason not to destroy it: what it may leave behind
 * is then found, or named, by the sweep.
 */
export async function releaseWorkloads(session: Session, infra: Stack | undefined): Promise<void> {
  const endpoint = infra?.outputs['ClusterEndpoint'];
  const certificateAuthority = infra?.outputs['ClusterCertificateAuthority'];
  if (endpoint === undefined || certificateAuthority === undefined) return;
  const { clock, engine, log, inputs, cleanUp } = session;
  const deadline = Math.min(clock.now() + PATIENCE_MS, engine.deadline);
  try {
    const cluster = { name: inputs.environment, endpoint, certificateAuthority };
    const api = cleanUp.kubernetes(cluster);
    const { removed, left } = await releaseCloudResources(api, { log, clock, deadline });
    if (removed.length > 0) session.report.notes.push(`Removed first: ${removed.join(', ')}.`);
    if (left.length > 0) warn(`These may stay in AWS when the cluster is gone: ${left.join(', ')}`);
  } catch (error) {
    log.info(`Load balancers and volumes of workloads are not looked for: ${reasonOf(error)}`);
  }

  function warn(text: string) {
    log.warn(text);
    session.report.notes.push(text);
  }
}
