import { group, info, warning } from './workflow-commands.ts';

/** Where an action tells what it does. Domain code takes this instead of talking to the runner. */
export interface Log {
  info(message: string): void;
  /** Something that works but that the user should know; becomes an annotation. */
  warn(message: string): void;
  /** Lines that fold away in the job's log. */
  group<T>(title: string, work: () => Promise<T>): Promise<T>;
}

/** The log of a job on a runner. */
export const actionsLog: Log = {
  info,
  warn: warning,
  group,
};
