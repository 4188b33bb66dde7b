import type { Hook, Transition } from './state.ts';

export type Result = 'CONTINUE' | 'ABANDON';

/** How a wait ended. The API shows `reason`. */
export interface Outcome {
  readonly result: Result;
  readonly reason: string;
}

/** One hook that one instance waits for. */
export interface LifecycleAction {
  readonly token: string;
  readonly group: string;
  readonly instanceId: string;
  readonly hook: Hook;
}

export interface LifecycleActions {
  /** Starts one action for each hook. Resolves when all continue or one is abandoned. */
  wait(group: string, instanceId: string, hooks: readonly Hook[]): Promise<Outcome>;
  /** The action with this token, or of this instance when there is no token. */
  find(
    group: string,
    hook: string,
    token?: string,
    instanceId?: string,
  ): LifecycleAction | undefined;
  complete(token: string, outcome: Outcome): void;
  /** Restarts the heartbeat timeout of an action. */
  heartbeat(token: string): void;
  /** Abandons all actions of an instance. */
  drop(instanceId: string, reason: string): void;
  stop(): void;
}

interface Waiting extends LifecycleAction {
  readonly end: (outcome: Outcome) => void;
  stopTimer: () => void;
}

/** Calls `work` after this many seconds. Returns a function that cancels the call. */
export type After = (seconds: number, work: () => void) => () => void;

/** A clock whose seconds last `secondMs` milliseconds. */
export function afterSeconds(secondMs: number): After {
  return (seconds, work) => {
    const timer = setTimeout(work, seconds * secondMs).unref();
    return () => clearTimeout(timer);
  };
}

/**
 * Keeps the lifecycle actions that instances wait for. `announce` is called for each new one. A heartbeat
 * timeout, measured by `after`, ends an action with its hook's default result.
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

  const waitForOne = (action: LifecycleAction) =>
    new Promise<Outcome>((end) => {
      const { hook, token } = action;
      waiting.set(token, { ...action, end, stopTimer: startTimer(token, hook) });
      announce(action);
    });

  return {
    async wait(group, instanceId, hooks) {
      const actions = hooks.map((hook) => {
        const token = crypto.randomUUID();
        return { token, group, instanceId, hook };
      });
      let abandoned: Outcome | undefined;
      const outcomes = actions.map(async (action) => {
        const outcome = await waitForOne(action);
        if (outcome.result === 'CONTINUE') return;
        abandoned ??= outcome;
        // Only these actions: the instance may be in another transition by now, and its hooks go on.
        for (const { token } of actions) complete(token, outcome);
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
    drop(instanceId, reason) {
      const actions = [...waiting.values()].filter((action) => action.instanceId === instanceId);
      for (const { token } of actions) complete(token, { result: 'ABANDON', reason });
    },
    stop() {
      for (const { stopTimer } of waiting.values()) stopTimer();
      waiting.clear();
    },
  };
}

/** The hooks of one transition. */
export function hooksFor(hooks: ReadonlyMap<string, Hook>, transition: Transition): Hook[] {
  return [...hooks.values()].filter((hook) => hook.transition === transition);
}
