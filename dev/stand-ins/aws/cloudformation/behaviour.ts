/**
 * How the stand-in behaves where AWS's answer takes time, or where no public source settles it. The defaults are strict:
 * each is at least as unkind as AWS.
 */
export interface Behaviour {
  /** How many reads of a stack after an execution still return the stack as it was before. */
  staleReads: number;
  /** How long a deleted change set is still listed, in milliseconds. */
  changeSetDeletionMs: number;
  /** The reason for which an organisation's hook refuses every change set; undefined without such a hook. */
  hookRefusal: string | undefined;
  /** Whether change sets can revert drift. `fails`: it cannot read the resources. */
  driftAware: 'offered' | 'unknown' | 'fails';
}

export const STRICT: Behaviour = {
  staleReads: 0,
  changeSetDeletionMs: 100,
  hookRefusal: undefined,
  driftAware: 'offered',
};
