import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { guardNameOf, isGuard } from '../../../../src/environment/guard-stack.ts';
import { leftovers } from '../../../stand-ins/aws/inventory.ts';
import type { PullRequest } from '../../../stand-ins/github/api/state.ts';
import { finding, oneSuccess } from '../case-facts.ts';
import { expiryOf, previewName } from '../preview-facts.ts';
import { happens, type Scenario, stackNames } from '../scenario.ts';

const KEEP = 'multus-preview-keep';
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DELETED_WITHIN_MS = 5 * MINUTE_MS;
/** What costs money for as long as it is there. */
const COSTLY = ['clusters', 'instances', 'volumes', 'NAT gateways', 'elastic IPs', 'KMS keys'];

/** The stacks of the account that are no guards. */
export async function ownStacks(scenario: Scenario): Promise<readonly string[]> {
  return (await stackNames(scenario)).filter((name) => !isGuard({ name }));
}

/** When the guards of a preview's two stacks delete them, the node group's first, in milliseconds since 1970. */
async function guardTimes({ world }: Scenario, pull: PullRequest): Promise<readonly number[]> {
  const client = new CloudFormationClient(world.client);
  const name = previewName(pull);
  const times = [`${name}-ng1`, name].map(async (stack) => {
    const StackName = guardNameOf(stack);
    const { Stacks: [guard] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
    const from = guard?.Parameters?.find(({ ParameterKey }) => ParameterKey === 'From');
    return Date.parse(`${from?.ParameterValue}Z`);
  });
  return Promise.all(times);
}

/** The label that keeps a preview for a day moves its guards. */
export async function guardMoves(scenario: Scenario, pull: PullRequest): Promise<void> {
  const before = await guardTimes(scenario, pull);
  const earlier = expiryOf(scenario, pull);
  const labelled = { ...pull, labels: [...pull.labels, KEEP] };
  const runs = await happens(scenario, labelled, 'labeled', { label: KEEP });
  const after = await guardTimes(scenario, pull);
  const facts = {
    ...oneSuccess(runs),
    'it expires later': expiryOf(scenario, pull) > earlier,
    'each of its two guards deletes later': before.every((time, at) => (after[at] ?? 0) > time),
  };
  scenario.found(finding('Label that keeps it, with a guard', facts, runs));
}

/**
 * GitHub runs nothing any more: the schedule is off, or the workflow deleted. Time passes for EventBridge until its schedules delete the
 * preview.
 */
export async function guardDeletes(scenario: Scenario, pull: PullRequest): Promise<void> {
  const name = previewName(pull);
  const [ofNodes = Number.NaN, ofCluster = Number.NaN] = await guardTimes(scenario, pull);
  const deployed = [...scenario.site.state.deployments.values()]
    .filter(({ environment }) => environment === name)
    .map(({ createdAt }) => Date.parse(createdAt));
  const [nodesAfter, clusterAfter] = [ofNodes, ofCluster].map((time) =>
    ((time - Math.max(...deployed)) / HOUR_MS).toFixed(1),
  );
  await comeTo(scenario, ofNodes - MINUTE_MS);
  const early = await ownStacks(scenario);
  await comeTo(scenario, ofNodes + MINUTE_MS);
  await ended(scenario, `${name}-ng1`);
  const between = await ownStacks(scenario);
  await comeTo(scenario, ofCluster + MINUTE_MS);
  const status = await ended(scenario, name);
  const left = leftovers(scenario.before, await scenario.world.inventory());
  const costly = COSTLY.filter((kind) => kind in left);
  const failures = scenario.world.aws.scheduler
    .invocations()
    .flatMap(({ failure = [] }) => failure);
  const facts = {
    'nothing before its time': early.join() === `${name},${name}-ng1`,
    [`its nodes go ${nodesAfter} hours after the deploy (24 and 4)`]:
      Number(nodesAfter) <= 28.1 && between.join() === name,
    [`its cluster ${clusterAfter} hours after it (24 and 5): ${status}`]:
      Number(clusterAfter) <= 29.1 && !left['clusters'],
    [`what costs money and is left: ${costly.join(', ') || 'nothing'}`]: costly.length === 0,
    [`calls of the schedules that failed: ${failures.join(', ') || 'none'}`]: failures.length === 0,
  };
  scenario.found(finding('Schedule off, workflow deleted: AWS deletes it', facts, []));
}

/** Lets time pass for EventBridge's schedules, which then do what is due. */
async function comeTo({ progress, world }: Scenario, time: number): Promise<void> {
  await progress.step(`it is ${new Date(time).toISOString()} for EventBridge`, async () => {
    world.schedules.aheadMs = time - Date.now();
    await world.aws.scheduler.runDue();
  });
}

/** Waits for the end of a stack's deletion. Returns its last status; DELETE_COMPLETE when it is gone. */
async function ended({ progress, world }: Scenario, name: string): Promise<string> {
  return progress.step(`wait until ${name} is deleted`, async () => {
    const deadline = Date.now() + DELETED_WITHIN_MS;
    for (;;) {
      const found = (await world.stacks()).find((stack) => stack.name === name);
      const status = found?.status ?? 'DELETE_COMPLETE';
      const isOver = status === 'DELETE_COMPLETE' || status === 'DELETE_FAILED';
      if (isOver || Date.now() > deadline) return status;
      await sleep(1_000);
    }
  });
}
