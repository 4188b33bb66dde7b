/** The tag of an Auto Scaling group whose nodes are being replaced. It is all that a rollout keeps. */
export const ROLLOUT_TAG = 'eks-multus:rollout';

export interface RolloutTag {
  /** How many nodes the group had, and will have. */
  readonly target: number;
  /** How many nodes the stack of the group declared then. When it declares another number, the target is out of date. */
  readonly declared: number;
  /** When a rollout of all nodes was asked for, in milliseconds since 1970; undefined for one of outdated nodes. */
  readonly renewBefore: number | undefined;
}

/** `desired=3 declared=3` or `desired=3 declared=3 before=2026-11-27T11:00:00.000Z`. */
export function formatTag({ declared, renewBefore, target }: RolloutTag): string {
  const before = renewBefore === undefined ? '' : ` before=${new Date(renewBefore).toISOString()}`;
  return `desired=${target} declared=${declared}${before}`;
}

/** Undefined when there is no tag, or when somebody else wrote it. */
export function parseTag(value: string | undefined): RolloutTag | undefined {
  const pattern = /^desired=(\d{1,4}) declared=(\d{1,4})(?: before=(\S+))?$/;
  const [, target, declared, before] = pattern.exec(value ?? '') ?? [];
  if (target === undefined) return undefined;
  const renewBefore = before === undefined ? undefined : Date.parse(before);
  return {
    target: Number(target),
    declared: Number(declared),
    renewBefore: Number.isNaN(renewBefore) ? undefined : renewBefore,
  };
}
