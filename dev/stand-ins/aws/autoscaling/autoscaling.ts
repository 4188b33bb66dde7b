import type { EC2Client } from '@aws-sdk/client-ec2';
import type { Emit } from '../events/events.ts';
import { queryService } from '../gateway/query-protocol.ts';
import type { AwsService } from '../gateway/service.ts';
import { counts } from './decide.ts';
import { describeActions } from './describe-actions.ts';
import { ec2Fleet } from './fleet.ts';
import { groupActions } from './group-actions.ts';
import { hookActions, tagActions } from './hook-actions.ts';
import { instanceActions } from './instance-actions.ts';
import { type After, afterSeconds, createLifecycleActions } from './lifecycle.ts';
import { isReserved } from './members.ts';
import { announceAction } from './notices.ts';
import { createReconciler } from './reconcile.ts';
import { type Groups, groupOf, type Member } from './state.ts';

export interface AutoScalingOptions {
  readonly account: string;
  readonly region: string;
  readonly ec2: EC2Client;
  readonly emit: Emit;
  /**
   * Called when the launching hooks of an instance have continued, or at once when it has none. The
   * instance goes into service when the promise settles, even if it rejects.
   */
  readonly powerOn: (instanceId: string) => Promise<void>;
  /** Receives errors of background work that no caller waits for. */
  readonly problem: (what: string, error: unknown) => void;
  /** The pause after a launch that failed or was abandoned. */
  readonly backoffMs?: number;
  /** How long a second of a heartbeat timeout lasts; shorter when time is scaled. */
  readonly secondMs?: number;
  /** Replaces the clock of heartbeat timeouts. */
  readonly after?: After;
}

export interface AutoScaling {
  readonly service: AwsService;
  /** Finds instances that somebody else terminated, and replaces them. */
  inspect(): Promise<void>;
  stop(): Promise<void>;
}

const NAMESPACE = 'http://autoscaling.amazonaws.com/doc/2011-01-01/';

/**
 * Amazon EC2 Auto Scaling of one account and region, in memory, on top of an EC2 endpoint. Leaves out
 * scaling policies, warm pools, instance refresh, mixed instances, load balancers and paging.
 */
export function startAutoScaling(options: AutoScalingOptions): AutoScaling {
  const { account, region, emit, powerOn, problem, backoffMs = 5_000 } = options;
  const groups: Groups = new Map();
  const fleet = ec2Fleet(options.ec2);
  const actions = createLifecycleActions(
    (action) => {
      const group = groups.get(action.group);
      if (group !== undefined) announceAction(emit, group.arn, action);
    },
    options.after ?? afterSeconds(options.secondMs ?? 1_000),
  );
  const reconciler = createReconciler({
    groups,
    fleet,
    actions,
    emit,
    powerOn,
    problem,
    backoffMs,
  });
  const { reconcile, terminate } = reconciler;
  const drop = (instanceId: string) => actions.drop(instanceId, 'the group is deleted');
  const service = queryService('autoscaling', NAMESPACE, {
    ...groupActions({ account, region, groups, fleet, reconcile, drop }),
    ...instanceActions({ groups, terminate }),
    ...describeActions(groups),
    ...hookActions(groups, actions),
    ...tagActions(groups),
  });
  return {
    service,
    async inspect() {
      const alive = (member: Member | undefined) =>
        member !== undefined && counts(member) && !isReserved(member);
      const members = [...groups.values()].flatMap((group) => [...group.members.values()]);
      const ids = members.filter(alive).map((member) => member.instanceId);
      if (ids.length === 0) return;
      for (const id of await fleet.gone(ids)) {
        const group = groupOf(groups, id);
        if (alive(group?.members.get(id))) reconciler.forget(group?.name ?? '', id);
      }
    },
    stop: () => reconciler.stop(),
  };
}
