import * as core from '@actions/core';

/** Where an action tells what it does. Domain code takes this instead of the runner's toolkit. */
export interface Log {
  info(message: string): void;
  /** Something that works but that the user should know; becomes an annotation. */
  warn(message: string): void;
  /** Lines that fold away in the job's log. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** The log of a job on a runner. */
export const actionsLog: Log = {
  info: (message) => core.info(message),
  warn: (message) => core.warning(message),
  group: (title, work) => core.group(title, work),
};

/** Says something that the user may wonder about, though it is right as it is; becomes an annotation. */
export function notice(message: string): void {
  core.notice(message);
}
