/** Maps items in order, at most `limit` of them at the same time. Throws the first failure. */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/**
 * Works on all items at the same time and lets every piece of work end before it throws the first failure. So no work is
 * still under way, and no result goes unreported, when a run ends.
 */
export async function allOrFirstFailure<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const settled = await Promise.allSettled(items.map(work));
  return settled.map((one) => {
    if (one.status === 'rejected') throw one.reason;
    return one.value;
  });
}

/**
 * Does `work` while `other` is under way. Lets both end before it throws the first failure, that of `other` first.
 *
 * @returns what `work` gives
 */
export async function alongside<Result>(
  other: Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  const working = work();
  await allOrFirstFailure<Promise<unknown>, unknown>([other, working], (task) => task);
  return working;
}
