import * as core from '@actions/core';
import { InputError, isExplained, messageOf } from '../core/errors.ts';
import { inert } from '../core/log.ts';
import { obeyProxy } from './proxy.ts';

/**
 * Runs an action, and ends the process. A failure becomes exactly one annotation and exit code 1. Bad inputs and
 * explained failures say what to do. Any other failure is our bug, and its stack goes to the log.
 *
 * Exits explicitly, because keep-alive connections of the SDKs would keep the step running.
 */
export async function runAction(action: () => Promise<void>): Promise<never> {
  try {
    obeyProxy();
    await action();
    process.exit(process.exitCode ?? 0);
  } catch (error) {
    annotate(error);
    process.exit(1);
  }
}

function annotate(error: unknown): void {
  if (error instanceof InputError) {
    core.error(error.message, { title: 'Invalid input' });
  } else if (isExplained(error)) {
    const { failure } = error;
    core.error(error.message, {
      title: error.title,
      ...(failure.file === undefined ? {} : { file: failure.file }),
      ...(failure.line === undefined ? {} : { startLine: failure.line }),
    });
    if (failure.cause !== undefined) core.info(inert(`Caused by: ${messageOf(failure.cause)}`));
  } else {
    core.error(`Unexpected failure, please report it: ${messageOf(error)}`, { title: 'Bug' });
    if (error instanceof Error && error.stack !== undefined) core.info(inert(error.stack));
  }
}
