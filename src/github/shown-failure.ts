import * as core from '@actions/core';
import { z } from 'zod';
import { InputError, isExplained, messageOf } from '../core/errors.ts';
import { redact, withoutCredentials } from '../core/redact.ts';

/** The output of an action that has failed. The runner keeps the outputs of a failed step for later steps. */
export const FAILURE_OUTPUT = 'failure';

/** Why a step has failed, as a later step of the job shows it. */
export const shownFailureSchema = z.object({
  /** The service that refused or failed something. */
  title: z.string(),
  resource: z.string(),
  reason: z.string(),
  'next-step': z.string(),
});

export type ShownFailure = z.infer<typeof shownFailureSchema>;

/** Describes any thrown value, without credentials. */
export function toShownFailure(error: unknown): ShownFailure {
  if (error instanceof InputError) {
    return {
      title: 'Invalid input',
      resource: 'the inputs',
      reason: withoutCredentials(error.message),
      'next-step': 'correct them, then run the job again',
    };
  }
  if (isExplained(error)) {
    const { resource, reason, nextStep } = error.failure;
    return {
      title: error.title,
      resource: withoutCredentials(resource),
      reason: withoutCredentials(reason),
      'next-step': withoutCredentials(nextStep),
    };
  }
  return {
    title: 'Bug',
    resource: 'this pack',
    reason: redact(messageOf(error)),
    'next-step': "report it, with the job's log",
  };
}

/** Sets the output `failure`, where the process runs as a step of a job. */
export function outputFailure(error: unknown): void {
  if (process.env['GITHUB_OUTPUT'] === undefined) return;
  core.setOutput(FAILURE_OUTPUT, JSON.stringify(toShownFailure(error)));
}
