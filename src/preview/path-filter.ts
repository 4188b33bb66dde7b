import { matchesGlob } from 'node:path/posix';

/** GitHub lists no more files of a pull request, so a longer list is not complete. */
const MOST_FILES = 3000;

/**
 * Whether one of the files counts, by patterns as `on.pull_request.paths` has them: the last pattern that matches a file
 * decides, and one with `!` leaves files out. Pure.
 */
export function anyFileCounts(files: readonly string[], patterns: readonly string[]): boolean {
  return files.length >= MOST_FILES || files.some((file) => counts(file, patterns));
}

function counts(file: string, patterns: readonly string[]): boolean {
  const deciding = patterns.findLast((pattern) => matchesGlob(file, pattern.replace(/^!/, '')));
  return deciding !== undefined && !deciding.startsWith('!');
}
