import * as core from '@actions/core';
import { inert, type Log } from '../core/log.ts';

/** The log of a job on a runner. */
export const actionsLog: Log = {
  info: (message) => core.info(inert(message)),
  warn: (message) => core.warning(message),
  group: (title, work) => core.group(title, work),
};

/** Says something that the user may wonder about, though it is right as it is; becomes an annotation. */
export function notice(message: string): void {
  core.notice(message);
}
