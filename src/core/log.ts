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
 *
 * White space is what .NET's `Char.IsWhiteSpace` says, which has U+0085 and others that `\s` lacks. The runner also
 * compares by the rules of a language, where characters without a width count as absent. Both are treated as white space.
 */
export function inert(text: string): string {
  return text.replaceAll(AT_START, `$1${GAP}`).replaceAll(ANYWHERE, `#${GAP}`);
}

/** The first colon of a line that begins with two, after anything that the runner may skip. */
const AT_START =
  /^((?:(?![\r\n\u2028\u2029])[\p{Z}\p{C}\p{DI}])*:)(?=(?:(?![\r\n])[\p{C}\p{DI}])*:)/gmu;
const ANYWHERE = /#(?=[\p{C}\p{DI}]*#[\p{C}\p{DI}]*\[)/gu;

/** A hair space. It has a width, so no comparison skips it, and readers hardly see it. */
const GAP = '\u200a';
