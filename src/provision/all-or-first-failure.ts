/**
 * Does all the work side by side, and lets every piece come to its end before it fails with the first failure:
 * so nothing is still under way, or untold, when a run ends.
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
