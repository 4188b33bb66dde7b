import { releaseSubnets } from '../aws/subnet-reservations.ts';
import { checkUnprotected } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { CloudError, messageOf, PreviewError } from '../core/errors.ts';
import { belongsTo } from '../environment/owner.ts';
import { explainApiError } from '../kubernetes/explain.ts';
import { releaseCloudResources } from '../kubernetes/release-cloud-resources.ts';
import { destroyOnBase } from './destroy-on-base.ts';
import { checkNothingLeft, type Look } from './end-state.ts';
import { type EnvironmentStacks, environmentStacks } from './environment-stacks.ts';
import { clearGivenCluster } from './given-cluster/clear-cluster.ts';
import { givenClusterName } from './given-cluster/cluster-parameters.ts';
import { givenVpcId, madeMultusSubnetIds } from './given-vpc/given-parts.ts';
import { removeGuards } from './guard/guards.ts';
import { deleteStacks, groupSweeper, type Sweeper, vpcSweeper } from './remove-stack.ts';
import { addNote, addWarning } from './report.ts';
import type { Session } from './session.ts';
import { removeOutputs } from './shared-outputs/outputs-stack.ts';

/**
 * Removes everything that belongs to the environment. Stacks are found by their tag, so half-built environments, and
 * node groups that no input names, are removed too. An environment that does not exist is a success.
 *
 * The order follows the dependencies: load balancers and volumes of workloads, node groups, what nodes left behind, the
 * infra stack, the cluster's logs, SSM parameters, guards, staged files. Guards come late, because they go on where a destroy has failed.
 * Staged files are last because their presence shows that an earlier destroy did not finish, and that the next one has to
 * go on.
 *
 * @throws CloudError when something cannot be removed or is left at the end. Before anything is removed, when other
 *   environments use this one's cluster.
 * @throws PreviewError when a pull request closes in one repository and the environment belongs to another one.
 */
export async function destroy(session: Session): Promise<void> {
  const { bucket, cleanUp, inputs, report, stacks, staging } = session;
  const found = await environmentStacks(stacks, cleanUp, inputs.environment);
  const { infra, nodeGroups, foreign, guests } = found;
  if (foreign !== undefined) {
    addNote(session, `Stack ${foreign.name} is not touched: it lacks this environment's tag.`);
  }
  checkOwnPreview(session, found);
  checkNoGuests(inputs.environment, guests);
  // The tags of the stacks take precedence; the input serves when no stack is left.
  const noStacks = infra === undefined && nodeGroups.length === 0;
  const base = found.base ?? (noStacks ? inputs.base : undefined);
  const looks =
    base === undefined
      ? await destroyWithCluster(session, found)
      : await destroyOnBase(session, found, base);
  await removeOutputs(session, found.outputs);
  await removeGuards(session, found.guards);
  const cleared = await staging.clear(bucket, inputs.environment);
  if (cleared.objects > 0) addNote(session, `Removed ${cleared.objects} staged objects.`);
  if (cleared.bucketDeleted) addNote(session, `Deleted the staging bucket ${bucket.name}.`);
  if (report.stacks.length + report.notes.length === 0) {
    addNote(session, `Nothing to do: there is no environment ${inputs.environment}.`);
  }
  await checkNothingLeft(session, looks);
}

/** The names of previews contain only the number of the pull request, which pull requests of two repositories may share. */
function checkOwnPreview({ inputs, run }: Session, { owner }: EnvironmentStacks): void {
  // A run that was started by hand may destroy any environment.
  const { repository } = owner;
  if (run.pullRequest === undefined || repository === undefined) return;
  if (belongsTo(owner, run)) return;
  throw new PreviewError({
    resource: `environment ${inputs.environment}`,
    reason: `it belongs to the repository ${repository}, and is not destroyed for pull request #${run.pullRequest} of ${run.repository}`,
    nextStep:
      'give the previews of this repository another name-prefix; if this repository had that name before, run destroy.yml by hand',
  });
}

/** The nodes of guests would lose their cluster, and would block the deletion of its network. */
function checkNoGuests(environment: string, guests: readonly string[]): void {
  if (guests.length === 0) return;
  throw new CloudError({
    resource: `environment ${environment}`,
    reason: `other environments are on its cluster: ${guests.join(', ')}`,
    nextStep:
      'destroy these first (closing its pull request destroys a preview), then run destroy again',
  });
}

/** @returns where to look for leftovers beside the places that every environment has */
async function destroyWithCluster(
  session: Session,
  found: EnvironmentStacks,
): Promise<readonly Look[]> {
  const looks = await removeStacks(session, found);
  await removeClusterLogs(session, found);
  const vpcId = found.infra && givenVpcId(found.infra);
  return vpcId === undefined ? looks : [...looks, lookInGivenVpc(session, found.infra, vpcId)];
}

/**
 * What the cluster left in a VPC that others made. No stack fails to be deleted because of it, so it is swept here, again
 * each time that EC2 has released some of it.
 */
function lookInGivenVpc(session: Session, infra: Stack | undefined, vpcId: string): Look {
  const sweep = vpcSweeper(session, infra, { groups: true });
  return {
    what: `Network interfaces and security groups of the environment in ${vpcId}`,
    find: async () => (infra === undefined ? [] : ((await sweep(infra))?.blockers ?? [])),
  };
}

async function removeStacks(
  session: Session,
  { infra, nodeGroups }: EnvironmentStacks,
): Promise<readonly Look[]> {
  if (infra === undefined && nodeGroups.length === 0) return [];
  for (const stack of [...nodeGroups, ...(infra === undefined ? [] : [infra])]) {
    checkUnprotected(stack);
  }
  const onGiven = infra !== undefined && givenClusterName(infra) !== undefined;
  // The workloads of a cluster of others are theirs.
  if (!onGiven) await session.log.group('Workloads', () => releaseWorkloads(session, infra));
  const sweep = vpcSweeper(session, infra, { groups: true });
  const sweepNodes = onGiven ? groupSweeper(session, givenVpcId(infra)) : sweep;
  await removeNodeGroups(session, nodeGroups, sweepNodes);
  if (infra === undefined) return [];
  const looks = onGiven ? await clearGivenCluster(session, infra, nodeGroups) : [];
  await vpcSweeper(session, infra, { groups: false })(infra);
  await releaseReservations(session, infra);
  await deleteStacks(session, `Stack ${infra.name}`, [infra], 'infra.yaml', async (stack) => {
    const late = await nodeGroupsNow(session);
    await removeNodeGroups(session, late, sweepNodes);
    const swept = await sweep(stack);
    return swept && { ...swept, removed: [...late.map(({ name }) => name), ...swept.removed] };
  });
  return looks;
}

/** Removes what the launch hook reserved for prefixes in the Multus subnets that the environment made. */
async function releaseReservations(session: Session, infra: Stack): Promise<void> {
  const { cleanUp, log } = session;
  const subnets = madeMultusSubnetIds(infra);
  const { removed, denied } = await releaseSubnets(cleanUp.ec2, subnets);
  if (removed > 0) addNote(session, `Removed reservations of Multus subnets: ${removed}.`);
  if (denied.length > 0) {
    log.info(
      `Not removing the reservations of ${denied.join(', ')}: the role may not call ec2:GetSubnetCidrReservations and ec2:DeleteSubnetCidrReservation`,
    );
  }
}

/** How long the cluster's controllers have to remove load balancers and volumes. */
const RELEASE_MS = 5 * 60_000;

/**
 * Lets the cluster remove the load balancers and volumes of its workloads while it still has nodes to do so. A cluster
 * that does not answer, or refuses access, is destroyed all the same: the sweep removes or names what it leaves behind.
 */
async function releaseWorkloads(session: Session, infra: Stack | undefined): Promise<void> {
  const endpoint = infra?.outputs['ClusterEndpoint'];
  const certificateAuthority = infra?.outputs['ClusterCertificateAuthority'];
  if (endpoint === undefined || certificateAuthority === undefined) return;
  const { clock, engine, log, inputs, cleanUp, report } = session;
  const deadline = Math.min(clock.now() + RELEASE_MS, engine.deadline);
  const cluster = { name: inputs.environment, endpoint, certificateAuthority };
  try {
    const api = cleanUp.kubernetes(cluster);
    const { removed, left } = await releaseCloudResources(api, { log, clock, deadline });
    if (removed.length > 0) report.notes.push(`Removed first: ${removed.join(', ')}.`);
    if (left.length > 0) {
      addWarning(session, `These may stay in AWS after the cluster is deleted: ${left.join(', ')}`);
    }
  } catch (error) {
    const { region } = inputs;
    const asked = { cluster: cluster.name, address: { kind: 'eks', region, ...cluster } } as const;
    const why = messageOf(explainApiError(error, asked));
    log.info(`Not looking for load balancers and volumes of workloads: ${why}`);
  }
}

/**
 * Removes node groups until there are none. A deploy that began before the infra stack was being deleted may create one
 * while the others are being deleted.
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
    for (const { name } of left) {
      addNote(session, `${name} was created in the meantime and is removed, too.`);
    }
  }
}

/** @throws CloudError when another environment has joined this one's cluster. */
async function nodeGroupsNow({ inputs, stacks, cleanUp }: Session): Promise<readonly Stack[]> {
  const found = await environmentStacks(stacks, cleanUp, inputs.environment);
  checkNoGuests(inputs.environment, found.guests);
  return found.nodeGroups;
}

/** Removes the log group of the control plane, unless the cluster still exists or was never this environment's. */
async function removeClusterLogs(
  session: Session,
  { infra, foreign }: EnvironmentStacks,
): Promise<void> {
  const { inputs, bucket, staging, cleanUp } = session;
  if (foreign !== undefined || inputs.givenCluster !== undefined) return;
  if (infra !== undefined && givenClusterName(infra) !== undefined) return;
  if (infra === undefined && !(await staging.has(bucket, inputs.environment))) return;
  if (await cleanUp.traces.clusterExists(inputs.environment)) return;
  if (await cleanUp.traces.removeLogGroup(inputs.environment)) {
    addNote(session, `Removed the log group /aws/eks/${inputs.environment}/cluster.`);
  }
}
