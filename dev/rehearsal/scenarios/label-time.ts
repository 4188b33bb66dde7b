import type { StackEvent } from '@aws-sdk/client-cloudformation';
import { CloudFormationClient, paginateDescribeStackEvents } from '@aws-sdk/client-cloudformation';
import { newPullRequest, type PullRequest } from '../../stand-ins/github/api/state.ts';
import { byHand } from './by-hand.ts';
import { type Facts, finding, oneSuccess } from './case-facts.ts';
import { destroyed, LABEL, previewName, standing } from './preview-facts.ts';
import { happens, leftoverFact, type Scenario } from './scenario.ts';

/** A preview on a base may take so many seconds beside AWS's own time. */
const ON_BASE_S = 90;
/** A cluster of its own must be ready so many seconds after EKS says ACTIVE. */
const AFTER_ACTIVE_S = 210;
/** The first comment comes within so many seconds of the event. The runner and its setup are part of it. */
const COMMENT_S = 30;

/** How long one preview took, in seconds from the label. */
interface Times {
  readonly comment: number;
  readonly ready: number;
  /** While CloudFormation worked on a stack of the preview. */
  readonly aws: number;
  /** When the cluster became ACTIVE; undefined on the cluster of a base. */
  readonly active?: number;
}

/**
 * The time from the label to a preview whose checks have passed, with a cluster of its own or, where the set-up names a base, on the
 * base's. AWS's own time is that in which CloudFormation works on the preview's stacks. All else counts as the pack's: the runner,
 * change sets, the boot of the nodes, Multus and verify. With `--latency realistic`, resources take as long as in AWS.
 */
export async function rehearseLabel(scenario: Scenario, onBase: boolean): Promise<void> {
  if (onBase) {
    const made = await byHand(scenario, 'deploy');
    scenario.found(finding('The base', oneSuccess(made), made));
  }
  const pull = newPullRequest(onBase ? 82 : 81, { labels: [LABEL] });
  const labelled = Date.now();
  const runs = await happens(scenario, pull, 'labeled', { label: LABEL });
  const stacks = [...(onBase ? [] : [previewName(pull)]), `${previewName(pull)}-ng1`];
  const up = await standing(scenario, pull, runs, stacks);
  const times = await timesOf(scenario, pull, stacks, labelled);
  scenario.found(finding('Labelled', { ...up, ...limits(times) }, runs));

  const closed: PullRequest = { ...pull, state: 'closed' };
  const gone = await happens(scenario, closed, 'closed');
  scenario.found(finding('Closed', await destroyed(scenario, closed, gone), gone));
  if (!onBase) return;
  const end = await byHand(scenario, 'destroy');
  const nothing = { ...oneSuccess(end), ...(await leftoverFact(scenario)) };
  scenario.found(finding('The base, destroyed', nothing, end));
}

function limits({ comment, ready, aws, active }: Times): Facts {
  const own = ready - aws;
  const text = (seconds: number) => `${seconds.toFixed(0)} s`;
  return {
    [`the first comment after ${text(comment)} (at most ${COMMENT_S})`]: comment <= COMMENT_S,
    [`verified after ${text(ready)}: CloudFormation ${text(aws)}, all else ${text(own)}`]: aws > 0,
    ...(active === undefined
      ? { [`all else at most ${ON_BASE_S} s`]: own <= ON_BASE_S }
      : {
          [`${text(ready - active)} after EKS said ACTIVE (at most ${AFTER_ACTIVE_S})`]:
            ready - active <= AFTER_ACTIVE_S,
        }),
  };
}

async function timesOf(
  { site, world }: Scenario,
  pull: PullRequest,
  stacks: readonly string[],
  labelled: number,
): Promise<Times> {
  const since = (time: string | Date | undefined) =>
    ((time === undefined ? Number.NaN : new Date(time).getTime()) - labelled) / 1000;
  const comment = [...site.state.comments.values()].find(
    (one) => one.pullRequest === pull.number && /^### Multus preview /m.test(one.body),
  );
  const client = new CloudFormationClient(world.client);
  const events: StackEvent[] = [];
  for (const StackName of stacks) {
    for await (const page of paginateDescribeStackEvents({ client }, { StackName })) {
      events.push(...(page.StackEvents ?? []));
    }
  }
  const active = events.find(
    ({ ResourceType, ResourceStatus }) =>
      ResourceType === 'AWS::EKS::Cluster' && ResourceStatus === 'CREATE_COMPLETE',
  );
  return {
    comment: since(comment?.createdAt),
    ready: since(comment?.updatedAt),
    aws: secondsAtWork(events),
    ...(active === undefined ? {} : { active: since(active.Timestamp) }),
  };
}

/** The seconds in which at least one of the stacks is being made or changed. Pure. */
export function secondsAtWork(events: readonly StackEvent[]): number {
  const turns = events
    .filter(({ PhysicalResourceId, StackId }) => PhysicalResourceId === StackId)
    .map(({ ResourceStatus = '', StackId = '', Timestamp }) => ({
      stack: StackId,
      began: ResourceStatus.endsWith('_IN_PROGRESS'),
      at: Timestamp?.getTime() ?? Number.NaN,
    }))
    .toSorted((a, b) => a.at - b.at);
  const busy = new Set<string>();
  let [total, since] = [0, 0];
  for (const { stack, began, at } of turns) {
    if (busy.size > 0) total += at - since;
    since = at;
    if (began) busy.add(stack);
    else busy.delete(stack);
  }
  return total / 1000;
}
