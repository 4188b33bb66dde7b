/**
 * The lines that changed between two texts, removed ones with `-` and added ones with `+`, between the
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
    ...old.slice(0, head).map(kept),
    ...old.slice(head, old.length - tail).map((line) => `-${line}`),
    ...now.slice(head, now.length - tail).map((line) => `+${line}`),
    ...old.slice(old.length - tail).map(kept),
  ];
}

function lines(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}
