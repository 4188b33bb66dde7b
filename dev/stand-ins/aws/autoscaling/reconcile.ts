import type { Emit } from '../events/events.ts';
import { amend, begin, differenceCause, end } from './activities.ts';
import { decide } from './decide.ts';
import type { Fleet } from './fleet.ts';
import { hooksFor, type LifecycleActions } from './lifecycle.ts';
import { isLaunched, nameMember, reserveMember } from './members.ts';
import { announceEnd } from './notices.ts';
import {
  type Activity,
  changeMember,
  type Groups,
  LAUNCHING,
  type Subnet,
  TERMINATING,
} from './state.ts';

export interface Reconciliation {
  readonly groups: Groups;
  readonly fleet: Fleet;
  readonly actions: LifecycleActions;
  readonly emit: Emit;
  /** Called before an instance goes into service. */
  readonly powerOn: (instanceId: string) => Promise<void>;
  readonly problem: (what: string, error: unknown) => void;
  /** How long a group waits after a failed or abandoned launch before it launches again. */
  readonly backoffMs: number;
}

/**
 * Brings groups to their desired capacity. `reconcile(group)` compares again; it is called after each change of
 * a group and each end of a launch. Comparing is synchronous, so two runs never overlap.
 */
export function createReconciler(on: Reconciliation) {
  const running = new Set<Promise<void>>();
  const heldUntil = new Map<string, number>();
  let stopped = false;

  const background = (job: Promise<void>) => {
    running.add(job);
    void job.finally(() => running.delete(job));
  };

  const reconcile = (name: string) => {
    const group = on.groups.get(name);
    if (group === undefined || stopped) return;
    const steps = decide(group);
    const wait = (heldUntil.get(name) ?? 0) - Date.now();
    if (steps.launch.length > 0 && wait > 0) setTimeout(() => reconcile(name), wait).unref();
    else for (const subnet of steps.launch) background(launch(name, subnet));
    for (const id of steps.terminate) background(terminate(name, id));
    if (group.deleting && group.members.size === 0) on.groups.delete(name);
  };

  const launch = async (name: string, subnet: Subnet) => {
    const failed = await launchOne(on, name, subnet, () => reconcile(name));
    if (failed) heldUntil.set(name, Date.now() + on.backoffMs);
    reconcile(name);
  };

  const terminate = async (name: string, instanceId: string, cause?: string) => {
    await terminateOne(on, name, instanceId, cause);
    reconcile(name);
  };

  return {
    reconcile,
    /** Terminates one instance, whatever the desired capacity is. */
    terminate: (name: string, instanceId: string, cause: string) =>
      background(terminate(name, instanceId, cause)),
    /** Removes an instance that somebody terminated behind the group's back. */
    forget(name: string, instanceId: string) {
      on.actions.drop(instanceId, 'the instance is gone');
      changeMember(on.groups, name, instanceId, undefined);
      reconcile(name);
    },
    async stop() {
      stopped = true;
      on.actions.stop();
      await Promise.race([
        Promise.all(running),
        new Promise((resolve) => setTimeout(resolve, 500)),
      ]);
    },
  };
}

/**
 * Returns whether the launch failed or was abandoned. Calls `named` when EC2 has returned the instance id.
 */
async function launchOne(
  on: Reconciliation,
  name: string,
  subnet: Subnet,
  named: () => void,
): Promise<boolean> {
  const group = on.groups.get(name);
  if (group === undefined) return false;
  const reserved = reserveMember(on.groups, group, subnet);
  const activity = begin(
    on.groups,
    name,
    'Launching a new EC2 instance',
    differenceCause(group, 'started'),
    'PreInService',
  );
  const launched = await on.fleet.launch(group, subnet).catch((error: unknown) => error);
  if (!isLaunched(launched)) {
    changeMember(on.groups, name, reserved, undefined);
    const message = launched instanceof Error ? launched.message : String(launched);
    finish(
      on,
      name,
      activity,
      'Failed',
      `${message} Launching EC2 instance failed.`,
      'Launch',
      subnet,
    );
    return true;
  }
  const { instanceId } = launched;
  nameMember(on.groups, name, reserved, launched);
  const description = `Launching a new EC2 instance: ${instanceId}`;
  const started = amend(on.groups, name, { ...activity, instanceId, description });
  named();
  const abandoned = await passLaunchHooks(on, name, instanceId, started);
  if (abandoned === undefined) {
    if (on.groups.get(name)?.members.get(instanceId)?.state !== 'Pending:Proceed') return false;
    // AWS boots an instance while its hooks run. Here it boots afterwards, with the interfaces that they
    // attached.
    await on.powerOn(instanceId).catch((error) => on.problem(`power on ${instanceId}`, error));
    if (on.groups.get(name)?.members.get(instanceId)?.state !== 'Pending:Proceed') return false;
    changeMember(on.groups, name, instanceId, { state: 'InService' });
    finish(on, name, started, 'Successful', undefined, 'Launch', subnet);
    return false;
  }
  finish(on, name, started, 'Cancelled', abandoned, 'Launch', subnet);
  if (on.groups.get(name)?.members.get(instanceId)?.state !== 'Pending:Wait') return false;
  await endInstance(on, name, instanceId, false);
  return true;
}

/**
 * Resolves with the reason when a hook abandons the launch. Otherwise the instance is in Pending:Proceed
 * and the result is undefined.
 */
async function passLaunchHooks(
  on: Reconciliation,
  name: string,
  instanceId: string,
  activity: Activity,
): Promise<string | undefined> {
  const hooks = hooksFor(on.groups.get(name)?.hooks ?? new Map(), LAUNCHING);
  if (hooks.length > 0) {
    changeMember(on.groups, name, instanceId, { state: 'Pending:Wait' });
    amend(on.groups, name, { ...activity, statusCode: 'MidLifecycleAction' });
    const outcome = await on.actions.wait(name, instanceId, hooks);
    if (outcome.result === 'ABANDON') {
      return `Instance failed to complete user's Lifecycle Action: ${outcome.reason}`;
    }
  }
  const member = on.groups.get(name)?.members.get(instanceId);
  if (member?.state.startsWith('Pending')) {
    changeMember(on.groups, name, instanceId, { state: 'Pending:Proceed' });
  }
  return undefined;
}

async function terminateOne(
  on: Reconciliation,
  name: string,
  instanceId: string,
  cause?: string,
): Promise<void> {
  const group = on.groups.get(name);
  const member = group?.members.get(instanceId);
  if (group === undefined || member === undefined || member.state.startsWith('Terminating')) return;
  const activity = begin(
    on.groups,
    name,
    `Terminating EC2 instance: ${instanceId}`,
    cause ?? differenceCause(group, 'selected for termination'),
    'InProgress',
    instanceId,
  );
  changeMember(on.groups, name, instanceId, { state: 'Terminating' });
  on.actions.drop(instanceId, 'the instance is being terminated');
  await endInstance(on, name, instanceId, !group.deleting);
  finish(on, name, activity, 'Successful', undefined, 'Terminate', member.subnet);
}

async function endInstance(
  on: Reconciliation,
  name: string,
  instanceId: string,
  withHooks: boolean,
): Promise<void> {
  const hooks = withHooks ? hooksFor(on.groups.get(name)?.hooks ?? new Map(), TERMINATING) : [];
  if (hooks.length > 0) {
    changeMember(on.groups, name, instanceId, { state: 'Terminating:Wait' });
    await on.actions.wait(name, instanceId, hooks);
  }
  changeMember(on.groups, name, instanceId, { state: 'Terminating:Proceed' });
  await on.fleet
    .terminate([instanceId])
    .catch((error) => on.problem(`terminate ${instanceId}`, error));
  changeMember(on.groups, name, instanceId, undefined);
}

function finish(
  on: Reconciliation,
  name: string,
  activity: Activity,
  status: string,
  message: string | undefined,
  what: 'Launch' | 'Terminate',
  subnet: Subnet,
): void {
  const ended = end(on.groups, name, activity.id, status, message);
  const group = on.groups.get(name);
  if (group === undefined || ended === undefined) return;
  announceEnd(on.emit, group, ended, what, status === 'Successful', subnet);
}
