import * as core from '@actions/core';
import { inert, type Log } from '../core/log.ts';
import { withoutCredentials } from '../core/redact.ts';

/** The log of a job on a runner. */
export const actionsLog: Log = {
  info: (message) => core.info(inert(withoutCredentials(message))),
  warn: (message) => core.warning(withoutCredentials(message)),
  group: (title, work) => core.group(withoutCredentials(title), work),
};

/** Writes an annotation about something that is correct but may surprise the user. */
export function notice(message: string): void {
  core.notice(withoutCredentials(message));
}
