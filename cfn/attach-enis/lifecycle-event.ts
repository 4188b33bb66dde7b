/** One lifecycle action of an Auto Scaling group, as EventBridge delivers it. */
export interface LifecycleEvent {
  readonly transition: 'launching' | 'terminating';
  readonly instanceId: string;
  readonly autoScalingGroup: string;
  readonly hook: string;
  readonly token: string;
}

const TRANSITIONS: ReadonlyMap<unknown, LifecycleEvent['transition']> = new Map([
  ['EC2 Instance-launch Lifecycle Action', 'launching'],
  ['EC2 Instance-terminate Lifecycle Action', 'terminating'],
]);

/** Reads an EventBridge event; throws when it is not a lifecycle action of an instance. */
export function readLifecycleEvent(event: unknown): LifecycleEvent {
  const { 'detail-type': type, detail } = fieldsOf(event);
  const transition = TRANSITIONS.get(type);
  if (transition === undefined) throw new Error(`not a lifecycle action: ${String(type)}`);
  const fields = fieldsOf(detail);
  return {
    transition,
    instanceId: text(fields, 'EC2InstanceId'),
    autoScalingGroup: text(fields, 'AutoScalingGroupName'),
    hook: text(fields, 'LifecycleHookName'),
    token: text(fields, 'LifecycleActionToken'),
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '') throw new Error(`the event has no ${name}`);
  return value;
}
