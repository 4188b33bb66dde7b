import type { Hook, Transition } from './state.ts';

export type Result = 'CONTINUE' | 'ABANDON';

/** How a wait ended; `reason` is the text that the API gives for it. */
export interface Outcome {
  readonly result: Result;
  readonly reason: string;
}

/** One hook that an instance waits for. */
export interface LifecycleAction {
  readonly token: string;
  readonly group: string;
  readonly instanceId: string;
  readonly hook: Hook;
}

export interface LifecycleActions {
  /** Starts one action per hook; resolves when all continue, or one is abandoned. */
  wait(group: string, instanceId: string, hooks: readonly Hook[]): Promise<Outcome>;
  /** The action that a caller means, by token or by instance id. */
  find(
    group: string,
    hook: string,
    token?: string,
    instanceId?: string,
  ): LifecycleAction | undefined;
  complete(token: string, outcome: Outcome): void;
  /** Starts the heartbeat timeout of an action anew. */
  heartbeat(token: string): void;
  /** Drops what an instance waits for, as if it were abandoned. */
  drop(instanceId: string, reason: string): void;
  stop(): void;
}

interface Waiting extends LifecycleAction {
  readonly end: (outcome: Outcome) => void;
  stopTimer: () => void;
}

/** Does something after so many seconds. Returns how to stop it before. */
export type After = (seconds: number, work: () => void) => () => void;

/** By a clock whose seconds are so long. */
export function afterSeconds(secondMs: number): After {
  return (seconds, work) => {
    const timer = setTimeout(work, seconds * secondMs).unref();
    return () => clearTimeout(timer);
  };
}

/**
 * Keeps the lifecycle actions that instances wait for. `announce` tells the world of each one; a
 * heartbeat timeout, told by `after`, ends one with its hook's default result.
 */
export function createLifecycleActions(
  announce: (action: LifecycleAction) => void,
  after: After,
): LifecycleActions {
  const waiting = new Map<string, Waiting>();

  const startTimer = (token: string, hook: Hook) =>
    after(hook.heartbeatTimeout, () => {
      const reason = `Lifecycle Action with token ${token} was abandoned: Heartbeat Timeout`;
      complete(token, { result: hook.defaultResult, reason });
    });

  const complete = (token: string, outcome: Outcome) => {
    const action = waiting.get(token);
    if (action === undefined) return;
    action.stopTimer();
    waiting.delete(token);
    action.end(outcome);
  };

  const drop = (instanceId: string, reason: string) => {
    const actions = [...waiting.values()].filter((action) => action.instanceId === instanceId);
    for (const { token } of actions) complete(token, { result: 'ABANDON', reason });
  };

  const waitForOne = (group: string, instanceId: string, hook: Hook) =>
    new Promise<Outcome>((end) => {
      const token = crypto.randomUUID();
      const action = { token, group, instanceId, hook };
      waiting.set(token, { ...action, end, stopTimer: startTimer(token, hook) });
      announce(action);
    });

  return {
    async wait(group, instanceId, hooks) {
      let abandoned: Outcome | undefined;
      const outcomes = hooks.map(async (hook) => {
        const outcome = await waitForOne(group, instanceId, hook);
        if (outcome.result === 'CONTINUE') return;
        abandoned ??= outcome;
        drop(instanceId, outcome.reason);
      });
      await Promise.all(outcomes);
      return abandoned ?? { result: 'CONTINUE', reason: '' };
    },
    find: (group, hook, token, instanceId) =>
      [...waiting.values()].find(
        (action) =>
          action.group === group &&
          action.hook.name === hook &&
          (token === undefined ? action.instanceId === instanceId : action.token === token),
      ),
    complete,
    heartbeat(token) {
      const action = waiting.get(token);
      if (action === undefined) return;
      action.stopTimer();
      action.stopTimer = startTimer(token, action.hook);
    },
    drop,
    stop() {
      for (const { stopTimer } of waiting.values()) stopTimer();
      waiting.clear();
    },
  };
}

/** Hooks of one transition. */
export function hooksFor(hooks: ReadonlyMap<string, Hook>, transition: Transition): Hook[] {
  return [...hooks.values()].filter((hook) => hook.transition === transition);
}
