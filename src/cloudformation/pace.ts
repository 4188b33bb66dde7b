import type { Clock } from '../core/clock.ts';
import type { StackEvent } from './stack-api.ts';
import { isBusy } from './stack-status.ts';

/** How many calls to AWS a run may still make: those that others need are not there for asking how stacks are. */
export interface CallBudget {
  /** Notes a call. */
  spend(): void;
  /** True while a call more keeps the run within its budget. */
  hasMore(): boolean;
}

const CALLS_PER_MINUTE = 9;
/** With how many calls a run may begin, whatever time they take, so that what ends at once is seen at once. */
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
const LONGEST_MS = 15_000;

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
 * How long to wait before asking again about an operation: quick when it may end at any moment, as long as
 * the budget lasts; otherwise until then, and at the most a time after which people want to read something
 * new. Jittered by a tenth either way, so that stacks that began together do not ask together.
 *
 * @param ageMs for how long it has been going on: what takes no time at all is asked about sooner.
 */
export function followDelay(
  { ageMs, dueInMs, hasMore }: { ageMs: number; dueInMs: number; hasMore: boolean },
  random: () => number = Math.random,
): number {
  const quick = Math.min(Math.max(ageMs / 2, SHORTEST_MS), QUICK_MS);
  const soonest = hasMore ? quick : 60_000 / CALLS_PER_MINUTE;
  const delay = Math.min(Math.max(dueInMs, soonest), LONGEST_MS);
  return delay * (0.9 + random() / 5);
}

/** A resource that an operation is about to work on. */
export interface Planned {
  readonly logicalId: string;
  readonly type: string;
  /** `Remove` when it is going to be removed; otherwise it is made. */
  readonly action?: string;
}

interface LeastSeconds {
  readonly create: number;
  readonly delete: number;
}

/**
 * In how many seconds AWS has these done at the earliest, as public logs of deployments have it. They only
 * decide how often CloudFormation is asked: an entry that is too low costs calls, one that is too high costs
 * some seconds before the end of an operation is seen. What is not listed may be done at any moment.
 */
const LEAST: Readonly<Record<string, LeastSeconds>> = {
  'AWS::EKS::Cluster': { create: 400, delete: 120 },
  'AWS::EKS::Addon': { create: 8, delete: 5 },
  'AWS::EC2::NatGateway': { create: 75, delete: 40 },
  'AWS::AutoScaling::AutoScalingGroup': { create: 40, delete: 90 },
  'AWS::IAM::InstanceProfile': { create: 100, delete: 0 },
  'AWS::IAM::Role': { create: 8, delete: 0 },
  'AWS::Events::Rule': { create: 40, delete: 40 },
};

/** Those that have not even begun come one after the other, at least some of them. */
const LEAST_AHEAD_MS = 2_000;
const MOST_AHEAD = 3;

/**
 * How long, in milliseconds, an operation takes from now on at least: as long as the slowest resource that is
 * being made or removed, or whose turn has not come, needs. 0 when it may end at any moment.
 */
export function dueInMs(
  events: readonly StackEvent[],
  planned: readonly Planned[],
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
  // A failure ends all plans: what comes then is the rollback.
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
