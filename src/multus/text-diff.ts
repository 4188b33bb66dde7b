/** Unchanged lines that are shown before and after the change: at least the row that is next to it. */
const AROUND = 6;

/**
 * The lines that changed between two texts, removed ones with `-` and added ones with `+`, between a few of the
 * unchanged lines around them. Good for a change in one place, which is what a merge makes.
 */
export function textDiff(before: string, after: string): readonly string[] {
  const [old, now] = [lines(before), lines(after)];
  const shortest = Math.min(old.length, now.length);
  let head = 0;
  while (head < shortest && old[head] === now[head]) head += 1;
  let tail = 0;
  while (tail < shortest - head && old.at(-1 - tail) === now.at(-1 - tail)) tail += 1;
  const kept = (line: string) => ` ${line}`;
  return [
    ...old.slice(Math.max(0, head - AROUND), head).map(kept),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old
      .slice(old.length - tail)
      .slice(0, AROUND)
      .map(kept),
  ];
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
