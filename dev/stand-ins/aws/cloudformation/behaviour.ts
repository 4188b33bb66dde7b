/**
 * How the stand-in behaves where AWS's answer takes time, or where no public source settles it. The defaults are strict:
 * each is at least as unkind as AWS.
 */
export interface Behaviour {
  /** How many reads of a stack after an execution still return the stack as it was before. */
  staleReads: number;
  /** How long a deleted change set is still listed, in milliseconds. */
  changeSetDeletionMs: number;
  /** Whether failed change sets also have warnings, which are not why they failed. */
  warnings: boolean;
  /** The reason for which an organisation's hook refuses every change set; undefined without such a hook. */
  hookRefusal: string | undefined;
  /** Whether change sets can revert drift. `fails`: it cannot read the resources. */
  driftAware: 'offered' | 'unknown' | 'fails';
  /** Whether a change set of an existing stack may have `OnStackFailure`, which is documented for creations only. */
  onStackFailureOfUpdates: 'refused' | 'honoured';
}

export const STRICT: Behaviour = {
  staleReads: 0,
  changeSetDeletionMs: 100,
  warnings: true,
  hookRefusal: undefined,
  driftAware: 'offered',
  onStackFailureOfUpdates: 'refused',
};
