/** The tag of an Auto Scaling group whose nodes are being replaced. It is all that a rollout keeps. */
export const ROLLOUT_TAG = 'eks-multus:rollout';

export interface RolloutTag {
  /** How many nodes the group had, and will have. */
  readonly target: number;
  /** When a rollout of all nodes was asked for, in milliseconds since 1970; undefined for one of outdated nodes. */
  readonly renewBefore: number | undefined;
}

/** `desired=3` or `desired=3 before=2026-11-27T11:00:00.000Z`. */
export function formatTag({ renewBefore, target }: RolloutTag): string {
  const before = renewBefore === undefined ? '' : ` before=${new Date(renewBefore).toISOString()}`;
  return `desired=${target}${before}`;
}

/** Undefined when there is no tag, or when somebody else wrote it. */
export function parseTag(value: string | undefined): RolloutTag | undefined {
  const [, target, before] = /^desired=(\d{1,4})(?: before=(\S+))?$/.exec(value ?? '') ?? [];
  if (target === undefined) return undefined;
  const renewBefore = before === undefined ? undefined : Date.parse(before);
  return {
    target: Number(target),
    renewBefore: Number.isNaN(renewBefore) ? undefined : renewBefore,
  };
}
