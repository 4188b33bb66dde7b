/** A call that is newer than most policies, and than some regions. */
const NOT_ALLOWED = /AccessDenied|InvalidAction|UnknownOperation|UnauthorizedOperation/;

/** True for the error of a call that the role may not make, or that the region does not know. */
export function isNotAllowed(error: unknown): boolean {
  return error instanceof Error && NOT_ALLOWED.test(error.name);
}
