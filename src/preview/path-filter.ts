import picomatch from 'picomatch';

/** GitHub lists no more files of a pull request, so a longer list is not complete. */
const MOST_FILES = 3000;

/**
 * Whether one of the files counts, by patterns with `*`, `**` and `!` as in `on.pull_request.paths`: the last pattern that
 * matches a file decides, and one with `!` leaves files out. `*` and `**` stand for names that begin with a dot, too:
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#filter-pattern-cheat-sheet. Pure.
 */
export function anyFileCounts(files: readonly string[], patterns: readonly string[]): boolean {
  if (files.length >= MOST_FILES) return true;
  const rules = patterns.map((pattern) => ({
    counts: !pattern.startsWith('!'),
    matches: picomatch(pattern.replace(/^!/, ''), { dot: true }),
  }));
  return files.some((file) => rules.findLast(({ matches }) => matches(file))?.counts === true);
}
