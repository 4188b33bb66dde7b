import type { Clock } from '../core/clock.ts';
import type { StackEvent } from './stack-api.ts';
import { isBusy } from './stack-status.ts';

/**
 * How many calls a run may still make while it follows stacks. Its stacks share one budget, because AWS throttles all
 * callers of an account and region together (AWS Support in b3ross/dotenvi#35; 5 calls of DescribeStacks a second in
 * aws/aws-sam-cli#2671). So calls for polling would be missing elsewhere. The calls of a clean-up count, too; those
 * before the first stack do not.
 */
export interface CallBudget {
  /** Counts a call. */
  spend(): void;
  /** True while one more call is within the budget. */
  hasMore(): boolean;
}

/**
 * `npm run bench -- provision` measures what these figures lead to. Its limits: a run makes at most 12 calls a minute in
 * all, and sees 95 of 100 operations end within 2 seconds.
 */
const CALLS_PER_MINUTE = 7.5;
/** The calls that a run may make at once at its start, so that short operations are seen to end without delay. */
const FIRST_CALLS = 20;

/** A budget that grows with time on `clock`. */
export function callBudget(clock: Clock): CallBudget {
  const began = clock.now();
  let spent = 0;
  return {
    spend: () => {
      spent += 1;
    },
    hasMore: () => {
      const minutes = (clock.now() - began) / 60_000;
      return spent < FIRST_CALLS + minutes * CALLS_PER_MINUTE;
    },
  };
}

const SHORTEST_MS = 500;
const QUICK_MS = 1_600;
const LONGEST_MS = 20_000;

/**
 * How long to wait before the next poll: a third of the time since the last news, within limits. Busy phases are
 * followed closely, and an EKS cluster's ten silent minutes cost few calls. Varied by a quarter either way, so that
 * stacks that began together do not poll together.
 */
export function pollDelay(quietMs: number, random: () => number = Math.random): number {
  const delay = Math.min(Math.max(quietMs / 3, SHORTEST_MS), LONGEST_MS);
  return delay * (0.75 + random() / 2);
}

/**
 * How long to wait before the next poll of an operation, in milliseconds. Polls are frequent when the operation may end
 * at any moment and the budget lasts. Otherwise the wait lasts until the operation can end, but at most as long as the
 * operation has been running, because it may fail early, and at most 20 seconds, so that the log keeps moving. Varied by a
 * tenth either way, so that stacks that began together do not poll together.
 *
 * @param ageMs how long the operation has been running: young operations are polled more often
 * @param leastRemainingMs how much longer the operation takes at least
 * @param hasMore whether the budget allows another call
 */
export function followDelay(
  {
    ageMs,
    leastRemainingMs,
    hasMore,
  }: { ageMs: number; leastRemainingMs: number; hasMore: boolean },
  random: () => number = Math.random,
): number {
  const quick = Math.min(Math.max(ageMs / 2, SHORTEST_MS), QUICK_MS);
  const soonest = hasMore ? quick : 60_000 / CALLS_PER_MINUTE;
  const longest = Math.min(Math.max(ageMs, soonest), LONGEST_MS);
  const delay = Math.min(Math.max(leastRemainingMs, soonest), longest);
  return delay * (0.9 + random() / 5);
}

/** A resource that an operation is going to create or remove. */
export interface PlannedResource {
  readonly logicalId: string;
  readonly type: string;
  /** `Remove` when it is going to be removed; otherwise it is created. */
  readonly action?: string;
}

interface LeastSeconds {
  readonly create: number;
  readonly delete: number;
}

/**
 * The least time that AWS takes for these types, in seconds: somewhat less than in the public deployment logs that
 * `dev/stand-ins/aws/cloudformation/pacing/latency.ts` names. Those of deletions are estimates. The figures only set how
 * often CloudFormation is polled. One that is too low costs calls; one that is too high delays the end by some seconds.
 * Other types may be done at any moment.
 */
const LEAST: Readonly<Record<string, LeastSeconds>> = {
  'AWS::EKS::Cluster': { create: 400, delete: 120 },
  'AWS::EKS::Addon': { create: 12, delete: 5 },
  'AWS::EC2::NatGateway': { create: 75, delete: 40 },
  'AWS::AutoScaling::AutoScalingGroup': { create: 24, delete: 90 },
  'AWS::IAM::InstanceProfile': { create: 115, delete: 0 },
  'AWS::IAM::Role': { create: 14, delete: 0 },
  'AWS::Events::Rule': { create: 48, delete: 40 },
};

/** Some of the resources that have not begun are created one after the other. */
const LEAST_AHEAD_MS = 2_000;
const MOST_AHEAD = 3;

/**
 * The least time, in milliseconds, that an operation still takes: that of its slowest resource, in progress or planned.
 * 0 when the operation may end at any moment.
 */
export function leastRemainingMs(
  events: readonly StackEvent[],
  planned: readonly PlannedResource[],
  nowMs: number,
): number {
  const latest = new Map<string, StackEvent>();
  const began = new Map<string, number>();
  for (const event of events) {
    if (event.ofStack) continue;
    if (latest.get(event.logicalId)?.status !== event.status) {
      began.set(event.logicalId, event.time.getTime());
    }
    latest.set(event.logicalId, event);
  }
  const underWay = [...latest.values()]
    .filter(({ status }) => isBusy(status))
    .map(
      ({ logicalId, type, status }) =>
        leastMs(type, status) - (nowMs - (began.get(logicalId) ?? nowMs)),
    );
  // After a failure, the planned resources are not created: a rollback follows.
  const failed = events.some(({ status }) => /FAILED|ROLLBACK/.test(status));
  const ahead = planned
    .filter(({ logicalId }) => !failed && !latest.has(logicalId))
    .map(({ type, action }) => leastMs(type, action === 'Remove' ? 'DELETE' : 'CREATE'));
  const oneByOne = Math.min(Math.max(ahead.length - 1, 0), MOST_AHEAD) * LEAST_AHEAD_MS;
  return Math.max(oneByOne, ...underWay, ...ahead);
}

function leastMs(type: string, status: string): number {
  const least = LEAST[type];
  if (least === undefined || status.startsWith('UPDATE')) return 0;
  return (status.startsWith('DELETE') ? least.delete : least.create) * 1000;
}
