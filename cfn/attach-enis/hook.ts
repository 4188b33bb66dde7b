import { CompleteLifecycleActionCommand } from '@aws-sdk/client-auto-scaling';
import { attach, type Patience, release } from './attach.ts';
import type { Interfaces } from './interfaces.ts';
import type { LifecycleEvent } from './lifecycle-event.ts';
import type { WantedInterface } from './plan.ts';
import type { Reserve } from './reservations.ts';

export interface Hook {
  readonly wanted: readonly WantedInterface[];
  readonly interfacesOf: (instanceId: string) => Interfaces;
  readonly reserve: Reserve;
  readonly complete: (event: LifecycleEvent, result: Result) => Promise<void>;
  readonly patience: Patience;
  readonly log: (message: string, details: Readonly<Record<string, unknown>>) => void;
}

/** The message of the log line that says why an instance was given up. */
export const CANNOT_ATTACH = 'cannot attach the interfaces';

export type Result = 'CONTINUE' | 'ABANDON';

/** How an action ended: the answer, and the reason if something may be left behind. */
interface Outcome {
  readonly result: Result;
  readonly notCleanedUp?: unknown;
}

/**
 * Handles one lifecycle action and always answers it. A launching instance continues when it has its interfaces;
 * otherwise it is abandoned and its interfaces are removed. A terminating instance always continues. Throws when the
 * answer or the clean-up fails, so that Lambda tries again (by default, twice for an event).
 */
export async function handleLifecycleEvent(event: LifecycleEvent, hook: Hook): Promise<Result> {
  const interfaces = hook.interfacesOf(event.instanceId);
  const { result, notCleanedUp } =
    event.transition === 'launching'
      ? await launch(event, interfaces, hook)
      : await terminate(event, interfaces, hook);
  await hook.complete(event, result);
  hook.log('completed', { ...about(event), result });
  if (notCleanedUp !== undefined) throw notCleanedUp;
  return result;
}

async function launch(event: LifecycleEvent, interfaces: Interfaces, hook: Hook): Promise<Outcome> {
  await reservePrefixes(event, hook);
  try {
    await attach(interfaces, hook.wanted, hook.patience);
    return { result: 'CONTINUE' };
  } catch (error) {
    hook.log(CANNOT_ATTACH, { ...about(event), error: String(error) });
    // EC2 lists a new interface only after a moment.
    await hook.patience.pause();
    return { result: 'ABANDON', ...(await cleanUp(event, interfaces, hook)) };
  }
}

/**
 * The first node in a subnet reserves the part for prefixes. A failure only means that the subnet is used up sooner, so
 * the instance continues.
 */
async function reservePrefixes(event: LifecycleEvent, hook: Hook): Promise<void> {
  for (const { subnetId, prefixCidr } of hook.wanted) {
    if (prefixCidr === undefined) continue;
    try {
      await hook.reserve(subnetId, prefixCidr);
    } catch (error) {
      const details = { ...about(event), subnetId, prefixCidr, error: String(error) };
      hook.log('cannot reserve addresses for prefixes', details);
    }
  }
}

async function terminate(
  event: LifecycleEvent,
  interfaces: Interfaces,
  hook: Hook,
): Promise<Outcome> {
  return { result: 'CONTINUE', ...(await cleanUp(event, interfaces, hook)) };
}

async function cleanUp(
  event: LifecycleEvent,
  interfaces: Interfaces,
  hook: Hook,
): Promise<Pick<Outcome, 'notCleanedUp'>> {
  try {
    await release(interfaces);
    return {};
  } catch (error) {
    const causes = error instanceof AggregateError ? error.errors.map(String) : [];
    hook.log('cannot clean up', { ...about(event), error: String(error), causes });
    return { notCleanedUp: error };
  }
}

/** The one call of Auto Scaling that the hook makes. */
interface AutoScaling {
  send(command: CompleteLifecycleActionCommand): Promise<unknown>;
}

/** Answers an action by its token. After a repeated event, the action may have been answered already; that is no error. */
export function completeWith(autoScaling: AutoScaling): Hook['complete'] {
  return async (event, result) => {
    try {
      await autoScaling.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName: event.autoScalingGroup,
          LifecycleHookName: event.hook,
          LifecycleActionToken: event.token,
          LifecycleActionResult: result,
        }),
      );
    } catch (error) {
      if (!isNotActive(error)) throw error;
    }
  };
}

/** Auto Scaling has no error code for this, only a message. */
function isNotActive(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'ValidationError' &&
    /no active lifecycle action/i.test(error.message)
  );
}

function about(event: LifecycleEvent): Readonly<Record<string, string>> {
  return {
    transition: event.transition,
    instance: event.instanceId,
    group: event.autoScalingGroup,
  };
}
