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

  const drop = (
    instanceId: string,
    reason: string,
    isMeant: (hook: Hook) => boolean = () => true,
  ) => {
    const actions = [...waiting.values()].filter(
      (action) => action.instanceId === instanceId && isMeant(action.hook),
    );
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
        // The instance may be in another transition by now, and its hooks go on.
        drop(instanceId, outcome.reason, (other) => hooks.includes(other));
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
    drop: (instanceId, reason) => drop(instanceId, reason),
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
