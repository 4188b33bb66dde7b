import type { Dependencies } from '../language/graph.ts';

export interface GraphOutcome {
  /** The errors of failed nodes. Nodes that never started are in neither list. */
  readonly failed: ReadonlyMap<string, unknown>;
  readonly done: readonly string[];
}

/**
 * Runs `work` for every node in parallel, each as soon as its dependencies are done. After a failure,
 * dependents of the failed node do not start; with `stopAtFailure`, no other node starts either. Resolves
 * when all started work has ended, and never rejects.
 */
export async function runGraph(
  dependencies: Dependencies,
  work: (node: string) => Promise<void>,
  { stopAtFailure, signal }: { stopAtFailure: boolean; signal?: AbortSignal },
): Promise<GraphOutcome> {
  const waiting = new Set(dependencies.keys());
  const done = new Set<string>();
  const failed = new Map<string, unknown>();
  const running = new Map<string, Promise<void>>();

  const stopped = () => signal?.aborted === true || (stopAtFailure && failed.size > 0);
  const ready = (node: string) =>
    [...(dependencies.get(node) ?? [])].every((need) => done.has(need) || !dependencies.has(need));
  const start = (node: string) => {
    waiting.delete(node);
    const run = work(node)
      .then(
        () => void done.add(node),
        (error: unknown) => void failed.set(node, error),
      )
      .finally(() => running.delete(node));
    running.set(node, run);
  };

  const startable = () => (stopped() ? [] : [...waiting].filter(ready));
  for (startable().forEach(start); running.size > 0; startable().forEach(start)) {
    await Promise.race(running.values());
  }
  return { failed, done: [...done] };
}
