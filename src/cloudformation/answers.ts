import type { ChangeSetStatus } from '@aws-sdk/client-cloudformation';

/**
 * True for the errors of a missing stack or change set. CloudFormation has no error type for missing stacks, only a
 * ValidationError with this text.
 */
export function doesNotExist(error: unknown): boolean {
  return error instanceof Error && /does not exist/.test(error.message);
}

/** The errors of a call that the policy does not allow, or that the region does not have. */
const NOT_ALLOWED = /AccessDenied|InvalidAction|UnknownOperation|UnauthorizedOperation/;

/** True when the role may not make a call, or the region does not have it. */
export function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && NOT_ALLOWED.test(error.name);
}

/** The reasons that CloudFormation gives when there is nothing to do; both wordings occur. */
const NO_CHANGES = /didn't contain changes|no updates are to be performed/i;

/** True for the reason of a change set that failed because there is nothing to change. */
export function saysNoChanges(reason: string | undefined): boolean {
  return NO_CHANGES.test(reason ?? '');
}

/** True for a change set that CloudFormation is deleting, which it does in the background. */
export function isBeingDeleted(status: ChangeSetStatus | undefined): boolean {
  return status?.startsWith('DELETE_') ?? false;
}

/**
 * CloudFormation's messages for a stack on which another run started an operation first, or failed an update without
 * rollback.
 */
const BUSY =
  /currently in a non-terminal \[UPDATE_FAILED\] state|is in \w+_IN_PROGRESS state|in status \w+_IN_PROGRESS|already exists and cannot be created again/;

/**
 * True for the errors that CloudFormation returns when another run's operation came first. It refuses change sets, and
 * usually deletion, of a busy stack. Executing one change set deletes the stack's others.
 */
export function saysAnotherWasFirst(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (/^(ChangeSetNotFound|InvalidChangeSetStatus)/.test(error.name)) return true;
  return BUSY.test(error.message);
}
