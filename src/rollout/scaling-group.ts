import {
  type Activity,
  type AutoScalingClient,
  CreateOrUpdateTagsCommand,
  DeleteTagsCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type AutoScalingGroup as FoundGroup,
  type LaunchTemplateSpecification,
  SetDesiredCapacityCommand,
  TerminateInstanceInAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling';
import type { Member } from './group-state.ts';
import type { TemplateVersion } from './outdated.ts';

/** An Auto Scaling group. */
export interface ScalingGroup {
  readonly name: string;
  readonly desired: number;
  readonly max: number;
  /** The version that it launches from. */
  readonly template: TemplateVersion | undefined;
  /** The names of the processes that somebody suspended. */
  readonly suspended: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly instances: readonly ScalingInstance[];
}

export interface ScalingInstance {
  readonly id: string;
  readonly phase: Member['phase'];
  readonly template: TemplateVersion | undefined;
}

/** What a rollout does with Auto Scaling groups. Every call throws an Error named by AWS's error code. */
export interface ScalingGroups {
  /** Undefined when there is no such group. */
  describe(name: string): Promise<ScalingGroup | undefined>;
  resize(name: string, desired: number): Promise<void>;
  /**
   * Ends an instance, after the group's terminate hook.
   *
   * @param shrink whether the group's desired number falls by one, so that it launches no other instance
   */
  end(instanceId: string, shrink: boolean): Promise<void>;
  /** Undefined removes the tag. Instances do not get it. */
  setTag(name: string, key: string, value: string | undefined): Promise<void>;
  /** Why the group's last launch failed; undefined when it did not. */
  launchFailure(name: string): Promise<string | undefined>;
}

/** @param once a client that makes each call once: an instance that is ended twice would shrink its group twice */
export function scalingGroups(client: AutoScalingClient, once: AutoScalingClient): ScalingGroups {
  return {
    async describe(name) {
      const query = new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] });
      const { AutoScalingGroups: [found] = [] } = await client.send(query);
      return found === undefined ? undefined : toGroup(name, found);
    },
    async resize(AutoScalingGroupName, DesiredCapacity) {
      await client.send(new SetDesiredCapacityCommand({ AutoScalingGroupName, DesiredCapacity }));
    },
    async end(InstanceId, ShouldDecrementDesiredCapacity) {
      const input = { InstanceId, ShouldDecrementDesiredCapacity };
      await once.send(new TerminateInstanceInAutoScalingGroupCommand(input));
    },
    async setTag(name, Key, Value) {
      const tag = { ResourceId: name, ResourceType: 'auto-scaling-group', Key };
      await (Value === undefined
        ? client.send(new DeleteTagsCommand({ Tags: [tag] }))
        : client.send(
            new CreateOrUpdateTagsCommand({ Tags: [{ ...tag, Value, PropagateAtLaunch: false }] }),
          ));
    },
    async launchFailure(AutoScalingGroupName) {
      const query = { AutoScalingGroupName, MaxRecords: RECENT };
      const { Activities = [] } = await client.send(new DescribeScalingActivitiesCommand(query));
      return failedLaunch(Activities);
    },
  };
}

/** Activities come newest first, and a launch is among the last few. */
const RECENT = 20;

/** Why the newest launch that has ended failed; undefined when it succeeded, or when there is none. Pure. */
export function failedLaunch(activities: readonly Activity[]): string | undefined {
  const launch = activities.find(
    ({ Description = '', EndTime }) => /^Launching /.test(Description) && EndTime !== undefined,
  );
  const failed = launch?.StatusCode === 'Failed' || launch?.StatusCode === 'Cancelled';
  return failed ? (launch.StatusMessage ?? launch.StatusCode) : undefined;
}

function toGroup(name: string, found: FoundGroup): ScalingGroup {
  const { DesiredCapacity = 0, Instances = [], MaxSize = 0, SuspendedProcesses = [] } = found;
  return {
    name,
    desired: DesiredCapacity,
    max: MaxSize,
    template: toTemplate(found.LaunchTemplate),
    suspended: SuspendedProcesses.map(({ ProcessName = '' }) => ProcessName),
    tags: Object.fromEntries((found.Tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value])),
    instances: Instances.map(({ InstanceId: id = '', LifecycleState, LaunchTemplate }) => ({
      id,
      phase: phaseOf(LifecycleState ?? ''),
      template: toTemplate(LaunchTemplate),
    })),
  };
}

function toTemplate(found: LaunchTemplateSpecification | undefined): TemplateVersion | undefined {
  const { LaunchTemplateId: id, Version: version } = found ?? {};
  return id === undefined || version === undefined ? undefined : { id, version };
}

/** The states are those of https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html */
function phaseOf(lifecycleState: string): Member['phase'] {
  if (lifecycleState === 'InService') return 'in-service';
  if (lifecycleState.startsWith('Pending')) return 'starting';
  return /Standby/.test(lifecycleState) ? 'standby' : 'leaving';
}
