import { once } from 'node:events';
import * as core from '@actions/core';
import { InputError, isExplained, messageOf } from '../core/errors.ts';
import { redact, withoutCredentials } from '../core/redact.ts';
import { actionsLog } from './actions-log.ts';
import { obeyProxy } from './proxy.ts';

/**
 * Runs an action, and ends the process. A failure becomes exactly one annotation and exit code 1. Bad inputs and
 * explained failures say what to do. Any other failure is our bug, and its stack goes to the log.
 *
 * Exits explicitly, because keep-alive connections of the SDKs would keep the step running.
 *
 * @param failed is told why the action has failed, for later steps of the job
 */
export async function runAction(
  action: () => Promise<void>,
  failed: (error: unknown) => void = () => undefined,
): Promise<never> {
  /** Node itself would print the message as it is, and with it workflow commands and secrets. */
  const end = (error: unknown) => {
    annotate(error);
    failed(error);
    return exit(1);
  };
  process.on('uncaughtException', end);
  try {
    obeyProxy();
    await action();
    return exit(Number(process.exitCode ?? 0));
  } catch (error) {
    return end(error);
  }
}

/** Ends the process once everything is written. A pipe takes 64 KB at once, and the rest would be lost. */
async function exit(code: number): Promise<never> {
  if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  process.exit(code);
}

function annotate(error: unknown): void {
  if (error instanceof InputError) {
    core.error(withoutCredentials(error.message), { title: 'Invalid input' });
  } else if (isExplained(error)) {
    const { failure } = error;
    core.error(withoutCredentials(error.message), {
      title: error.title,
      ...(failure.file === undefined ? {} : { file: failure.file }),
      ...(failure.line === undefined ? {} : { startLine: failure.line }),
    });
    if (failure.cause !== undefined) {
      actionsLog.info(`Caused by: ${redact(messageOf(failure.cause))}`);
    }
  } else {
    const message = redact(messageOf(error));
    core.error(`Unexpected failure, please report it: ${message}`, { title: 'Bug' });
    if (error instanceof Error && error.stack !== undefined) actionsLog.info(redact(error.stack));
  }
}
