import { ServiceError } from '../gateway/query-protocol.ts';

export type LifecycleState =
  | 'Pending'
  | 'Pending:Wait'
  | 'Pending:Proceed'
  | 'InService'
  | 'Terminating'
  | 'Terminating:Wait'
  | 'Terminating:Proceed';

export const LAUNCHING = 'autoscaling:EC2_INSTANCE_LAUNCHING';
export const TERMINATING = 'autoscaling:EC2_INSTANCE_TERMINATING';
export type Transition = typeof LAUNCHING | typeof TERMINATING;

export interface Hook {
  readonly name: string;
  readonly transition: Transition;
  /** Seconds. */
  readonly heartbeatTimeout: number;
  readonly defaultResult: 'CONTINUE' | 'ABANDON';
  readonly metadata?: string;
}

export interface GroupTag {
  readonly key: string;
  readonly value: string;
  readonly propagateAtLaunch: boolean;
}

export interface LaunchTemplate {
  readonly id: string;
  readonly name: string;
  readonly version: string;
}

/** The settings that callers choose. */
export interface GroupSettings {
  readonly minSize: number;
  readonly maxSize: number;
  readonly desiredCapacity: number;
  readonly launchTemplate: LaunchTemplate;
  readonly subnets: readonly Subnet[];
  /** Seconds. */
  readonly cooldown: number;
  readonly healthCheckType: string;
  /** Seconds. */
  readonly healthCheckGracePeriod: number;
  readonly protectFromScaleIn: boolean;
  readonly suspended: readonly string[];
}

export interface Subnet {
  readonly id: string;
  readonly zone: string;
}

export interface Member {
  readonly instanceId: string;
  readonly subnet: Subnet;
  readonly state: LifecycleState;
  readonly instanceType: string;
  readonly launchTemplate: LaunchTemplate;
  readonly protectedFromScaleIn: boolean;
  /** Milliseconds since 1970. */
  readonly launchedAt: number;
}

export interface Activity {
  readonly id: string;
  readonly description: string;
  readonly cause: string;
  readonly statusCode: string;
  readonly statusMessage?: string;
  readonly startTime: Date;
  readonly endTime?: Date;
  readonly instanceId?: string;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly settings: GroupSettings;
  readonly tags: readonly GroupTag[];
  readonly hooks: ReadonlyMap<string, Hook>;
  /** By instance id, in launch order. */
  readonly members: ReadonlyMap<string, Member>;
  /** Newest first. */
  readonly activities: readonly Activity[];
  readonly deleting: boolean;
}

export type Groups = Map<string, Group>;

export function findGroup(groups: Groups, name: string): Group {
  const group = groups.get(name);
  if (group === undefined) {
    throw invalid(`AutoScalingGroup name not found - AutoScalingGroup: ${name} not found`);
  }
  return group;
}

/** Changes a group if it still exists, and returns the changed group. */
export function change(groups: Groups, name: string, by: Partial<Group>): Group | undefined {
  const group = groups.get(name);
  if (group === undefined) return undefined;
  const changed = { ...group, ...by };
  groups.set(name, changed);
  return changed;
}

/** Changes a member if it is still in the group; undefined removes it. */
export function changeMember(
  groups: Groups,
  name: string,
  instanceId: string,
  by: Partial<Member> | undefined,
): void {
  const group = groups.get(name);
  const member = group?.members.get(instanceId);
  if (group === undefined || member === undefined) return;
  const members = new Map(group.members);
  if (by === undefined) members.delete(instanceId);
  else members.set(instanceId, { ...member, ...by });
  change(groups, name, { members });
}

/** The group that an instance belongs to. */
export function groupOf(groups: Groups, instanceId: string): Group | undefined {
  return [...groups.values()].find((group) => group.members.has(instanceId));
}

export function invalid(message: string): ServiceError {
  return new ServiceError('ValidationError', message);
}
