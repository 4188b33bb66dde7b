/** The log of an action. Domain code takes this instead of the runner's toolkit. */
export interface Log {
  info(message: string): void;
  /** For what works but needs the user's attention. Becomes an annotation. */
  warn(message: string): void;
  /** Lines in a group that folds in the job's log. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/**
 * Text without workflow commands. Messages of pods and services go into the log, and the runner executes each line that
 * begins with `::`, also after white space, and each line that contains `##[`:
 * https://github.com/actions/runner `src/Runner.Common/ActionCommand.cs`
 */
export function inert(text: string): string {
  return text.replaceAll(/^(\s*:)(?=:)/gm, `$1${UNSEEN}`).replaceAll(/#(?=#\[)/g, `#${UNSEEN}`);
}

/** A word joiner, which is invisible. */
const UNSEEN = '\u2060';
