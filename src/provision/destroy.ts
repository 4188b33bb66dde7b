import { checkUnprotected } from '../cloudformation/delete-stack.ts';
import type { Stack } from '../cloudformation/stack-api.ts';
import { allOrFirstFailure } from './all-or-first-failure.ts';
import { checkNothingLeft } from './end-state.ts';
import { type EnvironmentStacks, environmentStacks } from './environment-stacks.ts';
import { releaseWorkloads } from './release-workloads.ts';
import { removeStack, sweep, vpcOf } from './remove-stack.ts';
import type { Session } from './run.ts';

/**
 * Removes everything that belongs to the environment, in the order in which it depends on each other: what
 * workloads hold in AWS, node groups, what nodes left behind, the infra stack, the logs of its cluster, staged
 * files. Stacks are found by tag, so that half-built environments and node groups that no input names any more
 * go too. Staged files go last: as long as there are some, a destroy has not come to its end, and the next one
 * goes on. Nothing to remove is a success.
 *
 * @throws CloudError when something cannot be removed, or is left in the end.
 */
export async function destroy(session: Session): Promise<void> {
  const { inputs, log, report, cleanUp } = session;
  const found = await environmentStacks(session.stacks, cleanUp, inputs.environment);
  if (found.foreign !== undefined) {
    note(`Stack ${found.foreign.name} is not touched: it lacks this environment's tag.`);
  }
  await removeStacks(session, found);
  await removeTraces(session, found, note);
  const cleared = await session.staging.clear(session.bucket, inputs.environment);
  if (cleared.objects > 0) note(`Removed ${cleared.objects} staged objects.`);
  if (cleared.bucketDeleted) note(`Deleted the staging bucket ${session.bucket.name}.`);
  if (report.stacks.length + report.notes.length === 0) {
    note(`Nothing to do: there is no environment ${inputs.environment}.`);
  }
  await checkNothingLeft(session);

  function note(text: string) {
    report.notes.push(text);
    log.info(text);
  }
}

async function removeStacks(session: Session, { infra, nodeGroups }: EnvironmentStacks) {
  if (infra === undefined && nodeGroups.length === 0) return;
  const { log } = session;
  for (const stack of [...nodeGroups, ...(infra === undefined ? [] : [infra])]) {
    checkUnprotected(stack);
  }
  await log.group('Workloads', () => releaseWorkloads(session, infra));
  await deleteAll(session, 'Node groups', nodeGroups, 'nodegroup.yaml', infra);
  if (infra === undefined) return;
  const vpcId = await vpcOf(session, infra);
  if (vpcId !== undefined) await sweep(session, vpcId, { groups: false });
  await deleteAll(session, `Stack ${infra.name}`, [infra], 'infra.yaml', infra);
}

/** The cluster's logs are only ours when the environment was, and only to be removed when the cluster is gone. */
async function removeTraces(
  session: Session,
  { infra, foreign }: EnvironmentStacks,
  note: (text: string) => void,
): Promise<void> {
  const { inputs, bucket, staging, cleanUp } = session;
  if (foreign !== undefined) return;
  if (infra === undefined && !(await staging.has(bucket, inputs.environment))) return;
  if (await cleanUp.traces.clusterExists(inputs.environment)) return;
  if (await cleanUp.traces.removeLogGroup(inputs.environment)) {
    note(`Removed the log group /aws/eks/${inputs.environment}/cluster.`);
  }
}

async function deleteAll(
  session: Session,
  title: string,
  stacks: readonly Stack[],
  file: string,
  infra: Stack | undefined,
): Promise<void> {
  if (stacks.length === 0) return;
  const text = new TextDecoder().decode(await session.packFile('cfn', file));
  const template = { file: `cfn/${file}`, text };
  const { clock, report } = session;
  await session.log.group(title, () =>
    allOrFirstFailure(stacks, async (stack) => {
      const began = clock.now();
      try {
        const deleted = await removeStack(session, stack, template, infra);
        report.stacks.push({ ...deleted, outcome: 'deleted' });
      } catch (error) {
        const durationMs = clock.now() - began;
        report.stacks.push({ name: stack.name, outcome: 'failed', durationMs });
        throw error;
      }
    }),
  );
}
