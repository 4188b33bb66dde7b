/**
 * Wraps work that brings something up to date. The work never runs twice at once, and calls that arrive during
 * a run share one further run. A call resolves when a run that began after the call has ended.
 */
export function coalesce(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const start = () => {
    next = undefined;
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return () => {
    if (running === undefined && next === undefined) return start();
    next ??= (running ?? Promise.resolve()).catch(() => undefined).then(start);
    return next;
  };
}
