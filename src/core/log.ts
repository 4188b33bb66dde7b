/** Where an action tells what it does. Domain code takes this instead of the runner's toolkit. */
export interface Log {
  info(message: string): void;
  /** Something that works but that the user should know; becomes an annotation. */
  warn(message: string): void;
  /** Lines that fold away in the job's log. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Text that the runner takes for nothing but text. What pods and services say goes into the log, and the runner obeys
 * each line that begins with `::`, after white space, and each that has `##[` anywhere:
 * https://github.com/actions/runner `src/Runner.Common/ActionCommand.cs`
 */
export function inert(text: string): string {
  return text.replaceAll(/^(\s*:)(?=:)/gm, `$1${UNSEEN}`).replaceAll(/#(?=#\[)/g, `#${UNSEEN}`);
}

/** A word joiner: nothing is seen of it. */
const UNSEEN = '\u2060';
